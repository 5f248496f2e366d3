"""A console that looks like a node's, scripted, for a real sshd to run. Not ours to share code with: plain Python."""

import os
import sys
import termios
import threading
import tty
from pathlib import Path

WARNING = (
    "\r\n        ***   W A R N I N G   ***\r\nThe domain of this server changes.\r\n\r\n"
    "The server will now be rebooted. Do you wish to continue.\r\n\r\nContinue (y/n)?"
)


def out(text: str) -> None:
    """Write to the terminal at once."""
    os.write(1, text.encode())


def read_line() -> str:
    """A line typed with echo, character by character."""
    typed = ""
    while True:
        data = os.read(0, 1)
        if not data:
            sys.exit(0)
        character = data.decode("latin-1")
        if character in "\r\n":
            out("\r\n")
            return typed
        typed += character
        out(character)


def eth0(domain: str) -> str:
    """`show network eth0`."""
    return (
        "\r\nEthernet 0\r\nDHCP         : disabled           Status     : up\r\n"
        "IP Address   : 192.0.2.11         IP Mask    : 255.255.255.000\r\n\r\nDNS\r\n"
        "Primary      : 192.0.2.53         Secondary  : Not Configured\r\n"
        f"Domain       : {domain}\r\nGateway      : 192.0.2.1 on Ethernet 0\r\n\r\n"
    )


def pages() -> None:
    """Output behind the pager that wants one key."""
    for number in range(1, 61):
        out(f"line {number}\r\n")
        if number % 20 == 0 and number < 60:
            out("\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\x1b[0m")
            os.read(0, 1)
            out("\r\x1b[K")


def look_alike() -> None:
    """Output with a line that begins like the prompt, and a pause behind it."""
    out("before\r\nadmin:")
    threading.Event().wait(0.15)
    out(" this is still output\r\nafter\r\n")


def answer(command: str, state: Path) -> bool:
    """Do one command; False ends the session."""
    log = state / "log"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{command}\n")
    domain = state / "domain"
    match command.split():
        case ["show", "network", "eth0"]:
            out(eth0(domain.read_text(encoding="utf-8") if domain.exists() else ""))
        case ["set", "network", "domain", name]:
            out(WARNING)
            said = read_line()
            with log.open("a", encoding="utf-8") as file:
                file.write(f"answer {said}\n")
            if said == "y":
                domain.write_text(name, encoding="utf-8")
                out("trying to restart system...\r\n")
                return False
        case ["set", "cli", "pagination", "off"]:
            out("Automatic pagination is turned off\r\n")
        case ["show", "pages"]:
            pages()
        case ["show", "lookalike"]:
            look_alike()
        case ["utils", "ask"]:
            out("\r\nShall the pumps be primed, operator (yes/no)? ")
            said = read_line()
            with log.open("a", encoding="utf-8") as file:
                file.write(f"answer {said}\n")
        case ["show", "version", "active"]:
            out("\x1b]0;owned\x07 \x1b[2Jcanary\r\n")
        case []:
            pass
        case _:
            out("No valid command entered\r\n")
    return True


def main() -> None:
    """Banner, then command after command."""
    state = Path(sys.argv[1])
    if sys.stdin.isatty():
        tty.setraw(0, termios.TCSANOW)
    out("Command Line Interface is starting up, please wait ...\r\n\r\n")
    threading.Event().wait(0.4)
    out("   Welcome to the Platform Command Line Interface\r\n\r\n")
    going = True
    while going:
        out("admin:")
        going = answer(read_line(), state)


if __name__ == "__main__":
    main()
