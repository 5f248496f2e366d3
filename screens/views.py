"""What stands on the screen of the walk, worked out from the scene: two lines of header, a title, bodies, a help."""

from dataclasses import dataclass, replace

from textual.content import Content
from textual.widget import Widget

from screens.bodies.around import (
    again_lines,
    begin_lines,
    between_lines,
    lesson_lines,
    needed_lines,
    paper_lines,
    passed_lines,
    record_lines,
    resumed_lines,
    running_lines,
    to_mend_lines,
    trouble_lines,
    warning_lines,
)
from screens.bodies.closing import HEADINGS, closing_lines
from screens.bodies.parts import LABEL, Line, Text, around, pair
from screens.bodies.select import body_for
from screens.scene import Scene
from screens.situation import GUIDES, STOPPED_FOR_GOOD, TROUBLE
from screens.widgets.verbatim import literal
from wizard.about import node_of
from wizard.engine import Ask, AskKind, Choice
from wizard.evidence import findings_of
from wizard.frontend import count_of, warnings_at
from wizard.runner import Ended
from wizard.step import Form, Step
from wizard.survey import Row

NAME = "fedwizard"
KEYS_ARE_KEYS = "The keys are keys; Enter goes to the line."
LONGEST_HELP = 150  # characters: two lines


@dataclass(frozen=True)
class View:
    """One picture. `output`: what nodes printed belongs to it; `page`: the page of help about it; `refused`: the
    help says why the last answer was not taken, or what must not be overlooked; `count`: which of the procedures it is.
    """

    chapter: str
    step: Row | None
    title: str
    widgets: tuple[Widget, ...]
    help: str
    page: str = "step"
    output: bool = False
    refused: bool = False
    count: str = ""


def view_of(scene: Scene) -> View:
    """What has to be seen now."""
    if scene.looking is not None:
        return _looking(scene, scene.row(scene.looking))
    if scene.ended is not None:
        return _ended(scene, scene.ended)
    if scene.ask is not None:
        view = _asking(scene, scene.ask)
        return replace(view, help=f"Not taken: {scene.refusal}.", refused=True) if scene.refusal else view
    if scene.batch:
        return _running(scene)
    return View("", None, "Starting", (), "Starting ...", "begin")


def _looking(scene: Scene, row: Row) -> View:
    said = scene.runner.state.facts.answers.get(row.step.id, {})
    paper = paper_lines(findings_of(row.record.findings)) if scene.sitting.practice else ()
    lines = record_lines(row, scene.exchanges(row.step.id), said, scene.needed_by(row.step))
    widgets = (Text((*_reasons(scene, row), *lines, *paper)), body_for(row), Text(around(row.step)))
    waits = scene.ask is not None or scene.ended is not None
    meanwhile = "Looking changes nothing." if waits else "The walk goes on meanwhile."
    return View(
        _chapter(scene, row), row, row.step.title, widgets, f"You are looking at this step. {meanwhile}", "looking"
    )


def _ended(scene: Scene, ended: Ended) -> View:
    text = Text(closing_lines(scene.sitting, scene.runner.state, ended))
    guide = "This is still fedwizard: Enter or q leaves it. b, n and o look at the steps; looking changes nothing."
    return View("", None, HEADINGS[ended.reason], (text,), noted(scene, guide), "end")


def _asking(scene: Scene, ask: Ask) -> View:
    row, guide = ask.row, GUIDES[ask.kind]
    chapter = _chapter(scene, row)
    if ask.kind is AskKind.BEGIN:
        about, about_plan = scene.sitting.walk.chapter_of(row.step.id), scene.sitting.walk.plan
        first = () if scene.runner.state.begun else (*lesson_lines(scene.sitting.lesson), *between_lines(about_plan))
        warned = warning_lines(warnings_at(scene.sitting.walk, about, practice=scene.sitting.practice))
        passed = passed_lines(scene.passed_over(about))
        text = Text((*_resumed(scene), *first, *warned, *passed, *begin_lines(about)))
        count = count_of(scene.sitting.walk, about)
        return View("", None, chapter, (text,), after(scene, guide), "begin", count=count)
    if ask.kind in TROUBLE:
        if ask.kind is AskKind.STOPPED and Choice.RECHECK not in ask.choices:
            guide = STOPPED_FOR_GOOD
        lines = (*_resumed(scene), *_reasons(scene, row), *trouble_lines(ask, scene.outcomes.get(row.step.id)))
        widgets = (Text(lines, classes="trouble"), body_for(row), *_around(scene, row.step))
        output, guide = bool(node_of(row.step.does)), noted(scene, guide)
        return View(chapter, row, row.step.title, widgets, guide, "trouble", output=output)
    body = body_for(row, scene.draft, eager=not scene.passing)
    hint = scene.sitting.hint(row.step.does)
    first = (*_resumed(scene), *_reasons(scene, row), *((pair("Practice", hint),) if hint else ()))
    widgets = (*((Text(first, classes="hint"),) if first else ()), body, *_around(scene, row.step))
    if scene.passing and isinstance(row.step.does, Form):  # nobody is in the line, so letters are keys
        return View(chapter, row, row.step.title, widgets, KEYS_ARE_KEYS, body.PAGE, refused=True)
    return View(chapter, row, row.step.title, widgets, after(scene, guide), body.PAGE)


def _resumed(scene: Scene) -> tuple[Line, ...]:
    return tuple(resumed_lines(scene.stands_at(), scene.settled_since()))


def _reasons(scene: Scene, row: Row) -> tuple[Line, ...]:
    """Why the step is asked for at all: what was found wrong, or what changed since it was done."""
    return (*to_mend_lines(scene.faults_to_mend(row.step)), *again_lines(scene.comes_again(row)))


def _around(scene: Scene, step: Step) -> tuple[Widget, ...]:
    """What stands below every step; for a restart what made it necessary, first of all."""
    return (Text((*needed_lines(scene.needed_by(step)), *around(step))),)


def _running(scene: Scene) -> View:
    batch = scene.batch
    row = batch[0]
    chapter = _chapter(scene, row)
    if len(batch) > 1:
        text = Text(running_lines(batch, scene.running))
        title = f"Reading and checking: {len(batch)} at a time"
        return View(chapter, row, title, (text,), "running", "running", output=True)
    body = body_for(row)
    widgets = (body, *_around(scene, row.step))
    return View(chapter, row, row.step.title, widgets, after(scene, "running"), body.PAGE, output=True)


def after(scene: Scene, guide: str) -> str:
    """What was done last, then what to do now; two lines at most, and before them what failed or warned."""
    fits = scene.last and not scene.failed and len(scene.last) + len(guide) < LONGEST_HELP
    before = scene.kept() or (scene.last if fits else "")
    return noted(scene, f"{before} {guide}" if before else guide)


def noted(scene: Scene, guide: str) -> str:
    """What failed or warned since the last answer, then what to do now: a walk must not pass it in silence."""
    if scene.failed:
        first, *others = scene.failed
        beside = {f"{len(others)} more marked x": others, f"{len(scene.warned)} marked !": scene.warned}
        told = " and ".join(text for text, there in beside.items() if there)
        more = f" In the overview (o): {told}." if told else ""
        return f"Found a failure: {first}.{more} {guide}"
    if not scene.warned:
        return guide
    *others, last = scene.warned
    more = f" Before it {len(others)} more; the overview (o) marks them with !." if others else ""
    return f"Done, with a warning: {last}.{more} {guide}"


def _chapter(scene: Scene, row: Row) -> str:
    return scene.sitting.walk.chapter_of(row.step.id).procedure.title


def header(scene: Scene, view: View, width: int) -> Content:
    """PRACTICE, the procedure, and how far the walk is."""
    ids = [step.id for step in scene.sitting.walk.steps]
    stamp = "PRACTICE   " if scene.sitting.practice else ""
    step = view.step.step.id if view.step else ""
    count = f"{len(ids)} step{'s' if len(ids) != 1 else ''}"
    count = f"{view.count}, {count} in all" if view.count else count
    right = f"step {ids.index(step) + 1} of {len(ids)}" if step in ids else count
    return literal(_fit(f"{stamp}{view.chapter or NAME}", right, width))


def place(scene: Scene, view: View, width: int) -> Content:
    """The id of the step, and its node."""
    if view.step is None:
        return literal("")
    looking = "   looking" if scene.looking is not None else ""
    node = node_of(view.step.step.does)
    return literal(_fit(f"{view.step.step.id}{looking}", f"node {node}" if node else "", width), LABEL)


def _fit(left: str, right: str, width: int) -> str:
    room = max(width - 2, 20)
    left = left if len(left) + len(right) + 3 <= room else left[: max(room - len(right) - 6, 8)] + "..."
    return left + " " * max(room - len(left) - len(right), 1) + right
