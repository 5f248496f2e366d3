"""b, its end: what the nodes ask for once their domain is set, the restart of the whole cluster."""

from datetime import UTC, datetime

from checks.catalogue import finding
from checks.finding import Finding
from wizard.describe import span
from wizard.facts import Facts
from wizard.plan.model import Node, Plan
from wizard.procedures.common import ANSWER, NOWHERE, as_planned, only_if, read
from wizard.standing import Applies, NotApplicable, Standing, Unknown
from wizard.step import Duration, Form, FormField, Judge, NothingToUndo, PointOfNoReturn, Step, When

_DECIDE, _RESTARTED, _NOT_WANTED = "domain/cluster-restart", "domain/cluster-restarted", "domain/no-cluster-restart"
CLUSTER_RESTART = (_DECIDE, _RESTARTED, _NOT_WANTED)
REBOOT = Duration(6 * 60, 30 * 60)
_GRAIN = 60  # seconds: the platform tells its uptime in minutes

some_domain_set = only_if(
    lambda _plan, facts: bool(facts.domain_set), "no domain was set, so replication was not disturbed"
)


def cluster_restart(plan: Plan) -> tuple[Step, ...]:
    """What the node itself asks for; the chapter of 9.0 is silent about it, guides of later releases are not."""
    nodes = plan.nodes_publisher_first
    return _whether(plan), _restarted(plan), *(_seen_restarted(node) for node in nodes), _not_wanted()


def _whether_form() -> Form:
    return Form(
        interface=NOWHERE,
        menu=(),
        fields=(FormField("answer", "The whole cluster is restarted once more", "yes", "yes or no"),),
        mismatch="The next step asks which guide says so.",
        wanted="the nodes ask for it:",
        stops=False,
    )


def _whether(plan: Plan) -> Step:
    order = ", then ".join(node.name for node in plan.nodes_publisher_first)
    return Step(
        id=_DECIDE,
        title="Decide whether the whole cluster restarts once more",
        why="At the command each node printed that all servers of the cluster are to be restarted once the domain is"
        " set on all of them, so that replication keeps working. Guides of later releases say the same. The chapter on"
        " SIP federation of this release does not ask for it, and the next steps go on without it where replication"
        f" becomes healthy. What it costs: {order}, one after the other, each with `utils system restart`, each away"
        f" for {span(REBOOT.typical)} as a rule and {span(REBOOT.worst)} at worst, its users signed out.",
        does=_whether_form(),
        reversal=NothingToUndo(),
        duration=Duration(5 * 60, 3600),
        when=some_domain_set,
        after=tuple(f"domain/set@{node.name}" for node in plan.nodes),
    )


def _restarted(plan: Plan) -> Step:
    order = ", then ".join(node.name for node in plan.nodes_publisher_first)
    return Step(
        id=_RESTARTED,
        title="Restart the whole cluster once more",
        why=f"The order is {order}: the publisher first, the next only when the last is back and well. The console (t)"
        " takes the command `utils system restart`.",
        does=Form(
            interface=NOWHERE,
            menu=(),
            fields=(
                FormField("answer", "Every node was restarted and is back", "yes", "yes or no"),
                FormField(
                    "by",
                    "When, and by whom",
                    "just now, by the simulated person",
                    "In your own words; both are kept.",
                    free=True,
                    own_words=True,
                ),
            ),
            mismatch="Restart the nodes one after the other, the next only when the last is back; then answer yes.",
            wanted=ANSWER,
            deed=("restart-nodes", *(node.name for node in plan.nodes_publisher_first)),
        ),
        reversal=PointOfNoReturn("A restart cannot be taken back; it is over when every node gives its prompt again."),
        duration=Duration(20 * 60, 4 * 3600),
        effects=("Each node in its turn is away for several minutes, and its users are signed out.",),
        when=_decided("yes", "it was decided that the cluster is not restarted once more"),
        after=(_DECIDE,),
        reads=(_DECIDE,),
        mistakes=("Restarting the next node before the last one gives its prompt again.",),
    )


def _seen_restarted(node: Node) -> Step:
    return read(
        f"domain/restart-seen@{node.name}",
        node.name,
        "show status",
        "uptime",
        title=f"See since when {node.name} is up",
        why="That it was restarted, a person has said. The node itself says how long it has been up.",
        judge=_up_since(node.name),
        when=_decided("yes", "it was decided that the cluster is not restarted once more"),
        after=(_RESTARTED,),
    )


def _up_since(node: str) -> Judge:
    """Finds fault with a node that was up already when its restart was decided."""

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        booted, decided = facts.node(node).booted, _when_decided(facts)
        if booted is None or decided is None:
            return (finding("node-unreachable", node, values={"reason": "`show status` shows no uptime that we read"}),)
        observed = {"since": _clock(booted), "decided": _clock(decided)}
        if booted + _GRAIN < decided:
            return (finding("node-not-restarted", node, observed=observed),)
        return (as_planned(node, observed={"up since": observed["since"]}),)

    return judge


def _when_decided(facts: Facts) -> int | None:
    """When the restart was decided, in seconds since the epoch."""
    said = facts.readings.get(_DECIDE)
    return int(datetime.fromisoformat(said[-1].at).timestamp()) if said and said[-1].at else None


def _clock(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _not_wanted() -> Step:
    return Step(
        id=_NOT_WANTED,
        title="Note which guide does without the restart",
        why="Without the restart, what the nodes printed is not followed. Whoever reads the record later wants to know"
        " on whose word.",
        does=Form(
            interface=NOWHERE,
            menu=(),
            fields=(
                FormField(
                    "answer",
                    "Guide, and its page or section",
                    "a guide",
                    "In your own words, so that others find it.",
                    free=True,
                    own_words=True,
                ),
            ),
            mismatch="Name the guide.",
            wanted=ANSWER,
        ),
        reversal=NothingToUndo(),
        duration=Duration(5 * 60, 3600),
        when=_decided("no", "the cluster is restarted once more"),
        after=(_DECIDE,),
        reads=(_DECIDE,),
    )


def _decided(answer: str, otherwise: str) -> When:
    """Applies once it was decided so; what a person says other than yes is a no."""

    def when(plan: Plan, facts: Facts) -> Standing:
        before = some_domain_set(plan, facts)
        if isinstance(before, NotApplicable):
            return before
        values = facts.answers.get(_DECIDE)
        if values is None:
            return Unknown(f"it is decided that the cluster is {'' if answer == 'yes' else 'not '}restarted once more")
        said = "no" if _whether_form().wrong(values) else "yes"
        return Applies() if said == answer else NotApplicable(otherwise)

    return when
