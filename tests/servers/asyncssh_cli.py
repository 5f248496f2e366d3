"""A console like the platform's behind asyncssh, in a process of its own: `asyncssh_cli.py`, or `console_server()`.

It speaks on two ports, one of them as far away as a round trip of 60 ms, and prints both as JSON. asyncssh is a server
that is stricter than most: it takes one request for authentication, and no other.
"""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

USER, PASSWORD = "administrator", "a word that is right"
ROUND_TRIP = 0.06  # seconds
LARGE = "".join(f"line {number:>5} {'x' * 74}\r\n" for number in range(1, 6001))  # 520 KB and some
SMALL = "\r\nMachine Name    : imp1\r\naccount name    : administrator\r\nprivilege level : 4\r\n\r\n"


@dataclass(frozen=True)
class Ports:
    """Where the console listens, and what it takes."""

    port: int
    far_port: int
    methods: str


_Challenge = tuple[str, str, str, Sequence[tuple[str, bool]]]


class _Server(asyncssh.SSHServer):
    def __init__(self, methods: str) -> None:
        self._methods = methods

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return "password" in self._methods

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def kbdint_auth_supported(self) -> bool:
        return "keyboard-interactive" in self._methods

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> _Challenge:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return list(responses) == [PASSWORD] and username == USER


async def _line(process: "asyncssh.SSHServerProcess[bytes]", typed: bytearray) -> str:
    """A line, each key echoed as it comes."""
    text = b""
    while True:
        if not typed:
            data = await process.stdin.read(4096)
            if not data:
                raise EOFError
            typed += data
        end = typed.find(b"\r")
        now = bytes(typed[: end + 1] if end >= 0 else typed)
        del typed[: len(now)]
        text += now.rstrip(b"\r")
        process.stdout.write(now.replace(b"\r", b"\r\n"))
        if end >= 0:
            return text.decode()


async def _console(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    process.stdout.write(b"Command Line Interface is starting up, please wait ...\r\n\r\n")
    typed = bytearray()
    with contextlib.suppress(EOFError, asyncssh.Error, OSError):
        while True:
            process.stdout.write(b"admin:")
            verb, _, rest = (await _line(process, typed)).partition(" ")
            if verb == "quit":
                break
            await _answer(process, verb, rest)
    process.exit(0)


async def _answer(process: "asyncssh.SSHServerProcess[bytes]", verb: str, rest: str) -> None:
    if verb == "show" and rest == "large":
        process.stdout.write(LARGE.encode())
    elif verb == "show" and rest.startswith("megabytes "):
        await _flood(process, int(rest.partition(" ")[2]))
    elif verb == "show" and rest.startswith("mark "):
        _, mark, longest = rest.split(" ")
        await _haltingly(process, mark, int(longest) / 1000)
    elif verb == "show":
        process.stdout.write(SMALL.encode())
    else:
        process.stdout.write(b"Automatic pagination is turned off\r\n")


async def _flood(process: "asyncssh.SSHServerProcess[bytes]", megabytes: int) -> None:
    for lines in flood(megabytes):
        process.stdout.write(lines.replace("\n", "\r\n").encode())
        await process.stdout.drain()


def flood(megabytes: int) -> Iterator[str]:
    """What `show megabytes N` prints, as it should be read, in pieces. No two lines are the same."""
    for start in range(0, megabytes * 10_000, 1000):
        yield "".join(f"line {number:>9} {'é' * 40}\n" for number in range(start, start + 1000))


async def _haltingly(process: "asyncssh.SSHServerProcess[bytes]", mark: str, longest: float) -> None:
    """Lines that bear a mark, with pauses of up to `longest` seconds, even behind what looks like the prompt."""
    for number in range(1, 6):
        await asyncio.sleep(random.uniform(0, longest / 2))
        process.stdout.write(f"{mark} line {number}\r\nadmin:".encode())
        await asyncio.sleep(random.uniform(0, longest))
        process.stdout.write(f" {mark} was typed here\r\n".encode())
    process.stdout.write(f"{mark} end\r\n".encode())


def marked(mark: str) -> str:
    """What `show mark MARK MILLISECONDS` prints, as it should be read."""
    lines = "".join(f"{mark} line {number}\nadmin: {mark} was typed here\n" for number in range(1, 6))
    return f"{lines}{mark} end\n"


async def _far(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Carry a connection to the near port, each way half a round trip later."""
    there, back = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        data = b"-"
        while data:
            data = await source.read(65536)
            loop.call_later(ROUND_TRIP / 2, sink.write if data else lambda _end: sink.close(), data)

    with contextlib.suppress(OSError):
        await asyncio.gather(carry(reader, back), carry(there, writer))


async def _serve(methods: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Server(methods),
        server_host_keys=[key],
        process_factory=_console,
        encoding=None,
        line_editor=False,
    )
    port = server.get_port()
    far = await asyncio.start_server(lambda reader, writer: _far(reader, writer, port), "127.0.0.1", 0)
    far_port = far.sockets[0].getsockname()[1]
    print(json.dumps({"port": port, "far_port": far_port, "methods": methods}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever started it lets go
    os._exit(0)  # nothing is kept, and connections that are open need no farewell


@contextlib.contextmanager
def console_server(methods: str = "password,keyboard-interactive") -> Iterator[Ports]:
    """The console in a process of its own, until the context ends."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__)), methods], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield Ports(**json.loads(child.stdout.readline()))
        finally:
            child.stdin.close()
            child.wait(10)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
