"""The line-prompt front end: for screen readers, dumb terminals and pipes. The same engine, one question at a time."""

import getpass
import queue
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checks.finding import Severity, worst_first
from cli_backend.exchange import CommandRefused
from wizard.again import comes_again
from wizard.console import Typed, typed
from wizard.describe import action_lines, labelled, lines_of
from wizard.engine import Answer, Ask, AskKind, Choice
from wizard.evidence import Outcome, finding_body
from wizard.frontend import (
    ENDINGS,
    EXIT_INTERRUPTED,
    JOIN_SECONDS,
    ONLY_LOOKED,
    Interrupted,
    count_of,
    failure_line,
    faults_to_mend,
    marked,
    needed_by,
    next_lines,
    only_looked,
    passed_over,
    resumed_line,
    signals_interrupt,
    step_line,
    summary_lines,
    warnings_at,
)
from wizard.lesson import Lesson, closing
from wizard.ports import Prompt, PromptKind
from wizard.runner import Asked, Concluded, ConsoleSaid, Ended, Output, Progress, Runner, Started, Told
from wizard.sitting import Sitting
from wizard.state import State
from wizard.step import SAME, Form
from wizard.survey import Row, codes_of, survey, warning_codes
from wizard.text import visible, wrap

KEYS: Mapping[Choice, tuple[str, str]] = {
    Choice.GO: ("", "go on"),
    Choice.BY_HAND: ("m", "I did it by hand in the web interface"),
    Choice.RETRY: ("r", "try again"),
    Choice.RECHECK: ("c", "read again"),
    Choice.AGAIN: ("g", "do it again"),
    Choice.SKIP: ("s", "skip, with a reason"),
    Choice.ACCEPT: ("a", "accept as it is, with a reason"),
    Choice.HOLD: ("h", "hold, with a reason"),
}
HELP = (
    "Type one of the keys of the menu, then Enter. Everything shown as done is on disk; after quitting,"
    " `fedwizard resume` goes on from here."
)
GO_WORDS = {
    AskKind.BEGIN: "begin",
    AskKind.INSTRUCT: "I have done it",
    AskKind.NOTICE: "I have sent it",
    AskKind.CONFIRM: "send it",
    AskKind.CONFIRM_TYPED: "type {} to confirm",
    AskKind.ATTEST_TYPED: "type {} to say that it is done",
}


@dataclass(frozen=True)
class _Prompted:
    """A question out of the middle of an act, waiting in its own thread for `answer`."""

    prompt: Prompt
    answer: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)


class _Prompter:
    """Hands questions of an act to the front end's thread and waits there for the answer."""

    def __init__(self, post: "queue.SimpleQueue[Told | _Prompted]") -> None:
        self._post = post

    def ask(self, prompt: Prompt) -> str | None:
        """Ask; blocks the act until the person has answered."""
        prompted = _Prompted(prompt)
        self._post.put(prompted)
        return prompted.answer.get()


def run_plain(sitting: Sitting) -> int:
    """Walk with a person at a line prompt; returns the exit status."""
    post: queue.SimpleQueue[Told | _Prompted] = queue.SimpleQueue()
    runner = sitting.runner(post.put, _Prompter(post))
    stamp = "  PRACTICE" if sitting.practice else ""
    print(f"fedwizard{stamp}\nsession: {sitting.folder}\n")
    if resumed := resumed_line(sitting.walk, runner.state):
        print(wrap(f"{resumed}\n"))
    _tell_lesson(sitting)
    try:
        with signals_interrupt():
            runner.start()
            status = _follow(sitting, runner, post)
    except (Interrupted, EOFError):
        status = EXIT_INTERRUPTED
        print("\nEnded. What was shown as done is on record.")
    runner.stop()
    runner.join(JOIN_SECONDS)
    last = next_lines(sitting.folder, sitting.head(), finished=runner.state.finished)
    print("\n".join(("", *summary_lines(sitting.walk, runner.state), "", *last)))
    return status


def _debrief(lesson: Lesson, rows: tuple[Row, ...]) -> None:
    for label, text in closing(lesson, rows):
        print(wrap(f"\n{label}: {visible(text)}"))


def _follow(sitting: Sitting, runner: Runner, post: "queue.SimpleQueue[Told | _Prompted]") -> int:
    hints = iter(sitting.lesson.hints if sitting.lesson else ())
    speaking, names = "", tuple(node.name for node in sitting.walk.plan.nodes)
    asked: Ask | None = None
    failed: tuple[str, ...] = ()
    while True:
        told = _next(post)
        speaking = _speaker(told, speaking)
        match told:
            case _Prompted(prompt, answer):
                answer.put(_prompt(prompt))
            case Asked(ask, refusal):
                asked = ask
                if not refusal:
                    failed = _remind(failed)
                    _introduce(ask, sitting, runner.state)
                _pass_on(_question(ask, refusal, hints, names), runner)
            case ConsoleSaid(said) if asked is not None:
                print(wrap(f"\n{visible(said.text)}"))
                _pass_on(_question(asked, "", hints, names), runner)
            case Ended(reason, problem, remedy):
                if sitting.lesson is not None and reason == "finished":
                    _debrief(sitting.lesson, survey(sitting.walk, runner.state))
                if problem:
                    print(wrap(f"{visible(problem)} {visible(remedy)}"))
                return ENDINGS[reason]
            case Concluded(row, outcome):
                failed = (*failed, *_went_on_with(row, outcome))
                _conclude(row, outcome, practice=sitting.practice)
            case _:
                _show(told)


def _speaker(told: Told | _Prompted, speaking: str) -> str:
    """The step whose node printed last; another one than before is named first."""
    if not isinstance(told, Output) or told.step == speaking:
        return speaking
    print(f"\n[{told.step}]")
    return told.step


def _went_on_with(row: Row, outcome: Outcome) -> tuple[str, ...]:
    """The failure that the walk goes on with after an act; nothing where there is none, or where it stops."""
    fails = codes_of(map(finding_body, outcome.findings), Severity.FAIL) if outcome.succeeded else ()
    return (failure_line(row.step.title, fails),) if fails else ()


def _remind(failed: tuple[str, ...]) -> tuple[str, ...]:
    """Say once more, right before a question, which failures were found since the last one; none is left to be said."""
    for each in failed:
        print(wrap(f"\nFound a failure: {visible(each)}"))
    return ()


def _pass_on(said: Answer | Typed, runner: Runner) -> None:
    if isinstance(said, Typed):
        runner.type(said)
    else:
        runner.answer(said)


def _next(post: "queue.SimpleQueue[Told | _Prompted]") -> Told | _Prompted:
    while True:
        try:
            return post.get(timeout=0.2)  # a signal handler runs only between two waits
        except queue.Empty:
            continue


def _show(told: Told) -> None:
    match told:
        case Started(rows):
            for row in rows:
                print(f"... {row.step.title}")
        case Output(_, text):
            print(visible(text), end="", flush=True)
        case Progress(_, text):
            print(f"    {visible(text)}")
        case _:
            return


def _conclude(row: Row, outcome: Outcome, *, practice: bool) -> None:
    if outcome.failure is not None:
        print(wrap(f"failed: {row.step.title}. {visible(outcome.failure.problem)}"))
    elif outcome.succeeded:
        print(_done(row.step.title, outcome, practice=practice))
    for finding in worst_first(outcome.findings):
        print(f"    {finding.severity}: {finding.code} {visible(finding.subject)}")
    if outcome.failure is None and only_looked(row, outcome.findings):
        print(f"    {ONLY_LOOKED}")


def _done(title: str, outcome: Outcome, *, practice: bool) -> str:
    found = [finding_body(finding) for finding in outcome.findings]
    fails, warns = codes_of(found, Severity.FAIL), warning_codes(found, practice=practice)
    done = "found a failure" if fails else "done, with a warning" if warns else "done"
    return f"{done}: {title} ({marked(outcome.how, warns, fails)}){'. ' + outcome.note if outcome.note else ''}"


def _tell_lesson(sitting: Sitting) -> None:
    lesson = sitting.lesson
    if lesson is not None:
        print(wrap(f"{lesson.title}\n\n{lesson.story}\n\nSymptom: {lesson.symptom}\n\nFind the cause and mend it."))
        print("The answer ? gives a hint, one more each time.\n")


def _question(ask: Ask, refusal: str, hints: Iterator[str], names: tuple[str, ...]) -> Answer | Typed:
    if refusal:
        print(wrap(f"Not taken: {visible(refusal)}"))
    while True:
        _menu(ask)
        word = input("> ").strip()
        choice = next((choice for choice in ask.choices if KEYS[choice][0] == word), None)
        if word == "q":
            raise EOFError
        if word == "?":
            print(wrap(next(hints, HELP)))
            continue
        if word.startswith("t "):
            if (command := _typed(word, names)) is not None:
                return command
            continue
        if choice is None and word and (said := _said_at_once(ask, word)) is not None:
            return said
        if choice is None and ask.typed and word == ask.typed:
            return Answer(Choice.GO, text=word)
        if choice is None:
            print("That is not one of the answers.")
            continue
        return _complete(ask, choice)


def _typed(word: str, names: tuple[str, ...]) -> Typed | None:
    """`t NODE COMMAND`, confirmed as it has to be; None where nothing is to be sent."""
    _, node, command = (*word.split(maxsplit=2), "", "")[:3]
    if node not in names:
        print(f"The nodes are {', '.join(names)}.")
        return None
    try:
        found = typed(node, command)
    except CommandRefused as refused:
        print(wrap(f"Not sent: {refused.problem}. {refused.remedy}"))
        return None
    wanted = found.confirmation
    asked = f"`{found.command}` is a {found.risk.value} command. Type {wanted} to send it: "
    if wanted and input(asked).strip() != wanted:
        print("Nothing was sent.")
        return None
    return found


def _said_at_once(ask: Ask, word: str) -> Answer | None:
    """The value of a form with one field, typed where the menu was expected."""
    does = ask.row.step.does
    if ask.kind is AskKind.FORM and isinstance(does, Form) and len(does.fields) == 1:
        return Answer(Choice.GO, values={does.fields[0].name: word})
    return None


def _complete(ask: Ask, choice: Choice) -> Answer:
    if choice in {Choice.SKIP, Choice.ACCEPT, Choice.HOLD}:
        return Answer(choice, text=input("reason: ").strip())
    does = ask.row.step.does
    if choice is Choice.GO and isinstance(does, Form) and ask.kind is AskKind.FORM:
        print(f"  {SAME} means: exactly that")
        values = {field.name: input(f"{field.label}: ").strip() for field in does.fields}
        return Answer(choice, values=values)
    if choice is Choice.BY_HAND:
        print(f"Only if it was restarted there, on {ask.typed}, just now. Nothing is sent, and nothing can show it.")
        return Answer(choice, text=input(f"type {ask.typed} to say so: ").strip())
    if choice is Choice.GO and ask.typed:
        return Answer(choice, text=input(f"{GO_WORDS[ask.kind].format(ask.typed)}: ").strip())
    return Answer(choice)


def _menu(ask: Ask) -> None:
    for choice in ask.choices:
        key, meaning = KEYS[choice]
        if choice is Choice.GO:
            meaning = GO_WORDS.get(ask.kind, meaning).format(ask.typed)
        if choice is Choice.ACCEPT and ask.kind is AskKind.UNKNOWN:
            meaning = "it happened, with what shows it"
        print(f"  {key or 'Enter':<6}{meaning}")
    print("  t NODE COMMAND   type a command on that node yourself")
    print("  q     quit; what is shown as done is on record")


def _introduce(ask: Ask, sitting: Sitting, state: State) -> None:
    step = ask.row.step
    print("\n" + "-" * 76)
    if ask.kind is AskKind.BEGIN:
        chapter = sitting.walk.chapter_of(step.id)
        procedure = chapter.procedure
        for warning in warnings_at(sitting.walk, chapter, practice=sitting.practice):
            print(wrap(f"Warning: {visible(warning)}\n"))
        print("\n".join((*passed_over(sitting.walk, state, chapter), f"{count_of(sitting.walk, chapter)}\n")))
        print(wrap(f"{procedure.title}\n\n{procedure.why}\n\nDisrupts: {procedure.disrupts}"))
        print(wrap(f"\nIn Cisco's guide: {procedure.heading}\n"))
        print("\n".join(f"  - {one.title}" for one in chapter.steps))
        return
    for fault in faults_to_mend(survey(sitting.walk, state), step):
        print("\n".join(labelled("Fault", fault)))
    if again := comes_again(ask.row, sitting.walk, state, sitting.writer().events):
        print("\n".join(labelled("Again", again)))
    if ask.problem:
        print(wrap(f"{step_line(ask.row)}\n\n{visible(ask.problem)}\n\nNext: {visible(ask.remedy)}"))
        print("\n".join(action_lines(step.does)))
        return
    print("\n".join(lines_of(step, needed_by(sitting.walk, state.facts, step))))
    if hint := sitting.hint(step.does):
        print("\n".join(labelled("Practice", hint)))


def _prompt(prompt: Prompt) -> str | None:
    print(f"\n{visible(prompt.text)}")
    if prompt.kind is PromptKind.HOST_KEY:
        return "yes" if input("Is this the node's key? Type yes to accept it: ").strip() == "yes" else None
    if prompt.kind is PromptKind.QUESTION:
        print(f"{prompt.node} asks this; the step did not announce it. Enter alone sends nothing.")
    if prompt.echo:
        return input("answer: ") or None
    return getpass.getpass("(hidden): ") or None
