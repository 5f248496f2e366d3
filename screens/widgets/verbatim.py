"""The only way text reaches a widget: literal, without markup, and with nothing in it that a terminal would obey."""

from textual.content import Content
from textual.widgets import Static

from screens.terminal import ascii_only
from wizard.text import visible


def shown(text: str) -> str:
    """Text as this terminal can show it: nothing that acts, and ASCII alone where it knows no more."""
    clean = visible(text)
    return clean.encode("ascii", "backslashreplace").decode("ascii") if ascii_only() else clean


def literal(text: str, style: str = "") -> Content:
    """Text as it is, made visible."""
    return Content.styled(shown(text), style) if style else Content(shown(text))


class Verbatim(Static):
    """A widget that shows text as it is."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:
        content = literal(text) if isinstance(text, str) else text
        super().__init__(content, id=id, classes=classes, markup=False)

    def say(self, text: str) -> None:
        """Show another text."""
        self.update(literal(text))

    def show(self, content: Content) -> None:
        """Show content that was made of literals."""
        self.update(content)
