"""What the procedures that store entries have in common: what an earlier plan left behind, and pages read back."""

from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.step import Applies, Form, NotApplicable, Standing, Unknown, When


def on_every_node(plan: Plan, service: str) -> tuple[tuple[str, str], ...]:
    """The restart of a service on every node, as a step makes it necessary."""
    return tuple((node.name, service) for node in plan.nodes_publisher_first)


def restart_comes(service: str) -> str:
    """The effect of a step that makes a restart necessary, in words."""
    return f"{service} must be restarted on every node afterwards. The wizard remembers it."


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
    return facts.stored.get(step, False)


def while_stored(step: str, what: str) -> When:
    """Applies while what that step stored is still there."""

    def when(_plan: Plan, facts: Facts) -> Standing:
        return Applies() if is_stored(facts, step) else NotApplicable(f"{what} was deleted")

    return when


# --- pages that are read before anything is done ---------------------------------------------------------------------


def unless_read_so(step: str, form: Form, reason: str) -> When:
    """Applies when a form that does not stop was answered with another value than it expects."""

    def when(_plan: Plan, facts: Facts) -> Standing:
        values = facts.answers.get(step)
        if values is None:
            return Unknown("the page shows that something is missing")
        return Applies() if form.wrong(values) else NotApplicable(reason)

    return when
