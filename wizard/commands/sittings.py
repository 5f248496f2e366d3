"""The composition root of a run: who stands behind each port, for a real cluster and for practice."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.cast import Cast
from wizard.errors import FedwizardError, UsageError
from wizard.evidence import Failure
from wizard.lesson import FINISHED, Lesson, prepared
from wizard.login import Login
from wizard.plan.model import Plan
from wizard.ports import Hands, PageReader, Person, Ports, Prompter, shown_as_expected
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.runner import Writer
from wizard.secrets import Secrets
from wizard.session import PLAN, Session, create, open_session, sessions_root
from wizard.sitting import Recorder, Sitting
from wizard.state import fold
from wizard.step import SAME, Action, Form, Instruct, Kind, Notice

if TYPE_CHECKING:
    from checks.requests import Network
    from cli_backend.exchange import Device, Endpoint, Operator
    from cli_backend.node import Nodes
    from wizard.practice.client import PracticeNetwork


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class PracticeHands:
    """The trainee's hands: what they say they have done, the practice network does, and says whether it took effect."""

    def __init__(self, network: "PracticeNetwork") -> None:
        self._network = network

    def perform(self, action: Action) -> Failure | None:
        """Do it on the practice network, then ask it whether it is in effect."""
        if not isinstance(action.does, Instruct | Notice | Form):
            return None
        words = action.does.deed if isinstance(action.does, Form) else action.does.act
        if not words:
            return None
        try:
            self._network.do(words)
            if self._network.in_effect(words):
                return None
        except UsageError as refused:  # the page does not take it, as one that has such an entry already
            return Failure(problem=f"The page refuses it: {refused.problem}.", remedy=refused.remedy)
        return Failure(
            problem="The practice network says that this is not in effect.",
            remedy="Do it again, value by value, and save. Then say so again.",
        )


@dataclass(frozen=True)
class PracticePages:
    """What the pages of the practice network show to a simulated person."""

    network: "PracticeNetwork"

    def __call__(self, form: Form) -> Mapping[str, str]:
        """The values of a form, other ones where the network is not as the page is expected to show it."""
        if form.act and not self.network.in_effect(form.act):
            return dict.fromkeys((field.name for field in form.fields), "another value")
        return shown_as_expected(form)


_FOUND_OUT = "find it out. In practice the expected answer is true."


def practice_hint(does: Kind, plan: str = "") -> str:
    """What is different from reality, for a trainee who looks for a page that does not exist.

    `plan` is the file in which the session's plan is changed.
    """
    match does:
        case Instruct():
            return "In reality you would now do this there. Here Enter does it, on the simulated network."
        case Form() if does.deed:
            return "In reality you would do it now, there. Here it is done, on the simulated network, when you say so."
        case Form():
            found = "read the page. In practice it shows the expected value." if does.menu else _FOUND_OUT
            short = ", except where your own words are wanted" if any(f.own_words for f in does.fields) else " anywhere"
            return f"In reality you would {found} {SAME} stands for it{short}."
        case Notice():
            return f"Nothing is sent to anybody. Read the letter, then press Enter. {_played(does.act, plan)}".rstrip()
        case _:
            return ""


def _played(act: tuple[str, ...], plan: str) -> str:
    """What a letter leads to in practice, and what has to come first, for afterwards it is too late."""
    match act:
        case ():
            return ""
        case ("mend-partner", *_):
            named = plan or "the session's plan.toml"
            return f"They mend it then. To try peer_subject instead, quit (q), change {named}, and resume."
        case _:
            return "Enter also plays what the other side does then."


@dataclass(frozen=True)
class Surroundings:
    """What a run meets outside the plan: the maps of the practice network, its password, its hands."""

    hands: Hands = field(default_factory=Person)
    hint: Callable[[Kind], str] = field(default=lambda _does: "")
    reads: PageReader = shown_as_expected
    lesson: Lesson | None = None
    connections: Mapping[str, str] = field(default_factory=dict)
    name_servers: tuple[str, ...] = ()
    password: str | None = None
    closers: tuple[Callable[[], None], ...] = ()


def run_sitting(plan_path: Path, folder: Path | None, password: str | None = None) -> Sitting:
    """A new session over a plan file. Raises UsageError for an invalid plan or an existing folder."""
    from wizard.plan.draft import read_text
    from wizard.plan.problems import load_text

    text = read_text(plan_path)
    load_text(text, str(plan_path))
    secrets = Secrets()
    session = create(folder, _with_absolute_trust(text, plan_path), practice=False, secrets=secrets)
    return _sitting(session, secrets, Surroundings(password=password))


def resume_sitting(folder: Path, pace: float, password: str | None = None) -> Sitting:
    """An existing session, with its practice network where it has one. Raises UsageError, LockedError, AlteredError."""
    secrets = Secrets()
    session = open_session(folder, secrets)
    try:
        if not session.is_practice:
            return _sitting(session, secrets, Surroundings(password=password))
        from wizard.practice.client import PracticeNetwork

        _hand_on_the_plan(session)
        network = PracticeNetwork.start(session.practice, "", pace)
        return _sitting(session, secrets, _practice_surroundings(network, session))
    except BaseException:
        session.close()
        raise


def _hand_on_the_plan(session: Session) -> None:
    """Give the practice network the plan as it is now, for its plan is what the network is checked by from outside.

    Raises UsageError for an invalid plan, FedwizardError where it cannot be written.
    """
    from wizard.plan.draft import Draft
    from wizard.plan.problems import load_text

    load_text(session.plan_text, str(session.folder / "plan.toml"))
    Draft.parse(session.plan_text).save(session.practice / "plan.toml")


def practice_sitting(folder: Path | None, scenario: str, pace: float, ignore: tuple[str, ...] = ()) -> Sitting:
    """A new practice session: the network first, for it writes the plan; then the session around it."""
    from wizard.practice.client import PracticeNetwork

    secrets = Secrets()
    parent = folder.absolute().parent if folder else sessions_root()
    parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    nursery = Path(tempfile.mkdtemp(prefix=".fedwizard-practice-", dir=parent))
    try:
        network = PracticeNetwork.start(nursery, scenario, pace, ignore)
        plan_text = network.plan_path.read_text(encoding="utf-8")
        session = create(folder, plan_text, practice=True, secrets=secrets, practice_from=nursery)
    finally:
        shutil.rmtree(nursery, ignore_errors=True)
    network.moved(session.practice)
    around = _practice_surroundings(network, session)
    sitting = _sitting(session, secrets, around)
    for record in prepared(sitting.walk, around.lesson) if around.lesson else ():
        session.journal.append(record.kind, record.body, record.step)
    return sitting


def _lesson(network: "PracticeNetwork") -> Lesson | None:
    from wizard.practice.scenarios import scenario

    fault = scenario(network.scenario).fault
    if fault is None:
        return None
    return Lesson(
        title=fault.title,
        story=fault.story,
        symptom=f"{fault.symptom} {FINISHED}",
        hints=fault.hints,
        debrief=fault.debrief,
        open=fault.open,
    )


def _practice_surroundings(network: "PracticeNetwork", session: Session) -> Surroundings:
    return Surroundings(
        hands=PracticeHands(network),
        hint=partial(practice_hint, plan=f"{session.name}/{PLAN}"),
        reads=PracticePages(network),
        lesson=_lesson(network),
        connections=network.connections,
        name_servers=network.name_servers,
        password=network.password_path.read_text(encoding="utf-8").strip(),
        closers=(network.stop,),
    )


def _sitting(session: Session, secrets: Secrets, around: Surroundings) -> Sitting:
    from wizard.plan.problems import load_text

    plan = load_text(session.plan_text, str(session.folder / "plan.toml"))

    def writer() -> Writer:
        return Writer(session.journal.events, session.journal.append)

    def make_ports(prompter: Prompter, record: Recorder) -> Ports:
        from checks.service import CheckService

        checks = CheckService(network_for(plan, session.folder, around))
        login = Login(prompter, secrets, record, around.password)
        device = device_for(plan, login, checks.resolve, around.connections, session.folder)
        return Ports(
            device=device, checks=checks, hands=around.hands, clock=SystemClock(), forget_password=login.forget
        )

    cast = Cast(session.cast, secrets, title=f"fedwizard {session.name}")
    return Sitting(
        walk=walk_of(plan, CATALOGUE, fold(session.journal.events).facts),
        folder=session.folder,
        practice=session.is_practice,
        secrets=secrets,
        cast=cast,
        writer=writer,
        make_ports=make_ports,
        closers=[session.close, cast.close, *around.closers],
        head=lambda: session.journal.head,
        hint=around.hint,
        reads=around.reads,
        lesson=around.lesson,
    )


def network_for(plan: Plan, folder: Path, around: Surroundings) -> "Network":
    """How the checks of a run reach the network: the plan's way, or the practice network's where there is one."""
    from dataclasses import replace

    from wizard.checklist import connect_to, network_of, servers

    network = network_of(plan, folder)
    mapped = {**network.connect_to, **connect_to(around.connections)}
    if not around.name_servers:
        return replace(network, connect_to=mapped)
    return replace(network, connect_to=mapped, name_servers=servers(around.name_servers), internal_name_servers=())


def device_for(
    plan: Plan,
    login: Login,
    resolve: Callable[[str], tuple[str, ...]],
    connections: Mapping[str, str],
    spill: Path | None = None,
) -> "Device":
    """The CLI of all nodes of a plan. Names are resolved by our own DNS code, never by the system's resolver calls.

    Long outputs are kept on the disk of `spill`, without it where this account's state is.
    """
    from cli_backend.exchange import Endpoint
    from wizard.checklist import connect_to

    mapped = connect_to({**plan.connections, **connections})
    endpoints = {}
    for node in plan.nodes:
        place = (node.address, node.ssh_port)
        elsewhere = mapped.get(place) or mapped.get((node.fqdn, node.ssh_port))
        address, port = elsewhere or place
        endpoints[node.name] = Endpoint(
            name=node.name,
            address=address,
            port=port,
            user=node.user,
            host_key=node.host_key,
            legacy_algorithms=node.legacy_algorithms,
            shown=f"{node.address} port {node.ssh_port}",
            by_config=elsewhere is None,
            user_said="user" in node.model_fields_set,
            port_said="ssh_port" in node.model_fields_set,
        )
    return nodes_at(endpoints, login, resolve, spill)


def nodes_at(
    endpoints: Mapping[str, "Endpoint"],
    operator: "Operator",
    resolve: Callable[[str], tuple[str, ...]],
    spill: Path | None = None,
) -> "Nodes":
    """The CLI of nodes, with the host keys and the failed logins that this account remembers."""
    from cli_backend.node import Nodes

    state = state_folder()
    return Nodes(
        endpoints,
        operator,
        known_hosts=state / "known_hosts",
        failures=state / "login-failures.json",
        resolve=resolve,
        spill=spill or state,
    )


def state_folder() -> Path:
    """Where what outlives a session is kept: known host keys, failed logins. Created private."""
    folder = sessions_root().parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise FedwizardError(f"{folder} cannot be made: {problem.strerror}", "Set XDG_STATE_HOME.") from problem
    return folder


def _with_absolute_trust(text: str, plan_path: Path) -> str:
    """The plan's text for the session folder: relative trust files are meant relative to where the plan was."""
    from wizard.plan.draft import Draft

    draft = Draft.parse(text)
    trust = draft.value(("trust",))
    if not isinstance(trust, list) or all(os.path.isabs(str(item)) for item in trust):
        return text
    base = plan_path.absolute().parent
    return draft.set(("trust",), [str(base / str(item)) for item in trust]).text()


def read_password_line(stream_line: str) -> str:
    """The one line of `--password-stdin`. Raises UsageError when it is empty."""
    password = stream_line.rstrip("\r\n")
    if not password:
        raise UsageError("--password-stdin: standard input holds no password", "Send one line with the password.")
    return password
