"""d: SIP federated domains, one entry for each partner domain and for each domain reached through AOL."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.names import for_display
from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.procedures.before import also_named, entries_of, read_before
from wizard.procedures.common import ANSWER, always_applies
from wizard.procedures.releases import LABELS, Labels
from wizard.procedures.stored import (
    Leftover,
    deleted_by,
    deletion,
    is_stored_otherwise,
    key,
    left_behind,
    on_every_node,
    tick_it,
)
from wizard.step import (
    XCP_ROUTER,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Procedure,
    Step,
    Undo,
)

_READ = Duration(60, 600)
_BEFORE, _ADD = "federated-domain/before", "federated-domain/add"


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One entry of the SIP Federation page. `kind` is the integration in the words of the practice network."""

    domain: str
    description: str
    integration: str
    kind: str
    direct: bool = False
    note: str = ""


def _entries(plan: Plan) -> tuple[_Entry, ...]:
    labels = LABELS[plan.release]
    partners = (
        _Entry(
            domain=partner.domain,
            description=partner.description,
            integration=labels.to_microsoft,
            kind="ocs-lync",
            direct=partner.peer == "front-end",
            note="checked only towards a front end in the same enterprise"
            if partner.peer == "front-end"
            else "it stays unchecked towards an Access Edge, with or without an ASA",
        )
        for partner in plan.partners
    )
    aol = (
        _Entry(
            domain=domain.name,
            description=domain.description,
            integration=labels.to_aol,
            kind="aol",
            note="it does not concern AOL",
        )
        for domain in (plan.aol.domains if plan.aol else ())
    )
    return (*partners, *aol)


def _steps(plan: Plan) -> tuple[Step, ...]:
    entries = _entries(plan)
    return (
        _before(plan, entries),
        *(_add(plan, entry) for entry in entries),
        _read_back(plan, entries),
        _acl(plan, entries),
    )


def _revise(plan: Plan, facts: Facts, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Entries of an earlier plan: those still wanted are corrected where they are, the others deleted."""
    entries = _entries(plan)
    gone = left_behind(facts, _ADD, frozenset(entry.domain for entry in entries))
    listed = {_add_id(entry.domain): _add(plan, entry, listed=True) for entry in entries}
    return (
        *(step for domain in gone for step in deletion(plan, _leftover(plan, domain))),
        *(listed[step.id] if step.id in listed and is_stored_otherwise(facts, step) else step for step in steps),
    )


def _before(plan: Plan, entries: tuple[_Entry, ...]) -> Step:
    labels = LABELS[plan.release]

    def entered(facts: Facts) -> Mapping[str, str]:
        return {"listed": entries_of(facts, _ADD, lambda page: _told(labels, page))}

    return read_before(
        _BEFORE,
        "Read which federated domains are entered now",
        interface=labels.administration,
        menu=labels.sip_federation,
        fields=(
            FormField(
                "listed",
                "SIP federated domains that are listed",
                "none",
                f"Press {labels.find}. Each domain with its {labels.integration} and {labels.description}; none if the"
                " list is empty.",
            ),
        ),
        ahead_of=tuple(_add_id(entry.domain) for entry in entries),
        read_back="federated-domain/read-back",
        known=entered,
        mistakes=("Leaving one out because it is not in the plan: what is listed there stays, and is federated with.",),
    )


def _told(labels: Labels, page: Mapping[str, str]) -> str:
    told = (page.get(label, "") for label in (labels.domain_name, labels.integration, labels.description))
    return ", ".join(filter(None, told))


def _add_id(domain: str) -> str:
    return f"{_ADD}@{domain}"


# --- entering --------------------------------------------------------------------------------------------------------


def _add(plan: Plan, entry: _Entry, *, listed: bool = False) -> Step:
    """Add an entry or, when it is `listed` already, correct it: the same fields with the same values."""
    labels, shown = LABELS[plan.release], for_display(entry.domain)
    verb, first = ("edit", f"press {labels.find} and open its entry") if listed else ("add", f"press {labels.add_new}")
    path = "direct" if entry.direct else "indirect"
    delete = Undo(
        "Delete the entry on the same page. Its incoming ACL goes with it, and nothing else takes that away."
        f" {XCP_ROUTER} is then restarted once more on every node."
    )
    return Step(
        id=_add_id(entry.domain),
        title=f"Correct the entry of {shown}" if listed else f"Add the federated domain {shown}",
        why=f"The cluster federates with {shown} only once it is entered here. The incoming ACL, which lets their"
        " requests in, is then made by itself.",
        does=Instruct(
            interface=labels.administration,
            menu=labels.sip_federation,
            first=first,
            fields=_fields(labels, entry),
            button=labels.save,
            act=(f"{verb}-federated-domain", entry.domain, entry.kind, path, entry.description),
        ),
        reversal=delete,
        way_back=also_named(_BEFORE, _add_id(entry.domain), "listed", "none", delete, _what_was_there),
        duration=Duration(120, 600),
        effects=(f"{shown} appears in the incoming ACL. That entry is never edited.",),
        restarts=on_every_node(plan, XCP_ROUTER),
        verified_by="federated-domain/read-back",
        mistakes=_mistakes(labels, entry),
        undoes=(deleted_by(_add_id(entry.domain)),),
    )


def _what_was_there(before: str) -> str:
    return f"If it was entered before, give it its old values again instead. Listed before: {before}."


def _fields(labels: Labels, entry: _Entry) -> tuple[Field, ...]:
    return (
        Field(labels.domain_name, entry.domain),
        Field(labels.description, entry.description, "your users read it in their privacy preferences"),
        Field(labels.integration, entry.integration),
        Field(labels.direct_federation, _tick(entry), entry.note),
    )


def _tick(entry: _Entry) -> str:
    return "checked" if entry.direct else "unchecked"


def _mistakes(labels: Labels, entry: _Entry) -> tuple[str, ...]:
    if entry.kind == "aol":
        return (
            "An entry for aim.com: aol.com covers it, because AOL takes user@aim.com addressed as user@aol.com.",
            "Forgetting one of the companies behind AOL: each of their domains needs an entry of its own.",
            f"Choosing {labels.to_microsoft}.",
        )
    wrong = "unchecked for a front end in the same enterprise" if entry.direct else "checked towards an Access Edge"
    return (
        f"{labels.direct_federation} {wrong}.",
        "A domain that is entered for XMPP federation already: a domain is one or the other.",
        "Entering our own domain, or an address such as user@domain.",
    )


# --- reading back ----------------------------------------------------------------------------------------------------


def _read_back(plan: Plan, entries: tuple[_Entry, ...]) -> Step:
    labels = LABELS[plan.release]
    fields = []
    for entry in entries:
        name, shown = key(entry.domain), for_display(entry.domain)
        fields.append(
            FormField(
                f"type_{name}",
                f"{shown}: {labels.integration}",
                entry.integration,
                f"Press {labels.find}: the list shows it.",
            )
        )
        if entry.kind != "aol":
            fields.append(
                FormField(
                    f"direct_{name}",
                    f"{shown}: {labels.direct_federation}",
                    _tick(entry),
                    "Open the entry to see it: checked or unchecked.",
                )
            )
    return Step(
        id="federated-domain/read-back",
        title="Read the federated domains back",
        why="No command of the CLI shows these entries. Open the list again, so that it is what was stored.",
        does=Form(
            interface=labels.administration,
            menu=labels.sip_federation,
            fields=tuple(fields),
            mismatch="Open the entry, correct it and save. Where the domain or its description is meant to be as the"
            " page shows it, correct the plan.",
        ),
        reversal=NothingToUndo(),
        duration=_READ,
        after=tuple(_add_id(entry.domain) for entry in entries),
    )


def _acl(plan: Plan, entries: tuple[_Entry, ...]) -> Step:
    labels = LABELS[plan.release]
    return Step(
        id="federated-domain/acl",
        title="See each domain in the incoming ACL",
        why="Saving a federated domain makes its entry here. It can be seen, and neither edited nor deleted.",
        does=Form(
            interface=labels.administration,
            menu=labels.incoming_acl,
            fields=tuple(
                FormField(
                    f"acl_{key(entry.domain)}",
                    for_display(entry.domain),
                    "yes",
                    f"Press {labels.find}. Is it listed: yes or no?",
                )
                for entry in entries
            ),
            mismatch="Open the federated domain and save it again. Do not add an ACL entry by hand.",
            wanted=ANSWER,
        ),
        reversal=NothingToUndo(),
        duration=_READ,
        after=("federated-domain/read-back",),
    )


# --- what an earlier plan left behind --------------------------------------------------------------------------------


def _leftover(plan: Plan, domain: str) -> Leftover:
    labels, shown = LABELS[plan.release], for_display(domain)
    acl = " > ".join(labels.incoming_acl)
    return Leftover(
        stored_by=_add_id(domain),
        what=f"the federated domain {shown}",
        why=f"It was entered in this session, and the plan no longer names {shown}. As long as it is there, their"
        " requests are let in.",
        menu=labels.sip_federation,
        field=Field(labels.domain_name, domain, tick_it(labels)),
        act=("delete-federated-domain", domain),
        effects=("Its entry in the incoming ACL goes with it.",),
        restart=XCP_ROUTER,
        mistake="Trying to delete the ACL entry instead: it goes only with the domain.",
        gone=(
            FormField("listed", f"{shown} is listed here", "no", "yes or no"),
            FormField("acl", f"{shown} is in the incoming ACL", "no", f"Look at {acl}: yes or no."),
        ),
    )


FEDERATED_DOMAIN = Procedure(
    id="federated-domain",
    title="SIP federated domains",
    heading="Add a SIP federated domain",
    why="Each domain to federate with is entered once: partners as OCS/Lync, everything behind AOL as AOL.",
    disrupts="Nothing at once. It makes a restart of the Cisco XCP Router necessary, which comes later.",
    applies=always_applies,
    steps=_steps,
    revise=_revise,
)
