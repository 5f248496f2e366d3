"""Everything a person can do, once: bindings, the line of keys, the palette and the help are made of this."""

from dataclasses import dataclass

from textual.binding import Binding

from wizard.engine import Choice


@dataclass(frozen=True)
class Deed:
    """One thing a person can do. `choice` is the answer it gives, None where it only moves about."""

    action: str
    key: str
    label: str
    help: str
    choice: Choice | None = None
    of_app: bool = False


DEEDS = (
    Deed("forward", "enter", "go on", "Go forward: begin, send, or say that you have done it.", Choice.GO),
    Deed("retry", "r", "retry", "Try the failed step again.", Choice.RETRY),
    Deed("recheck", "c", "read again", "Read again what the step depends on.", Choice.RECHECK),
    Deed("again", "g", "do again", "Do it again, where its outcome is unknown.", Choice.AGAIN),
    Deed("by_hand", "m", "done by hand", "Say that you did it yourself in the web interface.", Choice.BY_HAND),
    Deed("accept", "a", "accept", "Accept it as it is, with a reason.", Choice.ACCEPT),
    Deed("skip", "s", "skip", "Skip the step, with a reason.", Choice.SKIP),
    Deed("hold", "h", "hold", "Hold the walk here, with a reason, and leave.", Choice.HOLD),
    Deed("cancel", "x", "cancel", "Cancel what is running. A node goes on with what it was told."),
    Deed("overview", "o", "overview", "All steps, and where they stand.", of_app=True),
    Deed("look_back", "b", "back", "Look at the step before. Looking changes nothing."),
    Deed("look_on", "n", "next", "Look at the step after."),
    Deed("redo", "u", "redo", "Open the step you look at again, with a reason."),
    Deed("copy", "y", "copy", "Write the values of this step to a file, and offer them to the terminal."),
    Deed("help", "question_mark", "help", "This help.", of_app=True),
    Deed("leave", "q", "quit", "Quit. What is shown as done is on disk.", of_app=True),
)

BY_CHOICE = {deed.choice: deed for deed in DEEDS if deed.choice is not None}
ALWAYS = ("overview", "help", "leave")


def bindings() -> list[Binding]:
    """The keys of the step screen."""
    keys = [Binding(deed.key, f"app.{deed.action}" if deed.of_app else deed.action, show=False) for deed in DEEDS]
    return [
        *keys,
        Binding("ctrl+q,f10", "app.leave", "quit", show=False, priority=True),
        Binding("escape", "leave_line", "leave the line", show=False),
    ]


def key_name(key: str) -> str:
    """A key as it stands on the keyboard."""
    return {"enter": "Enter", "question_mark": "?"}.get(key, key)


def help_text() -> str:
    """All keys with what they do."""
    lines = [f"{key_name(deed.key):<7}{deed.help}" for deed in DEEDS]
    return "\n".join((*lines, "ctrl+p Everything as a list to search."))
