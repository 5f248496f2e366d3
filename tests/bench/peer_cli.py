"""The same questions by other libraries: `peer_cli.py CLIENT FIGURE PORT USER PASSWORD [SESSIONS EACH LONGEST]`.

Runs in a venv of its own (netmiko, scrapli, pexpect, paramiko-expect) and imports nothing of ours. Each is used as its
documentation says, with the strictest prompt that it takes: at the beginning of a line, at the end of what has come.
A FIGURE is connect, small, large or marked. Prints JSON.
"""

import contextlib
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

PATIENCE = 20  # seconds for one answer
WIDE = 511

Ask = Callable[[str], str]


@contextlib.contextmanager
def netmiko(port: int, user: str, password: str) -> Iterator[Ask]:
    """netmiko's driver for what it does not know."""
    from netmiko import ConnectHandler  # type: ignore[import-not-found,unused-ignore]

    place = {"device_type": "generic", "host": "127.0.0.1", "port": port}
    connection = ConnectHandler(**place, username=user, password=password, default_enter="\r")

    def ask(command: str) -> str:
        return str(connection.send_command(command, expect_string=r"\nadmin:\Z", read_timeout=PATIENCE))

    yield ask
    connection.disconnect()


@contextlib.contextmanager
def scrapli(port: int, user: str, password: str) -> Iterator[Ask]:
    """scrapli with a definition of its own kind for this prompt, over the ssh program, which is its default."""
    from scrapli import AuthOptions, Cli, SessionOptions  # type: ignore[import-not-found,unused-ignore]
    from scrapli.cli import LoadedDefinition  # type: ignore[import-not-found,unused-ignore]
    from scrapli.transport import BinOptions  # type: ignore[import-not-found,unused-ignore]

    prompt = "prompt_pattern: '^admin:$'"
    definition = f"---\n{prompt}\ndefault_mode: 'cli'\nmodes:\n  - name: 'cli'\n    {prompt}\n"
    cli = Cli(
        "127.0.0.1",
        port=port,
        definition_file_or_name=LoadedDefinition("vos", definition),
        auth_options=AuthOptions(username=user, password=password),
        session_options=SessionOptions(operation_timeout_s=PATIENCE, return_char="\r"),
        transport_options=BinOptions(term_width=WIDE, enable_strict_key=False),
    )
    with cli:
        yield lambda command: str(cli.send_input(command).result)


@contextlib.contextmanager
def pexpect(port: int, user: str, password: str) -> Iterator[Ask]:
    """pexpect with OpenSSH, without the pause that it makes before each sending."""
    import pexpect as library

    trusting = ("-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null")
    words = [*trusting, "-o", "PreferredAuthentications=password", "-p", str(port), f"{user}@127.0.0.1"]
    child = library.spawn("ssh", words, encoding="utf-8", timeout=PATIENCE, dimensions=(24, WIDE))
    child.delaybeforesend = None
    child.expect("password:")
    child.sendline(password)
    prompt = r"\nadmin:\Z"
    child.expect(prompt)

    def ask(command: str) -> str:
        child.send(f"{command}\r")
        child.expect(prompt)
        return str(child.before).partition("\r\n")[2] + "\n"

    yield ask
    child.close(force=True)


@contextlib.contextmanager
def paramiko_expect(port: int, user: str, password: str) -> Iterator[Ask]:
    """paramiko-expect over paramiko's own client."""
    from paramiko import AutoAddPolicy, SSHClient
    from paramiko_expect import SSHClientInteraction  # type: ignore[import-not-found,unused-ignore]

    with SSHClient() as client:
        client.set_missing_host_key_policy(AutoAddPolicy())
        client.connect("127.0.0.1", port, user, password, look_for_keys=False, allow_agent=False)
        with SSHClientInteraction(client, timeout=PATIENCE, tty_width=WIDE) as shell:
            shell.expect("admin:")

            def ask(command: str) -> str:
                shell.send(command)
                shell.expect("admin:")
                return str(shell.current_output_clean).partition("\n")[2]

            yield ask


CLIENTS = {each.__name__: each for each in (netmiko, scrapli, pexpect, paramiko_expect)}


def main() -> None:
    client, figure, port, user, password = sys.argv[1:6]

    def opened() -> contextlib.AbstractContextManager[Ask]:
        return CLIENTS[client](int(port), user, password)

    match figure:
        case "connect":
            found: Any = {"seconds": connecting(opened)}
        case "marked":
            found = {"answers": marked(opened, *map(int, sys.argv[6:9]))}
        case _:
            found = asking(opened, "show myself" if figure == "small" else "show large", 20 if figure == "small" else 5)
    json.dump(found, sys.stdout)


def connecting(opened: Callable[[], contextlib.AbstractContextManager[Ask]]) -> float:
    """The median of some connections, up to their first prompt. The first one is not timed: it loads the library."""
    took = []
    for _ in range(6):
        began = time.perf_counter()
        with opened():
            took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


def asking(opened: Callable[[], contextlib.AbstractContextManager[Ask]], command: str, count: int) -> dict[str, Any]:
    """The median of some questions in one session, and the sums of what was answered."""
    took, answers = [], set()
    with opened() as ask:
        for _ in range(count):
            began = time.perf_counter()
            answer = ask(command)
            took.append(time.perf_counter() - began)
            answers.add(plain(answer))
    return {
        "seconds": statistics.median(took),
        "answers": [hashlib.sha256(answer.encode()).hexdigest() for answer in answers],
    }


def plain(answer: str) -> str:
    """The lines of an answer, by which all are compared."""
    return answer.replace("\r", "").strip()


def marked(
    opened: Callable[[], contextlib.AbstractContextManager[Ask]], sessions: int, each: int, longest: int
) -> list[tuple[str, str]]:
    """Marks, and what was answered to each, in parallel sessions. What raised an error is an empty answer."""

    def one(number: int) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        try:
            with opened() as ask:
                for command in range(each):
                    mark = f"node{number}.{command}"
                    found.append((mark, ask(f"show mark {mark} {longest}")))
        except Exception as problem:  # noqa: BLE001  (whatever it is: this session gives no more answers)
            print(f"session {number}: {type(problem).__name__}: {str(problem)[:200]}", file=sys.stderr)
        return found + [(f"node{number}.{command}", "") for command in range(len(found), each)]

    with ThreadPoolExecutor(sessions) as pool:
        return [answer for answers in pool.map(one, range(sessions)) for answer in answers]


if __name__ == "__main__":
    main()
