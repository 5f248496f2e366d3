"""What the procedures that store entries have in common: what an earlier plan left behind, and pages read back."""

from collections.abc import Callable
from dataclasses import dataclass

from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.procedures.releases import LABELS, Labels
from wizard.resolve import fingerprint
from wizard.standing import Applies, Later, NotApplicable, Standing, Unknown
from wizard.step import Action, Duration, Field, Form, FormField, Instruct, NothingToUndo, Step, Undo, When


def tick_it(labels: Labels) -> str:
    """How an entry is chosen in its list before it is deleted."""
    return f"press {labels.find} and tick this entry, no other"


def on_every_node(plan: Plan, service: str) -> tuple[tuple[str, str], ...]:
    """The restart of a service on every node, as a step makes it necessary."""
    return tuple((node.name, service) for node in plan.nodes_publisher_first)


def key(name: str) -> str:
    """A domain name or address as the name of a form's field: no two names give the same."""
    return name.replace(".", "_").replace(":", "_")


# --- what an earlier plan left behind --------------------------------------------------------------------------------


def left_behind(facts: Facts, prefix: str, wanted: frozenset[str]) -> tuple[str, ...]:
    """What steps `<prefix>@<what>` once stored and this plan does not want; still there or taken back since."""
    stored = (step.partition("@") for step in facts.stored)
    return tuple(what for step, _, what in stored if step == prefix and what not in wanted)


def is_stored(facts: Facts, step: str) -> bool:
    """Whether what a step of this plan or an earlier one stored is still there."""
    return bool(facts.stored.get(step))


def is_stored_otherwise(facts: Facts, step: Step) -> bool:
    """Whether a step stored something that this plan wants with other values."""
    stored = facts.stored.get(step.id)
    return bool(stored) and stored != fingerprint(Action(step.id, step.does))


def deleted_by(stored_by: str) -> str:
    """The id of the step that takes back what another one stored."""
    return f"{stored_by.partition('/')[0]}/delete@{stored_by.partition('@')[2]}"


def _for_nothing(_facts: Facts) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """An entry that a step (`stored_by`) of an earlier plan stored and this one does not want.

    `what` names it in a sentence, `field` is how it is found in its list, `restart` the service that then has to be
    restarted, `gone` what a person reads afterwards. `waits` says for what its deletion has to wait still.
    """

    stored_by: str
    what: str
    why: str
    menu: tuple[str, ...]
    field: Field
    act: tuple[str, ...]
    effects: tuple[str, ...] = ()
    restart: str = ""
    mistake: str
    gone: tuple[FormField, ...]
    waits: Callable[[Facts], str] = _for_nothing


def deletion(plan: Plan, leftover: Leftover) -> tuple[Step, Step]:
    """The step that deletes an entry, and the one that sees it gone."""
    labels, delete_id = LABELS[plan.release], deleted_by(leftover.stored_by)
    read_id = delete_id.replace("/delete@", "/read-deleted@")
    restart, gone = leftover.restart, f"{leftover.what} was deleted"

    def when(_plan: Plan, facts: Facts) -> Standing:
        return unless_waiting(facts) if is_stored(facts, leftover.stored_by) else NotApplicable(gone)

    def seen(_plan: Plan, facts: Facts) -> Standing:
        return unless_waiting(facts) if is_stored(facts, leftover.stored_by) else Applies()

    def unless_waiting(facts: Facts) -> Standing:
        reason = leftover.waits(facts)
        return Later(reason) if reason else Applies()

    delete = Step(
        id=delete_id,
        title=f"Delete {leftover.what}",
        why=leftover.why,
        does=Instruct(
            interface=labels.administration,
            menu=leftover.menu,
            fields=(leftover.field,),
            button=labels.delete,
            act=leftover.act,
        ),
        reversal=Undo("Put it back into the plan and resume: the step that stored it opens again."),
        duration=Duration(60, 600),
        when=when,
        effects=leftover.effects,
        restarts=on_every_node(plan, restart) if restart else (),
        verified_by=read_id,
        mistakes=(leftover.mistake,),
        undoes=(leftover.stored_by,),
    )
    read = Step(
        id=read_id,
        title=f"See that {leftover.what} is gone",
        why="No command of the CLI shows these entries. Open the list again.",
        does=Form(
            interface=labels.administration, menu=leftover.menu, fields=leftover.gone, mismatch="Delete it; look again."
        ),
        reversal=NothingToUndo(),
        duration=Duration(60, 600),
        when=seen,
        after=(delete_id,),
    )
    return delete, read


# --- pages that are read before anything is done ---------------------------------------------------------------------


def unless_read_so(step: str, form: Form, reason: str) -> When:
    """Applies when a form that does not stop was answered with another value than it expects."""

    def when(_plan: Plan, facts: Facts) -> Standing:
        values = facts.answers.get(step)
        if values is None:
            return Unknown("the page that was read first does not show what it should")
        return Applies() if form.wrong(values) else NotApplicable(reason)

    return when
