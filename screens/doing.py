"""What happens when a person does one of the deeds: an answer to the runner, a look elsewhere, a copy, a dialog."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from screens.actions import BY_CHOICE, BY_NAME
from screens.bodies.form import FormBody
from screens.bridge import Written
from screens.copying import write_in_background
from screens.modals import LineDialog, a_reason, a_reason_in_words, by_hand, typed_confirmation
from screens.situation import BY_TYPING
from wizard.engine import NEEDS_REASON, Answer, AskKind, Choice, empty_line
from wizard.text import visible_line

if TYPE_CHECKING:
    from screens.step import StepScreen

READ_FIRST = 0.3  # seconds that a change, or an act to attest, has to stand on the screen before Enter counts
READ_THIS = {
    AskKind.CONFIRM: "This appeared just now. Read it; Enter sends it.",
    AskKind.INSTRUCT: "This appeared just now. Read it; Enter says that you have done it.",
    AskKind.NOTICE: "This appeared just now. Read it; Enter says that you have sent it.",
}


class Doer:
    """Does the deeds for the screen of the walk. Whether one makes sense was asked before."""

    def __init__(self, screen: "StepScreen") -> None:
        self._screen = screen
        self._copied: tuple[str, int] = ("", -1)

    async def do(self, name: str) -> None:
        """Do one of the things of the registry."""
        choice = BY_NAME[name].choice
        match name:
            case "forward":
                await self._forward()
            case "look_back":
                await self._look(-1)
            case "look_on":
                await self._look(1)
            case "redo":
                self._redo()
            case "copy":
                self._copy()
            case "cancel":
                self._screen.scene.runner.cancel()
                self._screen.say("Cancelling ... A node goes on with what it was told.")
            case _ if choice is not None:
                self._choose(choice)
            case _:
                self._screen.post_message(self._screen.AsksApp(name))

    # --- answers ---

    async def _forward(self) -> None:
        scene = self._screen.scene
        if scene.looking is not None:
            scene.looking, scene.passing = None, False
            await self._screen.show()
        elif scene.ended is not None:
            self._screen.post_message(self._screen.AsksApp("leave"))
        elif scene.ask is not None:
            self._go(scene.ask.kind)

    def _go(self, kind: AskKind) -> None:
        if kind in READ_THIS and time.monotonic() - self._screen.shown_at < READ_FIRST:
            self._screen.say(READ_THIS[kind], bad=True)
        elif kind in BY_TYPING:
            self.confirm_by_typing()
        elif kind is AskKind.FORM:
            self._submit_form()
        else:
            self._give(Answer(Choice.GO))

    def _submit_form(self) -> None:
        form = self._screen.query_one(FormBody)
        if (here := form.empty_here()) is not None:
            self._screen.refuse(empty_line(form.form, here.label))
            return
        empty = form.next_empty()
        if empty is not None:
            empty.focus()
            return
        if not self._screen.situation.typing:  # whoever left the lines has to be in them again to say it
            form.last_line().focus()
            return
        self._give(Answer(Choice.GO, values=form.values()))

    def confirm_by_typing(self, begun: str = "") -> None:
        """Open the line for the name that confirms what is asked, with what was typed of it already."""
        ask = self._screen.scene.ask
        assert ask is not None
        dialog = by_hand if ask.kind is AskKind.ATTEST_TYPED else typed_confirmation
        self._want(dialog(ask, begun), lambda text: self._give(Answer(Choice.GO, text)))

    def _choose(self, choice: Choice) -> None:
        ask = self._screen.scene.ask
        if choice is Choice.BY_HAND and ask is not None:
            self._want(by_hand(ask), lambda text: self._give(Answer(choice, text)))
            return
        if choice not in NEEDS_REASON:
            self._give(Answer(choice))
            return
        happened = choice is Choice.ACCEPT and ask is not None and ask.kind is AskKind.UNKNOWN
        why = "What shows that it happened?" if happened else f"Why {BY_CHOICE[choice].label}?"
        refuse = a_reason_in_words if ask is not None and ask.kind is AskKind.FORM else a_reason
        dialog = LineDialog(f"{why} It goes into the record.", (), "Reason:", refuse=refuse)
        self._want(dialog, lambda text: self._give(Answer(choice, text)))

    def _want(self, dialog: LineDialog, then: Callable[[str], None]) -> None:
        """Have a dialog answered; its answer counts only while the question that it is about still stands."""
        asked = self._screen.scene.ask

        def given(text: str | None) -> None:
            if text is not None and self._screen.scene.ask is asked:
                then(text)

        self._screen.post_message(self._screen.Wants(dialog, given))

    def _give(self, answer: Answer) -> None:
        """Answer once: the keys are dead until the runner says something."""
        scene = self._screen.scene
        if scene.ask is None:
            return
        scene.batch = (scene.ask.row,)
        scene.ask, scene.last, scene.warned, scene.failed, scene.resumed = None, "", (), (), False
        for form in self._screen.query(FormBody):
            form.disabled = True
        self._screen.query_one("#body").focus()
        self._screen.show_keys()
        scene.runner.answer(answer)

    # --- looking, redoing ---

    async def _look(self, by: int) -> None:
        scene = self._screen.scene
        ids = [step.id for step in scene.sitting.walk.steps]
        place = scene.looking or scene.current
        index = ids.index(place) + by if place in ids else (len(ids) - 1 if by < 0 else 0)
        await self._screen.look_at(ids[max(0, min(len(ids) - 1, index))])

    def _redo(self) -> None:
        scene = self._screen.scene
        step = scene.looking
        if step is None:
            return

        def given(reason: str) -> None:
            scene.looking, scene.ask = None, None
            scene.batch = (scene.row(step),)
            scene.runner.reopen(step, reason)

        self._want(LineDialog("Why is it done again? It goes into the record.", (), "Reason:", refuse=a_reason), given)

    # --- copying ---

    def _copy(self) -> None:
        screen = self._screen
        row, found = screen.scene.seen(), screen.scene.copyables()
        if row is None or not found:
            return
        step, number = self._copied
        number = (number + 1) % len(found) if step == row.step.id else 0
        self._copied = (row.step.id, number)
        copied = found[number]
        if copied.offered:
            screen.app.copy_to_clipboard(copied.text)
        of = f" ({number + 1} of {len(found)}; y again for the next)" if len(found) > 1 else ""

        def done(text: str) -> None:
            screen.post_message(Written(visible_line(text) + of))

        write_in_background(screen.scene.sitting.folder, copied, done)
