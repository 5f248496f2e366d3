"""The four cases at which other libraries hang, cut off, or answer by themselves: all is read, and nothing typed."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cli_backend.exchange import Result
from tests.cli_backend.people import Operator, Reach
from tests.servers.paramiko_cli import PASSWORD, Console, serve

LINES = [f"line {number:03d} of the listing" for number in range(1, 301)]
LOOK_ALIKE = [*LINES[:3], "admin:", "admin: 3 sessions", *LINES[3:6]]
WHOLE = "\n".join(LINES) + "\n"
ERASE = "\r\x1b[K"
SETUP = "set cli pagination off\r"


def pager_1(console: Console) -> None:
    """300 lines, twenty a page, and the general pager between them."""
    for number, line in enumerate(LINES, 1):
        console.out(f"{line}\r\n")
        if number % 20 == 0 and number < len(LINES):
            console.out("\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\x1b[0m\x1b[K")
            assert console.key() == " "
            console.out(ERASE)


def pager_2(console: Console) -> None:
    """300 lines behind the pager of `file view`, whose last page has to be answered as well."""
    for start in range(0, len(LINES), 20):
        page = LINES[start : start + 20]
        last = start + 20 >= len(LINES)
        console.out("".join(f"{line}\r\n" for line in page) + ("end of the file reached\r\n" if last else ""))
        place = f"(lines {start + 1} - {start + len(page)} of {len(LINES)})"
        console.out(f"\x1b[1m\r\noptions: q=quit, n=next, p=prev, b=begin, e=end {place} : \x1b[0m")
        assert console.key() == ("q" if last else "n")
        console.out(ERASE)


def look_alike(console: Console) -> None:
    """A line that begins like the prompt, and one that is the prompt, each with a pause behind it."""
    for line in LOOK_ALIKE:
        head, colon, rest = line.partition(":")
        console.out(head + colon)
        if colon:
            console.channel.settimeout(0.2)
            with pytest.raises(TimeoutError):  # nobody types anything
                console.channel.recv(1)
            console.channel.settimeout(None)
        console.out(f"{rest}\r\n")


def question(console: Console) -> None:
    """What nobody announced."""
    console.out("\r\nAll certificates will be regenerated.\r\n\r\nContinue (y/n)?")
    console.key()


@dataclass(frozen=True)
class Case:
    """What a console does, and what must come of it. `typed` is all that was typed besides the command."""

    does: Callable[[Console], None]
    result: Result
    output: str
    typed: str = ""
    question: str | None = None


ASKED = "All certificates will be regenerated.\n\nContinue (y/n)?"
CASES = {
    "show pager 1": Case(pager_1, Result.OK, WHOLE, " " * 14),
    "show pager 2": Case(pager_2, Result.OK, WHOLE, "n" * 14 + "q"),
    "show look-alike": Case(look_alike, Result.OK, "\n".join(LOOK_ALIKE) + "\n"),
    "show question": Case(question, Result.QUESTION, f"{ASKED}\n", question=ASKED),
}


@pytest.mark.parametrize("command", CASES)
def test_four_of_four(reach: Reach, command: str) -> None:
    case, operator = CASES[command], Operator(PASSWORD)
    with serve(lambda console, entered: CASES[entered].does(console)) as server:
        device = reach(server, operator)
        exchange = device.run("imp1", command, timeout=60)
        device.close()
        assert (exchange.result, exchange.output, exchange.question) == (case.result, case.output, case.question)
        assert bytes(server.received).decode() == f"{SETUP}{command}\r{case.typed}"
        assert operator.questions == ([case.question] if case.question else [])
