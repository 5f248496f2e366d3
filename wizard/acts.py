"""One function for each kind of act: performs it through the ports and says what came of it. Runs in its own thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import assert_never

from checks.finding import Finding, Json, Severity
from cli_backend.exchange import Answered, Cancel, CliError, Device, Exchange, LoginRefused, Result, Risk, Unreachable
from wizard.engine import Record
from wizard.evidence import Evidence, Failure, Observed, Outcome
from wizard.facts import Facts
from wizard.observe import observe, service_state
from wizard.plan.model import Plan
from wizard.ports import Ports
from wizard.resolve import fingerprint, meaning
from wizard.standing import Applies
from wizard.step import Check, CheckPasses, Command, Form, Instruct, NodeReturns, NodeSettles, Notice, Restart, Wait
from wizard.survey import Row

FIRST_POLL, LONGEST_POLL = 0.2, 30.0  # seconds between two looks while waiting
STARTED = "STARTED"
UPTIME_GRAIN = 60  # the platform tells its uptime in minutes
STOPPING = frozenset({Severity.FAIL, Severity.NOT_TESTED})
CANCELLED = "cancelled by a person"
LEFT_OPEN = frozenset({Result.CLOSED, Result.TIMED_OUT, Result.CANCELLED})  # no prompt told what became of it


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where an act reports to. `record` returns when the event is on disk."""

    record: Callable[[Record], None]
    output: Callable[[str], None]
    progress: Callable[[str], None]
    cancel: Cancel


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What an act works with."""

    plan: Plan
    facts: Facts
    ports: Ports
    desk: Desk


def perform(row: Row, bench: Bench) -> Outcome:
    """Do what a step does. Never raises for what the network or the node does."""
    return _unless_cancelled(_perform(row, bench), bench.desk)


def _perform(row: Row, bench: Bench) -> Outcome:
    does = row.step.does
    try:
        match does:
            case Command():
                return _command(row, does, bench)
            case Restart():
                return _restart(row, does, bench)
            case Check():
                return _check(does, bench)
            case Wait():
                return _wait(row, does, bench)
            case Instruct() | Notice():
                return Outcome(how="attested", failure=bench.ports.hands.perform(row.action))
            case Form():
                return Outcome(how="attested")
            case _:
                assert_never(does)
    except CliError as error:
        return _cli_failure(error, bench)


def settle(row: Row, does: Command | Restart, bench: Bench) -> Outcome:
    """Find out what became of something whose outcome is unknown. Only reads; nothing is sent again."""
    settling = _settle_restart(does, bench) if isinstance(does, Restart) else _settle_command(row, does, bench)
    return _unless_cancelled(settling, bench.desk)


def _unless_cancelled(outcome: Outcome, desk: Desk) -> Outcome:
    """The end of an act; where a person cut it short, that is on record and takes the place of what it looked like."""
    own = {evidence.exchange.result for evidence in outcome.evidence if evidence.exchange} & {
        Result.FAILED,
        Result.QUESTION,
    }
    if not desk.cancel.is_set() or own or not (outcome.failure or outcome.unknown):
        return outcome
    desk.record(Record("step.cancelled", "", {"note": f"{CANCELLED}; a node goes on with what it was told"}))
    if outcome.failure is None or outcome.not_sent:
        return outcome
    problem = "It was cancelled by a person before it had ended; a node goes on with what it was told."
    return replace(outcome, failure=Failure(problem=problem, remedy="Look at how it stands, then try again."))


def _settle_command(row: Row, does: Command, bench: Bench) -> Outcome:
    if does.guard is None or does.took_effect is None:
        return Outcome(failure=Failure(problem="It cannot be told what became of it.", remedy="Look at the node."))
    worst = row.step.duration.worst
    try:
        if not _prompt_again(does.node, worst, bench):
            return Outcome(failure=_did_not_return(does.node, worst))
        evidence = _send(does.guard, bench)
    except CliError as error:
        return _cli_failure(error, bench)
    if _refused(evidence.exchange) is not None:
        return Outcome(evidence=(evidence,), failure=_refused(evidence.exchange))
    took = does.took_effect(_with(bench.facts, evidence))
    return Outcome(evidence=(evidence,), took_effect=took)


# --- commands --------------------------------------------------------------------------------------------------------


def _command(row: Row, does: Command, bench: Bench) -> Outcome:
    before: tuple[Evidence, ...] = ()
    if does.guard is not None:
        guard = _send(does.guard, bench)
        before = (guard,)
        if (failure := _refused(guard.exchange)) is not None:
            return Outcome(evidence=before, failure=failure)
        if not isinstance(row.step.when(bench.plan, _with(bench.facts, guard)), Applies):
            return Outcome(evidence=before, not_sent=True)
    if does.risk is not Risk.READ_ONLY:
        bench.desk.record(intent(row))
    try:
        evidence = _send(does, bench)
    except Unreachable:
        # Perhaps before the first byte, perhaps in the middle of the dialogue: it cannot be told from here.
        if does.risk is Risk.READ_ONLY:
            raise
        return Outcome(evidence=before, unknown=True)
    gathered = (*before, evidence)
    exchange = evidence.exchange
    assert exchange is not None
    if does.risk is not Risk.READ_ONLY and exchange.result in LEFT_OPEN:
        return Outcome(evidence=gathered, unknown=True)
    if (failure := _refused(exchange)) is not None:
        return Outcome(evidence=gathered, failure=failure)
    if does.reboots and exchange.result is not Result.REBOOTING:
        problem = f"{does.node} gave its prompt again instead of restarting."
        return Outcome(evidence=gathered, failure=Failure(problem=problem, remedy="Read what it printed."))
    findings = does.judge(bench.plan, _with(bench.facts, evidence))
    return Outcome(evidence=gathered, findings=findings, failure=failure_of(findings))


def intent(row: Row) -> Record:
    """The event that goes to disk before the first byte of a change goes to the node."""
    refers_to = row.record.intent
    body: dict[str, Json] = {"action": meaning(row.step.does), "refers_to": refers_to}
    body["fingerprint"] = fingerprint(row.action)
    return Record("step.intent", row.step.id, body)


def _send(does: Command, bench: Bench) -> Evidence:
    evidence = evidence_of(does, exchange_with(does, bench.ports.device, bench.desk))
    observed = evidence.observed
    if observed is None or observed.what != "uptime":
        return evidence
    # How long a node has been up tells since when only beside the time of the reading.
    dated = replace(observed, value={**observed.value, "read_at": int(bench.ports.clock.now())})
    return replace(evidence, observed=dated)


def exchange_with(does: Command, device: Device, desk: Desk) -> Exchange:
    """Send one command; its output arrives at the desk, and each answer that is given is recorded. Raises CliError."""

    def on_answer(answered: Answered) -> None:
        desk.record(Record("cmd.answer", "", {"question": answered.question, "answer": answered.answer}))

    return device.run(
        does.node,
        does.command,
        expect=does.expect,
        reboots=does.reboots,
        timeout=does.timeout,
        on_output=desk.output,
        on_answer=on_answer,
        cancel=desk.cancel,
    )


def evidence_of(does: Command, exchange: Exchange) -> Evidence:
    """An exchange with what it taught."""
    if not does.observes or exchange.result is not Result.OK:
        return Evidence(exchange=exchange)
    value = observe(does.observes, exchange.output)
    return Evidence(exchange=exchange, observed=Observed(node=does.node, what=does.observes, value=value))


def _refused(exchange: Exchange | None) -> Failure | None:
    if exchange is None:
        return None
    node, command = exchange.node, exchange.command
    match exchange.result:
        case Result.OK | Result.REBOOTING:
            return None
        case Result.FAILED:
            return Failure(
                problem=f"{node} refused `{command}`: {exchange.failure or 'no reason given'}",
                remedy="Read what it printed, mend the cause, then try again.",
            )
        case Result.QUESTION:
            return Failure(
                problem=f"{node} asked a question that was not announced; nothing was sent: {exchange.question or ''}",
                remedy="Read the question. Try again when it is clear why the node asks it.",
            )
        case Result.TIMED_OUT:
            last = f" The last line it printed: {exchange.last_line}" if exchange.last_line else ""
            return Failure(problem=f"{node} did not finish `{command}` in time.{last}", remedy="Try again.")
        case Result.CANCELLED:
            return Failure(problem=f"`{command}` on {node} was {CANCELLED}.", remedy="Try again.")
        case Result.CLOSED:
            return Failure(problem=f"{node} closed the connection during `{command}`.", remedy="Try again.")


def _with(facts: Facts, evidence: Evidence) -> Facts:
    observed = evidence.observed
    return facts if observed is None else facts.with_node(observed.node, observed.what, observed.value)


def failure_of(findings: tuple[Finding, ...]) -> Failure | None:
    """The failure that findings amount to; None when none of them stops the walk."""
    bad = [finding for finding in findings if finding.severity in STOPPING]
    if not bad:
        return None
    problem = "; ".join(f"{finding.subject}: {finding.why}" for finding in bad)
    remedy = " ".join(bad[0].fix) or f"Run `fedwizard explain {bad[0].code}`."
    return Failure(problem=problem, remedy=remedy)


def _cli_failure(error: CliError, bench: Bench) -> Outcome:
    if isinstance(error, LoginRefused):
        bench.ports.forget_password()
    return Outcome(failure=Failure(problem=f"{error.node}: {error.problem}.", remedy=error.remedy), not_sent=True)


# --- restarts --------------------------------------------------------------------------------------------------------


def _restart(row: Row, does: Restart, bench: Bench) -> Outcome:
    bench.desk.record(intent(row))
    command = Command(
        node=does.node, command=does.command, risk=Risk.DISRUPTIVE, timeout=max(row.step.duration.worst, 120)
    )
    try:
        evidence = _send(command, bench)
    except Unreachable:
        return Outcome(unknown=True)
    exchange = evidence.exchange
    assert exchange is not None
    if exchange.result in LEFT_OPEN:
        return Outcome(evidence=(evidence,), unknown=True)
    failure, state = _refused(exchange), service_state(exchange.output, does.service)
    never_began = failure is not None and (state is None or exchange.result is not Result.FAILED)
    if never_began or state == STARTED:
        return Outcome(evidence=(evidence,), failure=failure)
    try:
        listed, state = _state_now(does, bench)
    except CliError:
        return Outcome(evidence=(evidence,), failure=_not_started(does, state), begun=True)
    gathered = (evidence, listed)
    if state == STARTED:
        return Outcome(evidence=gathered)
    return Outcome(evidence=gathered, failure=_not_started(does, state), begun=True)


def _settle_restart(does: Restart, bench: Bench) -> Outcome:
    """Whether a service that did not come up at its restart has come up since."""
    try:
        listed, state = _state_now(does, bench)
    except CliError as error:
        return _cli_failure(error, bench)
    if state is None:
        return Outcome(evidence=(listed,), failure=_refused(listed.exchange) or _not_started(does, state))
    return Outcome(evidence=(listed,), took_effect=state == STARTED)


def _state_now(does: Restart, bench: Bench) -> tuple[Evidence, str | None]:
    """The state of the service as the node lists it now; None where it does not. Raises CliError."""
    read = Command(node=does.node, command="utils service list", risk=Risk.READ_ONLY, observes="services")
    evidence = _send(read, bench)
    assert evidence.exchange is not None
    listed = evidence.exchange.result is Result.OK
    return evidence, service_state(evidence.exchange.output, does.service) if listed else None


def _not_started(does: Restart, state: str | None) -> Failure:
    shown = state or "in a state the node did not tell"
    return Failure(
        problem=f"{does.service} on {does.node} is {shown} after the restart.",
        remedy="Look at it in Control Center. Nothing is restarted on the next node until this one is back. Trying"
        " again looks first, and sends nothing if it has come up.",
    )


# --- checks and waiting ----------------------------------------------------------------------------------------------


def _check(does: Check, bench: Bench) -> Outcome:
    findings = bench.ports.checks.run(does.request, bench.desk.cancel)
    evidence = (Evidence(findings=findings),)
    failure = failure_of(findings.findings) if does.stops else None
    return Outcome(evidence=evidence, findings=findings.findings, failure=failure)


def _wait(row: Row, does: Wait, bench: Bench) -> Outcome:
    worst = row.step.duration.worst
    match does.until:
        case NodeReturns() as until:
            return _until_node_returns(until, bench, worst)
        case NodeSettles() as until:
            return _poll(partial(_settled, until, bench), bench, worst)
        case CheckPasses() as until:
            return _poll(partial(_check, Check(request=until.request), bench), bench, worst)
        case _:
            assert_never(does.until)


def _poll(look: Callable[[], Outcome], bench: Bench, worst: int) -> Outcome:
    """Look again and again, ever less often, until it is so, the time is over, or it is cancelled."""
    now, cancel = bench.ports.clock.now, bench.desk.cancel
    start, pause = now(), FIRST_POLL
    while True:
        outcome = look()
        elapsed = now() - start
        if outcome.failure is None or elapsed >= worst or cancel.is_set():
            return outcome
        bench.desk.progress(f"{_remembered(outcome)}{outcome.failure.problem} ({int(elapsed)} s of at most {worst} s)")
        cancel.wait(min(pause, max(worst - elapsed, 0)))
        pause = min(pause * 1.5, LONGEST_POLL)


def _remembered(outcome: Outcome) -> str:
    """Until when a name server may remember a gap, as a time of the clock; empty where none said so."""
    times = [
        str(found.observed["remembered_until"]) for found in outcome.findings if "remembered_until" in found.observed
    ]
    return f"May be remembered as missing until {max(times)}. " if times else ""


def _settled(until: NodeSettles, bench: Bench) -> Outcome:
    gathered, facts = [], bench.facts
    for read in until.reads:
        try:
            evidence = _send(read, bench)
        except Unreachable as error:  # a refused login or host key ends the waiting instead
            return _cli_failure(error, bench)
        gathered.append(evidence)
        if (failure := _refused(evidence.exchange)) is not None:
            return Outcome(evidence=tuple(gathered), failure=failure)
        facts = _with(facts, evidence)
    findings = until.judge(bench.plan, facts)
    return Outcome(evidence=tuple(gathered), findings=findings, failure=failure_of(findings))


def _until_node_returns(until: NodeReturns, bench: Bench, worst: int) -> Outcome:
    now = bench.ports.clock.now
    sent = datetime.fromisoformat(bench.facts.sent_at[until.since_step]).timestamp()
    outcome = _poll(partial(_restarted, until.node, sent, worst, bench), bench, worst)
    return replace(outcome, note=f"back after {int(now() - sent)} s") if outcome.failure is None else outcome


def _restarted(node: str, sent: float, worst: int, bench: Bench) -> Outcome:
    """Whether a node gives its prompt and has been up for less time than has passed since `sent`."""
    try:
        if not _prompt_again(node, worst, bench):
            return Outcome(failure=_did_not_return(node, worst))
        evidence = _send(Command(node=node, command="show status", risk=Risk.READ_ONLY, observes="uptime"), bench)
    except Unreachable as error:  # a refused login or host key ends the waiting instead
        return _cli_failure(error, bench)
    uptime = _with(bench.facts, evidence).node(node).uptime
    if uptime is not None and uptime <= bench.ports.clock.now() - sent + UPTIME_GRAIN:
        return Outcome(evidence=(evidence,))
    problem = f"{node} answers, but has not restarted yet."
    return Outcome(evidence=(evidence,), failure=Failure(problem=problem, remedy="Look at its console."))


def _prompt_again(node: str, worst: int, bench: Bench) -> bool:
    desk = bench.desk
    return bench.ports.device.wait_for_return(
        node, went_down=True, timeout=worst, on_progress=desk.progress, cancel=desk.cancel
    )


def _did_not_return(node: str, worst: int) -> Failure:
    return Failure(
        problem=f"{node} did not give its prompt again within {worst // 60} minutes.",
        remedy="Look at its console. When it is up, try again: the wizard goes on from here.",
    )
