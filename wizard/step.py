"""What a procedure is made of: steps, and the seven kinds of thing a step can be.

Everything here is data. A step is built from a plan by its procedure; what it does (`does`) is the very object that is
shown, confirmed, performed, journalled and exported.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.requests import CheckRequest
from cli_backend.exchange import Expected, Risk
from wizard.plan.model import Plan
from wizard.standing import Applies, NotApplicable, Standing

if TYPE_CHECKING:
    from wizard.facts import Facts

XCP_ROUTER = "Cisco XCP Router"
SIP_PROXY = "Cisco SIP Proxy"
SIP_FEDERATION_MANAGER = "Cisco XCP SIP Federation Connection Manager"
_DAY = 24 * 3600  # seconds
ZONE_LINE = "BIND zone line"  # the title of a snippet that is a record to publish: papers collect them


# --- what is asked of a step before it is done -----------------------------------------------------------------------

When = Callable[[Plan, "Facts"], Standing]
Informed = Callable[["Facts"], "Kind"]
Judge = Callable[[Plan, "Facts"], tuple[Finding, ...]]
WayBack = Callable[["Facts"], "Reversal"]


def always(_plan: Plan, _facts: "Facts") -> Standing:
    """The standing of a step without a condition."""
    return Applies()


def no_findings(_plan: Plan, _facts: "Facts") -> tuple[Finding, ...]:
    """The judge of a command whose output is only kept."""
    return ()


# --- what can be taken back ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Undo:
    """How to take the step back."""

    how: str


@dataclass(frozen=True)
class PointOfNoReturn:
    """Why the step cannot be taken back, and what is left to do if it turns out wrong."""

    why: str


@dataclass(frozen=True)
class NothingToUndo:
    """The step only reads."""


Reversal = Undo | PointOfNoReturn | NothingToUndo


@dataclass(frozen=True)
class Duration:
    """How long a step takes, in seconds."""

    typical: int
    worst: int

    @property
    def may_take_days(self) -> bool:
        """Whether it cannot be counted on within one maintenance window: it may take a day or more."""
        return self.worst >= _DAY


# --- the kinds of step -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """One field of a web page or form: its exact label and the value to enter."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Snippet:
    """Text to paste elsewhere, such as zone lines."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Instruct:
    """Something a person does in a web interface or in the DNS. `act` is what practice makes happen for it.

    `disrupts` is the node or cluster that loses service by it: its name has to be typed to say that it was done.
    `first` is what has to be pressed before the fields are there.
    """

    interface: str
    menu: tuple[str, ...]
    fields: tuple[Field, ...]
    button: str
    act: tuple[str, ...]
    snippets: tuple[Snippet, ...] = ()
    disrupts: str = ""
    first: str = ""


@dataclass(frozen=True)
class FormField:
    """One value that the person reads off a page. `expected` is what the plan says it should be.

    `free`: any value will do, `expected` is no more than what is usual. `own_words`: only what the person types tells
    it, so nothing is proposed and `SAME` stands for nothing. `recorded` is what the record says stands there, where it
    says so: then that is proposed, and it is no part of the meaning of the step.
    """

    name: str
    label: str
    expected: str
    help: str = ""
    free: bool = False
    own_words: bool = False
    recorded: str = ""

    @property
    def proposed(self) -> str:
        """The value that `SAME` stands for; empty where there is none."""
        return "" if self.own_words else self.recorded or self.expected


SAME = "="  # typed for a value that is exactly the expected one
PLAN_SAYS = "the plan says"  # before what a page should show; a question for a person has other words
RECORD_SAYS = "this record says"
OWN_WORDS = "in your own words"
# What people type for an answer or a check box; the word that the page or the question has goes into the record.
_PAIRS = (("yes", "no"), ("checked", "unchecked"))
_YES, _NO = frozenset({"yes", "y", "on", "checked"}), frozenset({"no", "n", "off", "unchecked"})


@dataclass(frozen=True, kw_only=True)
class Form:
    """Values that only a person can tell; compared with what is expected, and kept.

    `menu` is empty for a question that no page answers. `about` are the sentences that the answers judge. `wanted` are
    the words before what is expected. `stops`: whether another value than the expected one stops the walk, or only
    decides what has to be done. `act` is what is in effect in practice when the page shows what is expected, `deed`
    what a person who answers as expected says to have done: in practice it is done then.
    """

    interface: str
    menu: tuple[str, ...]
    fields: tuple[FormField, ...]
    mismatch: str  # what a value other than the expected one means, and what to do
    wanted: str = PLAN_SAYS
    stops: bool = True
    act: tuple[str, ...] = ()
    deed: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What the person says of each field; `SAME` stands for what was expected, `y` for yes, `off` for unchecked."""
        return {field.name: _meant(field, typed.get(field.name, "").strip()) for field in self.fields}

    def wrong(self, values: Mapping[str, str]) -> tuple[FormField, ...]:
        """The fields that show something else than expected, letter by letter; only the case does not matter."""
        compared = (field for field in self.fields if not field.free)
        return tuple(f for f in compared if values.get(f.name, "").lower() != f.expected.lower())

    def proposes(self, field: FormField) -> str:
        """What is shown beside a field: the value it should have, or that nobody but the person can say it."""
        if field.own_words:
            return OWN_WORDS
        return f"{RECORD_SAYS if field.recorded else self.wanted} {field.proposed}"

    def differs(self, field: FormField, said: str) -> str:
        """How what was said of a field differs from what is expected, as a sentence without its full stop."""
        if self.wanted != PLAN_SAYS:
            return f"{field.label}: {said}; the walk goes on with {field.expected} alone"
        return f"{field.label}{' shows' if self.menu else ':'} {said}, {self.wanted} {field.expected}"


def _meant(field: FormField, said: str) -> str:
    """What was typed, in the words of the field."""
    if said == SAME:
        return field.proposed
    yes, no = next((pair for pair in _PAIRS if field.expected in pair), (said, said))
    return yes if said.lower() in _YES else no if said.lower() in _NO else said


@dataclass(frozen=True, kw_only=True)
class Command:
    """One CLI command on one node.

    `observes` names the parser of its output; `judge` says what the facts then mean. `guard` is the read-only command
    that is sent right before and must leave the step applicable. `took_effect` settles an unknown outcome from facts:
    None when it cannot be told.
    """

    node: str
    command: str
    risk: Risk
    observes: str = ""
    judge: Judge = field(default=no_findings, compare=False)
    expect: tuple[Expected, ...] = ()
    reboots: bool = False
    guard: "Command | None" = None
    took_effect: "Callable[[Facts], bool | None] | None" = field(default=None, compare=False)
    timeout: int = 120


@dataclass(frozen=True, kw_only=True)
class Check:
    """One live check. `stops`: whether a failure stops the walk, or is only looked at to decide what has to be done."""

    request: CheckRequest
    stops: bool = True


@dataclass(frozen=True, kw_only=True)
class NodeReturns:
    """The node has restarted after `since_step` was sent, and gives its prompt again."""

    node: str
    since_step: str


@dataclass(frozen=True, kw_only=True)
class NodeSettles:
    """`reads` are sent to a node again and again until `judge` finds nothing wrong."""

    reads: tuple[Command, ...]
    judge: Judge = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class CheckPasses:
    """The check is repeated until it passes, such as until caches have forgotten an old answer."""

    request: CheckRequest


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Waiting for something that takes its time; the duration of the step says for how long."""

    until: NodeReturns | NodeSettles | CheckPasses


@dataclass(frozen=True, kw_only=True)
class Restart:
    """A service restart on one node: Restart, never stop and start. `by_hand` is where a person can do it instead."""

    node: str
    service: str
    takes_down: str
    by_hand: str

    @property
    def command(self) -> str:
        """The CLI command that does it."""
        return f"utils service restart {self.service}"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A text that a person sends; acknowledged as sent."""

    recipient: str
    subject: str
    text: str
    act: tuple[str, ...]


Kind = Instruct | Form | Command | Check | Wait | Restart | Notice


# --- steps and procedures --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `id` is `<procedure>/<step>[@<node or partner>]` and never changes.

    `restarts` are the restarts, as (node, service), that become pending when it is done. `reads` are the steps whose
    observations decide whether it applies: they are read again when it is stopped. `after` are the steps whose being
    done again opens this one again, such as the action that this step verifies. `ahead_of` are the steps that overwrite
    what this one reads: before one of them is done again, it is read again. `informed` is what the step does once
    more is known; `does` is what can be said before. `way_back` is how it is taken back once it was read what stood
    there before; `reversal` is what can be said before that. `undoes` are the steps whose effect it takes back, of this
    walk or of an earlier one: when it is done they are open again. `heading` is the chapter heading that it comes from,
    where that is not the one of its procedure.
    `verified_title` is the title of the step `verified_by`; the walk fills it in.
    """

    id: str
    title: str
    why: str
    does: Kind
    reversal: Reversal
    duration: Duration
    when: When = field(default=always, compare=False)
    informed: Informed | None = field(default=None, compare=False)
    way_back: WayBack | None = field(default=None, compare=False)
    effects: tuple[str, ...] = ()
    restarts: tuple[tuple[str, str], ...] = ()
    verified_by: str = ""
    verified_title: str = field(default="", compare=False)
    mistakes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    ahead_of: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()
    heading: str = ""

    @property
    def procedure(self) -> str:
        """The id of the procedure it belongs to."""
        return self.id.partition("/")[0]

    @property
    def proof(self) -> str:
        """The step that verifies it, by id and, where the walk has told it, by title; empty for none."""
        return ", ".join(filter(None, (self.verified_by, self.verified_title)))

    def in_the_light_of(self, facts: "Facts") -> "Step":
        """The same step with what it does, and how it is taken back, as far as that depends on what is known."""
        does = self.informed(facts) if self.informed is not None else self.does
        return replace(self, does=does, reversal=self.way_back(facts) if self.way_back is not None else self.reversal)


def as_they_are(_plan: Plan, _facts: "Facts", steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a procedure that stores nothing which a later plan could take back."""
    return steps


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """One documented procedure: what it is for, whether it applies to a plan, and its steps for that plan.

    `heading` is the chapter heading it comes from, in our words. `revise` fits its steps to what was stored for an
    earlier plan: entries to be corrected or deleted.
    """

    id: str
    title: str
    heading: str
    why: str
    disrupts: str
    applies: Callable[[Plan], Applies | NotApplicable]
    steps: Callable[[Plan], tuple[Step, ...]]
    revise: "Callable[[Plan, Facts, tuple[Step, ...]], tuple[Step, ...]]" = as_they_are


@dataclass(frozen=True)
class Action:
    """What one step does, resolved: the object that is shown, confirmed, performed, recorded and exported."""

    step: str
    does: Kind
