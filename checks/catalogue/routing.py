"""Codes of the routing of an address."""

from checks.catalogue.entry import Entry
from checks.finding import Severity

ENTRIES = (
    Entry("route-ok", Severity.PASS, "The route is right", "The static routes are as the plan wants them."),
    Entry("route-static", Severity.PASS, "A static route of its own", "The static route for the domain is used."),
    Entry("route-srv", Severity.PASS, "The domain's own SRV record", "The domain's own federation record is used."),
    Entry(
        "route-default-static",
        Severity.PASS,
        "The static route of the default domain",
        "The static route for the default federation routing domain is used.",
    ),
    Entry(
        "route-default-srv",
        Severity.PASS,
        "The SRV record of the default domain",
        "The federation record of the default federation routing domain is used.",
    ),
    Entry(
        "route-none",
        Severity.FAIL,
        "No route",
        "No rule leads anywhere, so requests to this domain fail.",
        ("Add a static route, or have the domain publish its federation record.",),
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
        "The domain's own SRV record bypasses AOL",
        "A hosted domain publishes a federation record of its own, and it is used before AOL is.",
        ("Add a static route for the domain that leads to the AOL gateway.",),
    ),
    Entry(
        "route-pattern-wrong",
        Severity.FAIL,
        "A destination pattern that matches nothing",
        "The pattern of a static route is the domain reversed, with a dot before and .* behind.",
        ("Write the pattern as the wizard shows it.",),
    ),
    Entry(
        "route-shadowed",
        Severity.FAIL,
        "A static route that never applies",
        "Another route for the same pattern comes first.",
        ("Delete one of the two.",),
    ),
    Entry(
        "route-port-wrong",
        Severity.FAIL,
        "A static route to another port",
        "Federation runs on port 5061; the page offers 5060.",
        ("Change Next Hop Port to 5061.",),
    ),
    Entry(
        "route-protocol-wrong",
        Severity.FAIL,
        "A static route without TLS",
        "Federation runs over TLS; the page offers TCP.",
        ("Change Protocol Type to TLS.",),
    ),
)
