"""The commands of a node's console, as a table of words and small functions."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from wizard.practice import certificates, changes, database, lookups, outputs
from wizard.practice.modes import Manner, manner_of
from wizard.practice.outputs import UNSUCCESSFUL, View
from wizard.practice.pagers import options
from wizard.practice.pki import Authority
from wizard.practice.scenarios import NodeSpec
from wizard.practice.state import NodeLog, State, World
from wizard.practice.terminal import Gone, Terminal

UNKNOWN = "No valid command entered\n"
_FILLER = "".join(f"line {number:>3} of a log that nobody reads to its end\n" for number in range(1, 101))
RESTART_HINT = "Do not press Ctrl+C while the service is restarting. Run the command again if it does not come back.\n"
_WATCHED, _SHORTEST_WATCH = 240, 1.0  # seconds that a command looks at a service that does not come to rest
_DOMAIN = re.compile(
    r"(?=.{1,255}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\Z"
)


class Quit(Exception):  # noqa: N818  (the person leaves; nothing is wrong)
    """The session ends at the person's wish."""


@dataclass(frozen=True)
class Console:
    """One person's session on one node. `goes_down` cuts every session and closes the port until the node is back."""

    spec: NodeSpec
    world: World
    authority: Authority
    log: NodeLog
    terminal: Terminal
    goes_down: Callable[[], None]

    def view(self) -> View:
        """The node now."""
        return View(scenario=self.world.scenario, spec=self.spec, state=self.world.state, now=self.world.now())

    def run(self, line: str) -> None:
        """Perform one command line. Raises Gone, Quit."""
        words = " ".join(line.split())
        self.log.write("command", command=words)
        if words.startswith(("utils ", "set network ")) and not self._goes_on(words):
            self.terminal.write("\nOperation cancelled\n")
            return
        for prefix, handler in COMMANDS:
            if words == prefix or words.startswith(prefix + " "):
                handler(self, words[len(prefix) :].strip())
                return
        self.terminal.write(UNKNOWN)

    @property
    def manner(self) -> Manner:
        """How the node behaves now."""
        return manner_of(self.world.state, self.spec.name)

    def page(self, text: str) -> None:
        """Print a listing as the node does in its mode. Raises Gone."""
        manner = self.manner
        if manner.megabytes:
            text += _FILLER * (manner.megabytes * 1_000_000 // len(_FILLER))
        if manner.look_alike:
            lines = text.splitlines(keepends=True)
            half = len(lines) // 2
            self._print("".join(lines[:half]), manner)
            self.terminal.write("admin:")
            self.world.stop.wait(manner.look_alike)
            text = "".join((" was the prompt here\n", *lines[half:]))
        self._print(text, manner)

    def _print(self, text: str, manner: Manner) -> None:
        if manner.options_pager:
            options(self.terminal, text, manner.page)
        else:
            self.terminal.page(text, manner.page)

    def _goes_on(self, command: str) -> bool:
        """Whether a command is performed: unless the mode of the node asks before, and that is denied."""
        asks = self.manner.asks
        return not asks or self.ask(command, asks) in {"yes", "1", self.spec.name}

    def ask(self, command: str, text: str) -> str:
        """Ask in the middle of a command; what was typed before the question counts for nothing."""
        self.terminal.drop_typed_ahead()
        self.log.write("question", command=command, question=text.splitlines()[-1])
        self.terminal.write(text)
        answer = self.terminal.line()
        self.log.write("answer", command=command, answer=answer)
        return answer.strip().lower()


Handler = Callable[[Console, str], None]


def _shows(output: Callable[[View], str], typical: float = 1.0) -> Handler:
    """A command without arguments that prints something after a typical number of seconds."""

    def handler(console: Console, rest: str) -> None:
        if rest:
            console.terminal.write(UNKNOWN)
            return
        console.world.pause(typical)
        console.page(output(console.view()))

    return handler


# --- questions of the session ----------------------------------------------------------------------------------------


def _pagination(console: Console, rest: str) -> None:
    if rest not in ("on", "off") or console.manner.pager_stays:
        console.terminal.write(UNKNOWN)
        return
    console.terminal.paged = rest == "on"
    console.terminal.write(f"Automatic pagination is turned {rest}\n")


def _show_pagination(console: Console, _rest: str) -> None:
    console.terminal.write(f"Automatic Pagination : {'On' if console.terminal.paged else 'Off'}.\n")


def _quit(_console: Console, _rest: str) -> None:
    raise Quit


def _sql(console: Console, rest: str) -> None:
    console.world.pause(1)
    console.page(database.select(console.view(), rest))


def _host(console: Console, rest: str) -> None:
    console.world.pause(1)
    console.page(lookups.host(rest, console.view()))


def _ping(console: Console, rest: str) -> None:
    first, *others = lookups.ping(rest, console.view())
    console.terminal.write(first)
    for line in others:
        console.world.pause(1)
        console.terminal.write(line)


def _own_certificates(console: Console, rest: str) -> None:
    _shows(lambda view: certificates.list_own(view, console.authority))(console, rest)


def _own_certificate(console: Console, rest: str) -> None:
    console.world.pause(1)
    console.page(certificates.show_own(console.view(), rest, console.authority))


# --- services --------------------------------------------------------------------------------------------------------


def _service(console: Console, rest: str) -> None:
    verb, _, name = rest.partition(" ")
    if verb not in ("start", "stop", "restart", "activate", "deactivate") or not name:
        console.terminal.write(UNKNOWN)
        return
    known = {each.lower(): each for each in console.view().node.services}
    service = known.get(name.lower(), "")
    if not service:
        console.terminal.write(f"Service {name} is not known\n{UNSUCCESSFUL}")
        return
    if verb == "restart":
        console.terminal.write(RESTART_HINT)
    console.terminal.write("Service Manager is running\n")
    console.world.change(lambda state: _after(state, verb, console, service))
    console.log.write("service", command=f"utils service {verb} {service}")
    _poll(console, verb, service)


def _service_list(console: Console, _rest: str) -> None:
    console.terminal.write("Requesting service status, please wait...\n")
    console.world.pause(8)
    console.page(outputs.services(console.view()))


def _after(state: State, verb: str, console: Console, service: str) -> State:
    node, now, pace = console.spec.name, console.world.now(), console.world.pace
    match verb:
        case "restart":
            return changes.restart(state, node, service, now, pace)
        case "start":
            return changes.start(state, node, service, now, pace)
        case "activate":
            return changes.activate(state, node, service, now, pace)
        case "stop":
            return changes.stop(state, node, service)
        case _:
            return changes.deactivate(state, node, service)


def _poll(console: Console, verb: str, service: str) -> None:
    """A line for each look at the service until it has come to rest; the last line is the truth."""
    view = console.view()
    until = view.now + max(_SHORTEST_WATCH, console.world.pace.seconds(_WATCHED))
    resting = view.node.services[service].halted or not view.node.services[service].activated
    if verb == "restart" and not resting and console.world.pace.factor == 0:
        # Without pace nothing is seen in between; the lines are printed all the same, as on every node.
        console.terminal.write(f"{service}[STOPPING]  \n{service}[STARTING]  \n")
    while not resting and view.node.services[service].shown(view.now)[0] != "STARTED" and view.now < until:
        console.terminal.write(outputs.service_line(view, service) + "\n")
        if console.world.stop.wait(max(0.05, console.world.pace.seconds(5))):
            raise Gone
        view = console.view()
    console.terminal.write(outputs.service_line(view, service) + "\n")


# --- restarts of the node --------------------------------------------------------------------------------------------


def _set_domain(console: Console, rest: str) -> None:
    if not _DOMAIN.match(rest):
        console.terminal.write(f"usage: set network domain domain-name\n{UNSUCCESSFUL}")
        return
    if console.view().node.dhcp:
        console.terminal.write(f"The domain comes from DHCP and cannot be set here\n{UNSUCCESSFUL}")
        return
    command = f"set network domain {rest}"
    answer = console.ask(command, outputs.DOMAIN_WARNING)
    while answer not in ("y", "n"):
        answer = console.ask(command, "Continue (y/n)?")
    if answer == "n":
        console.terminal.write("\nThe domain name was not changed\n")
        return
    console.log.write("confirmed", command=command)
    node = console.spec.name
    before = console.view().node.domain_changes

    def step(state: State) -> State:
        now = console.world.now()
        if state.nodes[node].restarts_soon(now):
            return state
        return changes.set_domain(state, node, command, now, console.world.pace)

    after = console.world.change(step)
    if after.nodes[node].domain_changes > before:
        console.log.write("took-effect", command=command)
    _go_down(console, outputs.DOMAIN_SHUTDOWN)


def _restart_system(console: Console, rest: str) -> None:
    command = "utils system restart"
    if rest:
        console.terminal.write(UNKNOWN)
        return
    if console.ask(command, outputs.RESTART_WARNING) != "yes":
        console.terminal.write("\nOperation cancelled\n")
        return
    console.log.write("confirmed", command=command)
    node = console.spec.name
    console.world.change(lambda state: changes.reboot(state, node, console.world.now(), console.world.pace))
    _go_down(console, outputs.RESTART_SHUTDOWN)


def _go_down(console: Console, texts: tuple[str, ...]) -> None:
    """Print the last words; the node goes down whether or not anybody still listens. Raises Gone."""
    console.log.write("reboot")
    console.goes_down()
    share = 16 / len(texts)
    for text in texts:
        console.terminal.write(text)
        console.world.pause(share)
    console.terminal.write(outputs.GOING_DOWN)
    while True:  # no prompt comes back: the node goes down, or the network ends
        console.terminal.key()


# The first prefix that fits wins, so longer ones stand before shorter ones.
COMMANDS: tuple[tuple[str, Handler], ...] = (
    ("show network eth0 detail", _shows(outputs.network_detail)),
    ("show network eth0", _shows(outputs.network)),
    ("show network cluster", _shows(outputs.cluster)),
    ("show version active", _shows(outputs.version)),
    ("show status", _shows(outputs.status, 2)),
    ("show myself", _shows(outputs.myself, 0.2)),
    ("show cli pagination", _show_pagination),
    ("show cert list own", _own_certificates),
    ("show cert list trust", _shows(certificates.list_trust)),
    ("show cert own", _own_certificate),
    ("set cli pagination", _pagination),
    ("set network domain", _set_domain),
    ("utils service list", _service_list),
    ("utils service", _service),
    ("utils ntp status", _shows(outputs.ntp, 2)),
    ("utils dbreplication runtimestate", _shows(outputs.replication, 12)),
    ("utils network host", _host),
    ("utils network ping", _ping),
    ("utils system restart", _restart_system),
    ("run sql", _sql),
    ("quit", _quit),
    ("exit", _quit),
)


def session(console: Console, stop: threading.Event) -> None:
    """The whole session: start-up text, then prompt and command by turns. Raises Gone, Quit."""
    terminal = console.terminal
    for typical, text in outputs.banner(console.view()):
        console.world.pause(typical)
        terminal.write(text)
    hint = "\n".join(prefix for prefix, _handler in COMMANDS)
    while not stop.is_set():
        terminal.write("admin:")
        line = terminal.line(hint).strip()
        if line:
            console.run(line)
    raise Gone
