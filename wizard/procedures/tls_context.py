"""i: the TLS context of the Peer Auth listener: ciphers, peer subjects, and whole TLS fragments."""

from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.procedures.before import entered_again, read_before
from wizard.procedures.peer_subject import only_imported, some_tls, subjects_of
from wizard.procedures.releases import LABELS, Labels
from wizard.procedures.stored import key, on_every_node, unless_read_so
from wizard.step import (
    SIP_PROXY,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Procedure,
    Step,
    When,
    always,
)

_READ_FIRST, _BEFORE, _SET = "tls-context/read", "tls-context/before", "tls-context/set"
_READ = Duration(120, 900)


def _steps(plan: Plan) -> tuple[Step, ...]:
    if not subjects_of(plan):
        return ()
    first = _read_first(plan) if only_imported(plan) else _before(plan)
    return (first, _set(plan), _read_back(plan))


def _form(plan: Plan, mismatch: str, *, stops: bool) -> Form:
    labels = LABELS[plan.release]
    return Form(
        interface=labels.administration,
        menu=labels.peer_auth_context,
        fields=(
            FormField(
                "ciphers",
                labels.selected_ciphers,
                "all",
                f"Write all when {labels.available_ciphers} is empty, otherwise which are left there.",
            ),
            *(
                FormField(
                    f"subject_{key(subject.name)}",
                    subject.name,
                    "selected",
                    f"Is it among {labels.selected_subjects}? Write selected, or missing.",
                )
                for subject in subjects_of(plan)
            ),
            *((_fragments(labels, "checked"),) if plan.partners else ()),
        ),
        mismatch=mismatch,
        stops=stops,
    )


def _fragments(labels: Labels, expected: str) -> FormField:
    return FormField("empty_fragments", labels.empty_fragments, expected, "checked or unchecked")


# --- with an ASA: looked at, and configured only where something is missing -------------------------------------------


def _form_first(plan: Plan) -> Form:
    return _form(plan, "The next step corrects it.", stops=False)


def _read_first(plan: Plan) -> Step:
    return Step(
        id=_READ_FIRST,
        title="Read the TLS context of the Peer Auth listener",
        why="With an ASA nothing has to be entered here. But ASA and cluster need a cipher in common, and messages come"
        " late when the box is not checked. So look. Where something is missing, the next step corrects it.",
        does=_form_first(plan),
        reversal=NothingToUndo(),
        duration=_READ,
        after=("peer-subject/read-back",),
        ahead_of=(_SET,),
    )


def _when_needed(plan: Plan) -> When:
    if not only_imported(plan):
        return always
    return unless_read_so(_READ_FIRST, _form_first(plan), "the page was read, and everything is as it should be")


# --- without one: what stands there before ---------------------------------------------------------------------------


def _old_values(plan: Plan) -> tuple[FormField, ...]:
    """Which ciphers a release comes with is not known (domain reference 8.1): the page says it."""
    labels = LABELS[plan.release]
    return (
        FormField(
            "ciphers",
            labels.selected_ciphers,
            "as installed",
            "Copy the list as it stands, or write as installed if nobody has changed it.",
        ),
        FormField("subjects", labels.selected_subjects, "none", "Copy the list as it stands; none if it is empty."),
        *((_fragments(labels, "unchecked"),) if plan.partners else ()),
    )


def _before(plan: Plan) -> Step:
    labels = LABELS[plan.release]
    return read_before(
        _BEFORE,
        "Read the TLS context as it is now",
        interface=labels.administration,
        menu=labels.peer_auth_context,
        fields=_old_values(plan),
        ahead_of=(_SET,),
        read_back="tls-context/read-back",
    )


# --- configuring -----------------------------------------------------------------------------------------------------


def _set(plan: Plan) -> Step:
    labels = LABELS[plan.release]
    imported, then = only_imported(plan), f"Then {labels.save}; {SIP_PROXY} is restarted once more on every node."
    reversal, way_back = entered_again(
        _READ_FIRST if imported else _BEFORE, _SET, _form_first(plan).fields if imported else _old_values(plan), then
    )
    return Step(
        id=_SET,
        title="Set ciphers and peers of the TLS context",
        why=_why(plan),
        does=_page(plan, frozenset()),
        informed=lambda facts: _page(plan, _selected(plan, facts)),
        reversal=reversal,
        way_back=way_back,
        duration=Duration(180, 900),
        when=_when_needed(plan),
        effects=(
            "For a review of security: the list may hold weak ciphers. The guide of this release selects all; guides of"
            " later ones name only TLS_RSA_WITH_3DES_EDE_CBC_SHA as indispensable towards OCS and Lync. Whoever leaves"
            " some out tells the step that reads them back which, and accepts it with that reason.",
        ),
        restarts=on_every_node(plan, SIP_PROXY),
        verified_by="tls-context/read-back",
        mistakes=(
            f"Editing another context, such as that of Server Auth: press {labels.find} and open the one named here.",
            "Adding a peer subject on its own page and not selecting it here.",
            f"Leaving the page without {labels.save}.",
        ),
        reads=(_READ_FIRST,) if imported else (),
    )


def _selected(plan: Plan, facts: Facts) -> frozenset[str]:
    """The peers that were selected in this walk."""
    entered = facts.entered.get(_SET, {}).get(LABELS[plan.release].selected_subjects, "")
    return frozenset(filter(None, entered.split(", ")))


def _page(plan: Plan, selected: frozenset[str]) -> Instruct:
    """The page as it has to become; those of `selected` that the plan does not name go out of it."""
    labels = LABELS[plan.release]
    names = tuple(subject.name for subject in subjects_of(plan))
    note = f"select {'it' if len(names) == 1 else 'each'} in {labels.available_subjects}, press the arrow"
    if gone := sorted(selected - {*names}):
        note += f"; take out {', '.join(gone)}, which nobody in the plan presents any more"
    return Instruct(
        interface=labels.administration,
        menu=labels.peer_auth_context,
        fields=(
            Field(
                labels.selected_ciphers,
                "all",
                f"select all in {labels.available_ciphers}, press the arrow; a peer and we need one in common",
            ),
            Field(labels.selected_subjects, ", ".join(names), note),
            *_tick(plan, labels),
        ),
        button=labels.save,
        act=("set-tls-context", "all", "checked" if plan.partners else "unchecked", *names),
    )


def _why(plan: Plan) -> str:
    why = "The Peer Auth listener lets in only peers that are selected here, with ciphers that are selected here."
    if only_imported(plan):
        return f"{why} The page showed that something is missing."
    if plan.asa is not None:
        return f"{why} Not every peer comes by way of the ASA, so nothing adds all of them by itself."
    return f"{why} No ASA stands between: peers meet it directly, for example inside one enterprise, over secure TLS."


def _tick(plan: Plan, labels: Labels) -> tuple[Field, ...]:
    if not plan.partners:
        return ()
    note = "Microsoft needs it, or messages come late; it does AOL no harm" if plan.aol else "or messages come late"
    return (Field(labels.empty_fragments, "checked", note),)


def _read_back(plan: Plan) -> Step:
    return Step(
        id="tls-context/read-back",
        title="Read the TLS context back",
        why="No command of the CLI shows it. Open the context again, so that it is what was stored.",
        does=_form(plan, "Correct it on the page and save.", stops=True),
        reversal=NothingToUndo(),
        duration=_READ,
        when=_when_needed(plan),
        after=(_SET,),
        reads=(_READ_FIRST,) if only_imported(plan) else (),
    )


TLS_CONTEXT = Procedure(
    id="tls-context",
    title="TLS context",
    heading="Configure the TLS context",
    why="The context of the Peer Auth listener says which peers are let in, and with which ciphers.",
    disrupts="Nothing at once. It makes a restart of Cisco SIP Proxy necessary, which comes later.",
    applies=some_tls,
    steps=_steps,
)
