"""The modes a node can be put into: what real nodes, and the lines to them, are like on a bad day.

A mode is one value in `MODES`: its name, what may be given with it, and what it changes of the manner of a node. A node
may be in several at once. They are settings of the network, so they outlive it, and last until `node-as-usual`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from wizard.errors import UsageError
from wizard.practice.state import NEVER, XCP_ROUTER, State

_PREFIX = "mode"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a node behaves. The values here are those of a node as usual; times are seconds, whatever the pace."""

    late: float = 0.0  # before the SSH server speaks, and again before the CLI starts
    logins: str = "password,keyboard-interactive"
    locked: bool = False  # every login is refused, as the platform does it: like a wrong password
    old_algorithms: bool = False
    sessions: int = 10  # at the same time
    idle: float = 0.0  # without a key, until the session ends; 0: never
    carries: int = 0  # bytes of a session, until the line breaks; 0: it does not
    latency: float = 0.0  # of a round trip
    drip: int = 0  # bytes a second; 0: as they come
    page: int = 0  # lines of a page; 0: as many as the terminal has
    options_pager: bool = False  # the pager of `file view`, which no setting turns off
    pager_stays: bool = False  # the node does not know `set cli pagination`
    asks: str = ""  # what a command of `utils` or `set network` asks before it does anything
    look_alike: float = 0.0  # how long output stands still behind a line that begins like the prompt; 0: no such line
    megabytes: int = 0  # that every listing is longer
    boots: float = 0.0  # longer than usual
    stuck: str = ""  # the service that stays STARTING once it is restarted
    ailments: tuple[str, ...] = ()


USUAL = Manner()


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One mode. `value` is the usual one of what may be given with it, and `gives` names it; both empty for nothing."""

    name: str
    like: str
    manner: Callable[[str], Mapping[str, object]]
    gives: str = ""
    value: str = ""

    def joins(self, manner: Manner, value: str) -> Manner:
        """The manner of a node that is in this mode as well. Raises UsageError for a value that makes no sense."""
        try:
            return replace(manner, **self.manner(value))  # type: ignore[arg-type]
        except (ValueError, KeyError) as wrong:
            usage = f"{self.name} takes {self.gives}, such as {self.value}." if self.gives else f"Usage: {self.name}"
            raise UsageError(f"{value!r} makes no sense for the mode {self.name}", usage) from wrong


def _amount(text: str) -> int:
    """A whole number of something, more than none. Raises ValueError."""
    amount = int(text)
    if not 0 < amount <= 10**9:
        raise ValueError(text)
    return amount


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86400:
        raise ValueError(text)
    return seconds


def _nothing(text: str) -> None:
    if text:
        raise ValueError(text)


def _plainly(**changed: object) -> Callable[[str], Mapping[str, object]]:
    """For a mode with which nothing is given."""

    def manner(text: str) -> Mapping[str, object]:
        _nothing(text)
        return changed

    return manner


# The text of a question, and what the node prints when it is answered otherwise, are nowhere documented for these.
QUESTIONS = {
    "plain": "\nUsers are signed in at this node. Shall it be done all the same? ",
    "menu": '\n 1) now\n 2) tonight\nPlease select an option (1 - 2 or "q" ): ',
    "open": "\nThis touches users who are signed in.\nName of this node, to go on> ",
}

MODES: tuple[Mode, ...] = (
    Mode(
        name="slow-start",
        like="the SSH server speaks late, and behind it the CLI starts late",
        gives="SECONDS",
        value="60",
        manner=lambda text: {"late": _seconds(text)},
    ),
    Mode(
        name="pager-1",
        like="pages of so many lines, whatever the terminal's height",
        gives="LINES",
        value="2",
        manner=lambda text: {"page": _amount(text)},
    ),
    Mode(
        name="pager-1-stays",
        like="the same, and `set cli pagination` is unknown, as on old builds",
        gives="LINES",
        value="24",
        manner=lambda text: {"page": _amount(text), "pager_stays": True},
    ),
    Mode(
        name="pager-2",
        like="listings go through the pager of `file view`, which no setting turns off",
        gives="LINES",
        value="20",
        manner=lambda text: {"page": _amount(text), "options_pager": True},
    ),
    Mode(
        name="keyboard-interactive",
        like="no plain password, as of release 15",
        manner=_plainly(logins="keyboard-interactive"),
    ),
    Mode(
        name="old-algorithms",
        like="only SHA-1 and CBC, as on 9.x to 11.5",
        manner=_plainly(old_algorithms=True),
    ),
    Mode(
        name="locked-account",
        like="every login is refused, with the words of a wrong password",
        manner=_plainly(locked=True),
    ),
    Mode(
        name="session-limit",
        like="so many sessions at once; the next is closed behind the login",
        gives="SESSIONS",
        value="1",
        manner=lambda text: {"sessions": _amount(text)},
    ),
    Mode(
        name="idle-timeout",
        like="a session without a key for so long ends without a word",
        gives="SECONDS",
        value="1800",
        manner=lambda text: {"idle": _seconds(text)},
    ),
    Mode(
        name="drops-output",
        like="the line breaks when a session has printed so much",
        gives="BYTES",
        value="2000",
        manner=lambda text: {"carries": _amount(text)},
    ),
    Mode(
        name="odd-question",
        like="commands of `utils` and `set network` ask first, in words that nothing announces",
        gives="|".join(QUESTIONS),
        value="plain",
        manner=lambda text: {"asks": QUESTIONS[text]},
    ),
    Mode(
        name="look-alike",
        like="in every listing a line begins like the prompt, and stands still behind it",
        gives="SECONDS",
        value="0.2",
        manner=lambda text: {"look_alike": _seconds(text)},
    ),
    Mode(
        name="latency",
        like="a round trip takes so long",
        gives="MILLISECONDS",
        value="60",
        manner=lambda text: {"latency": _amount(text) / 1000},
    ),
    Mode(
        name="drip",
        like="output comes by so many bytes a second, cut anywhere",
        gives="BYTES",
        value="300",
        manner=lambda text: {"drip": _amount(text)},
    ),
    Mode(
        name="long-output",
        like="every listing is so much longer",
        gives="MEGABYTES",
        value="10",
        manner=lambda text: {"megabytes": _amount(text)},
    ),
    Mode(
        name="long-reboot",
        like="a restart takes so much longer",
        gives="SECONDS",
        value="1800",
        manner=lambda text: {"boots": _seconds(text)},
    ),
    Mode(
        name="no-return",
        like="the node does not come back from a restart",
        manner=_plainly(boots=NEVER),
    ),
    Mode(
        name="stuck-service",
        like="a service stays STARTING when it is restarted",
        gives="SERVICE",
        value=XCP_ROUTER,
        manner=lambda text: {"stuck": text},
    ),
    Mode(
        name="broken-replication",
        like="the database of the node does not replicate",
        manner=_plainly(ailments=("replication",)),
    ),
)


def key(node: str, mode: str) -> str:
    """The setting that holds what was given with a mode of a node."""
    return f"{_PREFIX}/{node}/{mode}"


def mode_of(name: str) -> Mode:
    """The mode of this name. Raises UsageError with all of them."""
    for mode in MODES:
        if mode.name == name:
            return mode
    known = "\n".join(f"  {f'{mode.name} {mode.gives}'.strip():<30} {mode.like}" for mode in MODES)
    raise UsageError(f"there is no mode {name!r}", f"Modes are:\n{known}")


def manner_of(state: State, node: str) -> Manner:
    """How a node behaves now."""
    manner = USUAL
    for mode in MODES:
        value = state.settings.get(key(node, mode.name))
        if value is not None:
            manner = mode.joins(manner, value)
    return manner


def ailments(state: State, node: str) -> tuple[str, ...]:
    """What is wrong with a node, by a mode or otherwise."""
    return (*state.nodes[node].unwell, *manner_of(state, node).ailments)


def without_modes(state: State, node: str) -> State:
    """The same with a node as usual."""
    prefix = f"{_PREFIX}/{node}/"
    kept = {name: value for name, value in state.settings.items() if not name.startswith(prefix)}
    return replace(state, settings=kept)
