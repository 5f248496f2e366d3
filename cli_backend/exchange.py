"""What goes to a node and what comes back, as data. Free of paramiko, so that everybody may hold it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cli_backend.printed import Printed


class Risk(StrEnum):
    """What a command can do to a node. Unknown commands are changes."""

    READ_ONLY = "read-only"
    CHANGE = "change"
    DISRUPTIVE = "disruptive"


class Result(StrEnum):
    """How an exchange ended. The platform CLI has no exit status; these are concluded from what was seen."""

    OK = "ok"
    FAILED = "failed"
    QUESTION = "question"  # the node asked something that was not announced, and nobody answered it
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"  # a person stopped waiting; the node goes on with what it was told
    CLOSED = "closed"  # the connection ended before a prompt came
    REBOOTING = "rebooting"  # the connection ended after a confirmed restart, as it should


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A question that a command announces: `pattern` fully matches its last line, `answer` is typed."""

    pattern: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A question that was answered, verbatim."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One command on one node, from the first byte sent to the quiet state after it.

    What was `printed` is normalised text: no echo, no pager lines, no terminal control of ours; what the node printed
    otherwise stays as it was and is hostile until shown through `visible()`. `started` is RFC 3339 UTC.
    `failure` is the line by which the node said that it failed. `question` is the text of an unanswered question.
    `late` is what had come since the prompt of the command before: output of that one, or the node's own doing.
    """

    node: str
    command: str
    result: Result
    printed: Printed
    started: str
    duration_ms: int
    failure: str | None = None
    question: str | None = None
    answered: tuple[Answered, ...] = ()
    late: str = ""
    host_key: str = ""
    algorithms: str = ""

    @property
    def output(self) -> str:
        """All that was printed. A long one is read anew at each call; `printed` has it in pieces. Raises OSError."""
        return self.printed.text

    @property
    def last_line(self) -> str:
        """The last line that holds anything: where a node stands that gives no prompt. Empty: it printed nothing."""
        return self.printed.tail.rstrip().rpartition("\n")[2].strip()


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """How a node is reached. `address` and `port` are numeric and final (after resolution and the connection map).

    `host_key` is the pinned fingerprint, `SHA256:...` as OpenSSH prints it, None where the operator must confirm one.
    `by_config`: the person's `~/.ssh/config` may know of another host name, and of jump hosts on the way; and of
    another port and user, where nobody said them: then the values here are for a file that says nothing of them.
    """

    name: str
    address: str
    port: int = 22
    user: str = "administrator"
    host_key: str | None = None
    legacy_algorithms: bool = False
    shown: str = ""
    by_config: bool = True
    port_said: bool = True
    user_said: bool = True

    @property
    def place(self) -> str:
        """Where the node is, for people: as the plan says it, not as the connection map has it."""
        return self.shown or f"{self.address} port {self.port}"


class Operator(Protocol):
    """The person, for what comes up in the middle of an act. Called from a node's own thread; may block."""

    def password(self, node: str) -> str | None:
        """The password for a node; None: the person declines, and the connection is given up."""

    def accept_host_key(self, node: str, key_type: str, fingerprint: str) -> bool:
        """Whether an unknown host key is the node's."""

    def answer_prompt(self, node: str, prompt: str, echo: bool) -> str | None:
        """An answer to a keyboard-interactive prompt that is not the password (MFA). None: give up."""

    def answer_question(self, node: str, command: str, question: str) -> str | None:
        """An answer to a question of the CLI that the command did not announce. None: nothing is sent."""


OnOutput = Callable[[str], None]  # normalised text while it arrives
OnAnswer = Callable[[Answered], None]  # called before the answer is typed, so that it can be put on record first


class Cancel(Protocol):
    """A cancellation that several threads may look at; `threading.Event` is one."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class CliError(Exception):
    """Something kept a command from being sent or its answer from being read; says what, to whom, what to do next."""

    def __init__(self, node: str, problem: str, remedy: str) -> None:
        super().__init__(f"{node}: {problem}")
        self.node, self.problem, self.remedy = node, problem, remedy


class Unreachable(CliError):  # noqa: N818  (a state of the node, named as codes.md names it)
    """No TCP connection, or no SSH behind it."""


class NoPrompt(Unreachable):
    """A shell without a first prompt, so nothing was sent: it stayed silent, asks something, or ended."""

    def __init__(self, node: str, problem: str, remedy: str, result: Result, question: str | None = None) -> None:
        super().__init__(node, problem, remedy)
        self.result, self.question = result, question


class LoginRefused(CliError):  # noqa: N818
    """The node refused the password, or we refuse to try it again before the lock-out window has passed."""


class RefusedByNode(LoginRefused):
    """The node itself refused the password. Early in its start it may refuse the right one."""


class LockedOut(LoginRefused):
    """We do not try: one more failure within the window would lock the account."""


class NoPassword(LoginRefused):
    """Nobody gave a password, so the node was not asked to accept one."""


class HostKeyRefused(CliError):  # noqa: N818
    """The host key changed, is revoked, or was not accepted."""


class HopRefused(HostKeyRefused):
    """The host key of a jump host changed, is revoked, or was not accepted; the node was not reached."""


class AlgorithmsRefused(CliError):  # noqa: N818
    """No common algorithm; the remedy names the opt-in."""


class CommandRefused(CliError):  # noqa: N818
    """The command holds characters that this console would act on, or is not allowed here."""


class Device(Protocol):
    """The CLI of all nodes. One session per node, reused; every call may block and is called from any thread."""

    def run(
        self,
        node: str,
        command: str,
        *,
        expect: Sequence[Expected] = (),
        reboots: bool = False,
        timeout: float = 120.0,
        on_output: OnOutput | None = None,
        on_answer: OnAnswer | None = None,
        cancel: Cancel | None = None,
    ) -> Exchange:
        """Send one command and read until a quiet state.

        `reboots`: a lost connection after an answered question is expected.

        Raises CliError when the command could not be sent; everything after its first byte is a Result.
        """

    def wait_for_return(
        self,
        node: str,
        *,
        went_down: bool,
        timeout: float,
        on_progress: OnOutput | None = None,
        cancel: Cancel | None = None,
    ) -> bool:
        """Wait until a node that restarts gives its prompt again; False when the time is over or it was cancelled.

        `went_down`: the connection was already seen to end; otherwise port 22 must close first (or be seen closed).
        """

    def close(self) -> None:
        """Close all sessions within a second; nothing is typed."""
