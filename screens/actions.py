"""Everything a person can do, once: bindings, the line of keys, the palette and the help are made of this."""

from dataclasses import dataclass

from textual.binding import Binding

from wizard.engine import Choice


@dataclass(frozen=True)
class Deed:
    """One thing a person can do. `choice` is the answer it gives, None where it only moves about."""

    name: str
    key: str
    label: str
    help: str
    choice: Choice | None = None
    phrase: str = ""  # in the palette, where no step stands beside it; without one, the label

    @property
    def shown_key(self) -> str:
        """The key as it stands on the keyboard."""
        return {"enter": "Enter", "question_mark": "?"}.get(self.key, self.key)


DEEDS = (
    Deed("forward", "enter", "go on", "Go forward: begin, send, or say that you have done it.", Choice.GO),
    Deed("retry", "r", "retry", "Try the failed step again.", Choice.RETRY),
    Deed("recheck", "c", "check again", "Read again what the step depends on.", Choice.RECHECK),
    Deed("again", "g", "do again", "Do it again, where its outcome is unknown.", Choice.AGAIN),
    Deed("by_hand", "m", "done by hand", "Say that you did it yourself in the web interface.", Choice.BY_HAND),
    Deed("accept", "a", "accept", "Accept it as it is, with a reason.", Choice.ACCEPT),
    Deed("skip", "s", "skip", "Skip the step, with a reason.", Choice.SKIP),
    Deed(
        "hold",
        "h",
        "hold",
        "Hold the walk here, with a reason. A last page says how to go on; Enter leaves it.",
        Choice.HOLD,
        "hold the walk",
    ),
    Deed("cancel", "x", "cancel", "Cancel what is running. A node goes on with what it was told."),
    Deed(
        "look_back", "b", "back", "Look at the step before. Looking changes nothing.", phrase="look at the step before"
    ),
    Deed("look_on", "n", "next", "Look at the step after. Looking changes nothing.", phrase="look at the next step"),
    Deed(
        "redo",
        "u",
        "do this again",
        "Do the step that you look at again, with a reason: it is open again, and the walk comes to it.",
        phrase="do this step again",
    ),
    Deed(
        "copy",
        "y",
        "copy",
        "Write a value of this step to a file, and offer it to the terminal. Again: the next.",
        phrase="copy a value",
    ),
    Deed(
        "console",
        "t",
        "console",
        "Type commands on a node yourself; the same rules hold, and all is recorded.",
        phrase="console of a node",
    ),
    Deed("overview", "o", "overview", "All steps, and where they stand."),
    Deed("help", "question_mark", "help", "What this screen is, and the keys."),
    Deed("leave", "q", "quit", "Quit. What is shown as done is on disk. Ctrl+Q and F10 quit anywhere."),
)

BY_NAME = {deed.name: deed for deed in DEEDS}
BY_CHOICE = {deed.choice: deed for deed in DEEDS if deed.choice is not None}
ALWAYS = ("overview", "help", "leave")


def bindings() -> list[Binding]:
    """The keys of the step screen."""
    keys = [Binding(deed.key, f"deed('{deed.name}')", deed.label, show=False) for deed in DEEDS]
    return [*keys, Binding("escape", "leave_line", "leave the line", show=False)]


def key_lines() -> tuple[tuple[str, str], ...]:
    """All keys with what they do."""
    more = (
        ("PgUp", "PgDn and the arrows move the text."),
        ("Esc", "Leave a line that is being typed, or a window; nothing is sent. Enter goes back to the line."),
        ("Ctrl+P", "Everything that works now, as a list to search."),
    )
    return (*((deed.shown_key, deed.help) for deed in DEEDS), *more)
