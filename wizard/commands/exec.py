"""`exec`: one CLI command on a node, clean output, and an exit status that says what became of it."""

import argparse
import getpass
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.errors import UsageError

if TYPE_CHECKING:
    from cli_backend.exchange import Endpoint, Exchange, Expected, Risk

SCHEMA = "fedwizard.exec/1"
_LOOK_AGAIN = 0.05  # seconds
_SLOW = "A node takes up to two minutes to give its first prompt, five after a restart. Allow more with --timeout."
EXIT = {"ok": 0, "rebooting": 0, "failed": 1, "question": 3, "timed-out": 4, "closed": 5, "refused": 6}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `exec`."""
    parser = subparsers.add_parser(
        "exec",
        help="one CLI command on a node",
        usage="fedwizard exec [OPTIONS] [USER@]HOST[:PORT] COMMAND...",
        description="Options stand before HOST; everything behind it is the command.",
    )
    add = parser.add_argument
    add("--password-stdin", action="store_true", help="read the password from standard input, one line")
    add("--accept-host-key", metavar="SHA256:...", help="the fingerprint of the node's host key")
    add("--legacy-algorithms", action="store_true", help="allow SHA-1 and CBC, which releases 9.x to 11.5 need")
    add("--allow-change", action="store_true", help="let a command change the node")
    add("--confirm", metavar="HOST", help="for a disruptive command about which the node asks nothing: HOST again")
    add("--answer", action="append", default=[], metavar="PATTERN=TEXT", help="answer a question of the node")
    add("--timeout", type=_seconds, metavar="S", help="for all of it, from connecting to the prompt behind the command")
    add("--json", action="store_true", help="one JSON object on standard output")
    add("host", metavar="[USER@]HOST[:PORT]")
    add("command", nargs=argparse.REMAINDER, metavar="COMMAND...")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class _Refused(Exception):  # noqa: N818  (an end, not an error: exit status 6)
    """Nothing was sent, and why."""

    problem: str
    remedy: str


def run(args: argparse.Namespace) -> int:
    """`fedwizard exec ...`. Raises UsageError before anything is connected."""
    from cli_backend.dialect import patience, risk_of
    from cli_backend.exchange import CliError, NoPrompt, Unreachable
    from wizard.commands.node_login import endpoint_at, remedy_of

    command, expected = _command(args), _expected(args.answer)
    time_is_over = _Deadline(args.timeout)
    args.timeout = args.timeout or patience(command)
    endpoint = endpoint_at(args.host, args.accept_host_key, legacy_algorithms=args.legacy_algorithms)
    risk = risk_of(command)
    try:
        _allow(args, command, risk, endpoint)
        exchange = _send(args, endpoint, command, expected, time_is_over)
    except _Refused as refused:
        return _end(args, _document(endpoint, command, risk, "refused"), refused.problem, refused.remedy)
    except Unreachable as problem:
        asked = problem.question if isinstance(problem, NoPrompt) else None
        if time_is_over.is_set() and not asked:
            said = f"{args.timeout:g} s passed before the node gave a prompt. The command was not sent"
            return _end(args, _document(endpoint, command, risk, "timed-out"), said, _SLOW)
        result = problem.result.value if isinstance(problem, NoPrompt) else "closed"
        found = {**_document(endpoint, command, risk, result), "question": asked}
        return _end(args, found, problem.problem, problem.remedy)
    except CliError as problem:
        return _end(args, _document(endpoint, command, risk, "refused"), problem.problem, remedy_of(problem))
    return _tell(args, exchange, _document(endpoint, command, risk, exchange.result.value, exchange))


# --- what is asked for -----------------------------------------------------------------------------------------------


def _command(args: argparse.Namespace) -> str:
    from cli_backend.dialect import refuse
    from cli_backend.exchange import CommandRefused

    if not args.command:
        raise UsageError("no command was given", "Write it behind HOST, such as: fedwizard exec imp1 show status")
    command = " ".join(args.command)
    try:
        refuse(args.host, command)
    except CommandRefused as problem:
        raise UsageError(problem.problem, problem.remedy) from problem
    return command


def _expected(texts: list[str]) -> tuple["Expected", ...]:
    import re

    from cli_backend.dialect import typeable
    from cli_backend.exchange import Expected

    found = []
    for text in texts:
        pattern, separator, answer = text.rpartition("=")
        if not separator:
            raise UsageError(f"--answer {text!r} is not PATTERN=TEXT", r"Such as --answer 'Continue \(y/n\)\?=y'.")
        if not pattern:
            raise UsageError(f"--answer {text!r}: the pattern is empty", "It has to match the question's last line.")
        try:
            re.compile(pattern)
        except re.error as problem:
            raise UsageError(f"--answer {text!r}: the pattern is no regular expression: {problem}") from problem
        if not typeable(answer):
            raise UsageError(
                f"--answer {text!r}: the console would act on a character of {answer!r} instead of taking it as text",
                "Answers are printable ASCII, on one line, without a question mark.",
            )
        found.append(Expected(pattern=pattern, answer=answer))
    return tuple(found)


def _allow(args: argparse.Namespace, command: str, risk: "Risk", endpoint: "Endpoint") -> None:
    """Whether the command may be sent at all. Raises _Refused."""
    from cli_backend.dialect import asks_before
    from cli_backend.exchange import Risk

    if risk is Risk.READ_ONLY:
        return
    if not args.allow_change:
        raise _Refused(
            f"`{command}` is a {risk.value} command. Nothing was sent", "If that is meant, add --allow-change."
        )
    if risk is Risk.DISRUPTIVE and not asks_before(command) and args.confirm != endpoint.address:
        raise _Refused(
            f"`{command}` disrupts, and the node asks nothing before. Nothing was sent",
            f"If that is meant, add --confirm {endpoint.address}.",
        )


# --- sending ---------------------------------------------------------------------------------------------------------


class _Deadline:
    """The end of the whole call: a cancellation that comes by itself. The time a person takes does not count."""

    def __init__(self, seconds: float | None) -> None:
        """None: never."""
        self._until = None if seconds is None else time.monotonic() + seconds
        self._person = False

    def is_set(self) -> bool:
        """Whether the time is over."""
        return self._until is not None and not self._person and time.monotonic() >= self._until

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for it, or for some seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self.is_set() and (until is None or time.monotonic() < until):
            time.sleep(_LOOK_AGAIN)
        return self.is_set()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """While a person types."""
        began, self._person = time.monotonic(), True
        try:
            yield
        finally:
            if self._until is not None:
                self._until += time.monotonic() - began
            self._person = False


class _Stranger:
    """Nobody is there in the middle of a command; a password comes from where the command line says."""

    def __init__(self, password: str | None, time_is_over: _Deadline) -> None:
        self._password, self._time_is_over = password, time_is_over

    def password(self, node: str) -> str | None:
        """The line of standard input, or what is typed on the terminal."""
        if self._password is None and sys.stdin.isatty():
            self._password = self._typed(f"Password of the CLI account on {node} (hidden): ")
        return self._password

    def accept_host_key(self, node: str, key_type: str, fingerprint: str) -> bool:
        """Only a known key is taken."""
        del node, key_type, fingerprint
        return False

    def answer_prompt(self, node: str, prompt: str, echo: bool) -> str | None:
        """A second factor is typed on the terminal."""
        del echo
        from wizard.text import visible

        return self._typed(f"{node} asks: {visible(prompt)}") if sys.stdin.isatty() else None

    def answer_question(self, node: str, command: str, question: str) -> str | None:
        """An unannounced question is not answered."""
        del node, command, question
        return None

    def _typed(self, prompt: str) -> str:
        with self._time_is_over.stopped():
            return getpass.getpass(prompt, sys.stderr)


def _send(
    args: argparse.Namespace,
    endpoint: "Endpoint",
    command: str,
    expected: tuple["Expected", ...],
    time_is_over: _Deadline,
) -> "Exchange":
    from checks.requests import Network
    from checks.service import CheckService
    from cli_backend.dialect import restarts
    from cli_backend.exchange import Result
    from wizard.commands.node_login import terminal_as_before
    from wizard.commands.sittings import nodes_at, read_password_line

    password = read_password_line(sys.stdin.readline()) if args.password_stdin else None
    names = CheckService(Network())
    nodes = nodes_at({endpoint.name: endpoint}, _Stranger(password, time_is_over), names.resolve)
    try:
        with terminal_as_before():
            exchange = nodes.run(
                endpoint.name,
                command,
                expect=expected,
                reboots=restarts(command),
                timeout=args.timeout,
                cancel=time_is_over,
            )
        result = Result.TIMED_OUT if exchange.result is Result.CANCELLED else exchange.result  # nobody else cancels
        return replace(
            exchange,
            result=result,
            host_key=nodes.host_key(endpoint.name),
            algorithms=nodes.algorithms(endpoint.name),
        )
    finally:
        nodes.close()
        names.close()


# --- telling ---------------------------------------------------------------------------------------------------------


def _document(
    endpoint: "Endpoint", command: str, risk: "Risk", result: str, exchange: "Exchange | None" = None
) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "node": endpoint.name,
        "command": command,
        "risk": risk.value,
        "result": result,
        "output": exchange.output if exchange else "",
        "question": exchange.question if exchange else None,
        "duration_ms": exchange.duration_ms if exchange else 0,
        "host_key": exchange.host_key if exchange else "",
        "algorithms": exchange.algorithms if exchange else "",
    }


def _tell(args: argparse.Namespace, exchange: "Exchange", document: dict[str, object]) -> int:
    from cli_backend.exchange import Result
    from wizard.text import visible

    if not args.json:
        for piece in exchange.printed.pieces():
            print(visible(piece), end="")
    lost = "what became of the command is not known"
    last = f". The last line it printed: {exchange.last_line}" if exchange.last_line else ""
    problems = {
        Result.REBOOTING: "the connection ended with the confirmed restart",
        Result.FAILED: f"the node says: {exchange.failure}",
        Result.QUESTION: f"the node asks, and nothing was answered:\n{exchange.question}",
        Result.TIMED_OUT: f"no prompt within {args.timeout:g} s; {lost}{last}",
        Result.CLOSED: f"the connection ended before the prompt came; {lost}{last}",
    }
    return _end(args, document, problems.get(exchange.result, ""), "")


def _end(args: argparse.Namespace, document: dict[str, object], problem: str, remedy: str) -> int:
    """One JSON object where it is wanted, a sentence on standard error, and the status."""
    from wizard.text import visible

    if args.json:
        json.dump(document, sys.stdout)
        print()
    for text in (problem and f"fedwizard: {document['node']}: {problem}", remedy and f"  {remedy}"):
        if text:
            print(visible(text), file=sys.stderr)
    return EXIT[str(document["result"])]


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86400:
        raise argparse.ArgumentTypeError("seconds, more than 0")
    return seconds
