"""The only way text reaches a widget: literal, without markup, and with nothing in it that a terminal would obey."""

from textual.content import Content
from textual.widgets import RichLog, Static

from wizard.text import visible


def literal(text: str, style: str = "") -> Content:
    """Text as it is, made visible."""
    return Content.styled(visible(text), style) if style else Content(visible(text))


class Verbatim(Static):
    """A widget that shows text as it is."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(literal(text), id=id, classes=classes, markup=False)

    def say(self, text: str) -> None:
        """Show another text."""
        self.update(literal(text))

    def show(self, content: Content) -> None:
        """Show content that was made of literals."""
        self.update(content)


class Output(RichLog):
    """What a node prints, as it arrives; pieces may end anywhere."""

    MOST = 2000
    WIDTH = 76  # columns; what is written while the widget is hidden is folded to this

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(max_lines=self.MOST, markup=False, highlight=False, wrap=True, min_width=self.WIDTH, id=id)
        self.can_focus = False
        self._rest = ""

    def feed(self, text: str) -> None:
        """Take in a piece; whole lines are shown at once, the rest when its end has come."""
        lines = (self._rest + visible(text)).split("\n")
        self._rest = lines.pop()
        if lines:
            self.write("\n".join(lines))

    def flush(self) -> None:
        """Show what has no end of line."""
        if self._rest:
            self.write(self._rest)
            self._rest = ""
