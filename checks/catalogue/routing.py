"""Codes of the routing of an address."""

from dataclasses import replace

from checks.catalogue.entry import Entry
from checks.finding import Severity

_GUIDE = ("IM and Presence 9.0, SIP federation",)

_ENTRIES = (
    Entry(
        "route-ok",
        Severity.PASS,
        "The static routes are right",
        "The plan's static routes for {subject} are written as they must be.",
    ),
    Entry(
        "route-static",
        Severity.PASS,
        "A static route of its own",
        "Requests to {subject} take the static route for that domain, to {next_hop}, port {port}.",
        verify="{see}",
    ),
    Entry(
        "route-srv",
        Severity.PASS,
        "The domain's own SRV record",
        "Requests to {subject} follow the federation record of that domain, to {next_hop}, port {port}.",
        verify="{see}",
    ),
    Entry(
        "route-default-static",
        Severity.PASS,
        "The static route of the default domain",
        "Requests to {subject} take the static route for {domain}, the default federation routing domain, to"
        " {next_hop}, port {port}.",
        verify="{see}",
    ),
    Entry(
        "route-default-srv",
        Severity.PASS,
        "The SRV record of the default domain",
        "Requests to {subject} follow the federation record of {domain}, the default federation routing domain, to"
        " {next_hop}, port {port}.",
        verify="{see}",
    ),
    Entry(
        "route-addressed-as",
        Severity.INFO,
        "A domain that AOL reaches under another name",
        "AOL takes {address} addressed as {traced_as}: that is the domain whose way is traced.",
    ),
    Entry(
        "route-not-federated",
        Severity.FAIL,
        "Not a federated domain",
        "{subject} {reason}, so no rule routes requests to it to another organisation.",
        ("If it is a partner, add it to the plan: [[partners]], or [[aol.domains]] for a domain reached through AOL.",),
    ),
    Entry(
        "route-none",
        Severity.FAIL,
        "No route",
        "No rule leads anywhere, so requests to this domain fail.",
        (
            "Have the domain publish its federation record; `fedwizard check dns` with the domain says what is wrong"
            " with it.",
            "Or add a static route for it: Presence > Routing > Static Routes, and publishes_srv = false in the plan.",
        ),
        verify="{see}",
    ),
    Entry(
        "route-next-hop-unresolvable",
        Severity.FAIL,
        "A next hop that the node cannot resolve",
        "{node} finds no address for {subject}, so the static route leads nowhere.",
        ("Have the name published where the node looks, or enter the address as the next hop: next_hop in the plan.",),
        verify="utils network host {subject}",
    ),
    Entry(
        "route-srv-unused",
        Severity.WARN,
        "A federation record that the static route hides",
        "The plan reaches {subject} by a static route, although {node} finds its federation record: {targets}.",
        ("Write publishes_srv = true in the plan to use the record, or keep the route knowing that it wins.",),
        verify="utils network host {name} srv",
    ),
    Entry(
        "route-bypasses-aol",
        Severity.WARN,
        "A way of its own bypasses AOL",
        "The {way} of {subject} leads to {next_hop}, which is not the AOL gateway, and it is used before AOL is.",
        (
            "If requests are to go through AOL, add a static route for {subject} that leads to the AOL gateway.",
            "If the way past AOL is meant, make the domain a partner in the plan instead.",
        ),
        verify="{see}",
    ),
    Entry(
        "route-pattern-wrong",
        Severity.FAIL,
        "A destination pattern that matches nothing",
        "The pattern {pattern} does not match {subject}: a pattern is the domain reversed, a dot before and .* behind.",
        ("Write the pattern as {expected_pattern}, on Presence > Routing > Static Routes.",),
    ),
    Entry(
        "route-type-wrong",
        Severity.FAIL,
        "A static route of another type",
        "The route for {subject} has the type {route_type}, which the page offers. It then matches no domain.",
        ("Change Route Type to {expected_route_type}, on Presence > Routing > Static Routes.",),
    ),
    Entry(
        "route-shadowed",
        Severity.FAIL,
        "A static route that never applies",
        "The route for {subject} to {next_hop} has the pattern of another one, to {used}, which comes first.",
        (
            "Delete the one that is not wanted, or give the wanted one the lower priority number, on Presence > Routing"
            " > Static Routes.",
        ),
    ),
    Entry(
        "route-port-wrong",
        Severity.FAIL,
        "A static route to another port",
        "The route for {subject} leads to port {port}. Federation runs on 5061; the page offers 5060, where TLS gets no"
        " answer.",
        ("Change Next Hop Port to {expected_port}, on Presence > Routing > Static Routes.",),
        verify="{see}",
    ),
    Entry(
        "route-protocol-wrong",
        Severity.FAIL,
        "A static route without TLS",
        "The route for {subject} uses {protocol}. Federation runs over TLS; the page offers TCP, which the other side"
        " refuses.",
        ("Change Protocol Type to {expected_protocol}, on Presence > Routing > Static Routes.",),
        verify="{see}",
    ),
)

ENTRIES = tuple(replace(entry, refs=entry.refs or _GUIDE) for entry in _ENTRIES)
