"""The picture of an app as plain text. The compositor is private in Textual; nothing else here touches it."""

from typing import TypeVar

from textual.app import App

T = TypeVar("T")


def picture_of(app: App[T]) -> str:
    """The lines that are on the screen."""
    width, height = app.size
    strips = app.screen._compositor.render_strips(app.size)
    lines = ["".join(segment.text for segment in strip)[:width].rstrip() for strip in strips[:height]]
    return "\n".join(lines) + "\n"
