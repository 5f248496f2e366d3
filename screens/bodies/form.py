"""Values that only a person can read: a line for each, with what is expected above it."""

from collections.abc import Iterator, MutableMapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.message import Message
from textual.widgets import Input

from screens.bodies.parts import Body, Line, exact, joined, pair
from screens.widgets.askable import AskableLine
from screens.widgets.verbatim import Verbatim
from wizard.step import Form, FormField
from wizard.survey import Row

TYPE_HERE = "Type what the page shows, or = if it is exactly that:"
ANSWER_HERE = "Type your answer, or = if it is exactly that:"


class FormBody(Body):
    """A form. `draft` keeps what is being typed while the person looks elsewhere; None: nothing can be typed."""

    PAGE: ClassVar[str] = "form"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "line(1)", "next line", show=False),
        Binding("shift+tab", "line(-1)", "line before", show=False),
    ]

    class Helped(Message):
        """The help of the line that is being typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Typed(Message):
        """Something else than before stands in a line."""

    def __init__(self, row: Row, draft: MutableMapping[str, str] | None, *, eager: bool = True) -> None:
        super().__init__(row)
        self._draft, self._eager = draft, eager

    @property
    def form(self) -> Form:
        """What the step asks for."""
        does = self.row.step.does
        assert isinstance(does, Form)
        return does

    def lines(self) -> Iterator[Line]:
        """Where to look."""
        yield pair("Where", self.form.interface)
        if self.form.menu:
            yield pair("Menu", " > ".join(self.form.menu))
        yield from (pair("About", sentence) for sentence in self.form.about)

    def compose(self) -> ComposeResult:
        """Where to look, and a line for each value."""
        ask = () if self._draft is None else (pair("", TYPE_HERE if self.form.menu else ANSWER_HERE),)
        yield Verbatim(joined((*self.lines(), *ask)))
        for field in self.form.fields:
            about = (pair("Field", field.label), exact("", self.form.proposes(field), ""))
            with VerticalGroup():
                yield Verbatim(joined(about))
                if self._draft is not None:
                    yield self._line(field, self._draft.get(field.name, ""))

    def _line(self, field: FormField, value: str) -> AskableLine:
        line = AskableLine(value, id=f"field-{field.name}", compact=True, select_on_focus=False)
        line.cursor_blink = False
        return line

    def on_mount(self) -> None:
        """Type at once, unless the person only came by."""
        lines = self.query(Input)
        if lines and self._eager:
            lines.first().focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        name = str(event.input.id).removeprefix("field-")
        if self._draft is not None and self._draft.get(name, "") != event.value:
            self._draft[name] = event.value
            self.show_line()  # the page may have been scrolled meanwhile: nobody types what they cannot see
            self.post_message(self.Typed())

    def action_line(self, by: int) -> None:
        """Another line. Nobody leaves the lines this way: what is typed outside them would be keys."""
        lines = list(self.query(AskableLine))
        at = next((number for number, line in enumerate(lines) if line.has_focus), 0)
        lines[max(0, min(len(lines) - 1, at + by))].focus()

    def show_line(self) -> None:
        """Have the line that is being typed in view, with what is asked."""
        for group in self.query(VerticalGroup):
            if group.has_focus_within:
                group.call_after_refresh(group.scroll_visible, animate=False)

    def on_descendant_focus(self) -> None:
        """Say which line is being typed and what helps with it, and show it."""
        self.show_line()
        field = self.field_typed()
        if field is not None:
            self.post_message(self.Helped(f"{self._differs()} {_named(field)}".strip()))

    def _differs(self) -> str:
        """That a line which was typed before shows something else than expected; it may be a slip."""
        said = self.form.read(self.values())
        wrong = (f for f in self.form.wrong(said) if said[f.name] and not self.query_one(f"#field-{f.name}").has_focus)
        return next((f"{f.label}: you typed {said[f.name]}, {self.form.wanted} {f.expected}." for f in wrong), "")

    def empty_here(self) -> FormField | None:
        """The field of the line that is being typed, if nothing stands in it yet."""
        field = self.field_typed()
        return field if field is not None and not self.values()[f"{field.name}"].strip() else None

    def next_empty(self) -> Input | None:
        """The first line in which nothing stands, other than the one that is being typed."""
        return next((line for line in self.query(Input) if not line.value.strip() and not line.has_focus), None)

    def last_line(self) -> Input:
        """The last line."""
        return self.query(Input).last()

    def values(self) -> dict[str, str]:
        """What was typed, by the names of the fields."""
        return {str(line.id).removeprefix("field-"): line.value for line in self.query(Input)}

    def field_typed(self) -> FormField | None:
        """The field of the line that is being typed; None where nobody is in a line."""
        focused = next((str(line.id) for line in self.query(Input) if line.has_focus), "")
        return next((field for field in self.form.fields if f"field-{field.name}" == focused), None)


def _named(field: FormField) -> str:
    """The name of a field, and what helps with it."""
    return f"{field.label}: {field.help}" if field.help else f"You type: {field.label}."
