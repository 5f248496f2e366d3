"""What can be done now: one pure function from how things stand on the screen, for keys, footer and palette alike."""

from collections.abc import Iterator
from dataclasses import dataclass

from screens.actions import ALWAYS, DEEDS, Deed
from wizard.engine import AskKind, Choice

TROUBLE = frozenset({AskKind.FAILED, AskKind.STOPPED, AskKind.UNKNOWN})
BY_TYPING = frozenset({AskKind.CONFIRM_TYPED, AskKind.ATTEST_TYPED})  # answered in a dialog, with a name
GO_LABELS = {
    AskKind.BEGIN: "begin",
    AskKind.INSTRUCT: "I have done it",
    AskKind.NOTICE: "I have sent it",
    AskKind.FORM: "this is what it shows",
    AskKind.CONFIRM: "send it",
    AskKind.CONFIRM_TYPED: "confirm by typing",
    AskKind.ATTEST_TYPED: "I have done it",
}
GUIDES = {
    AskKind.BEGIN: "Read what it is for. Enter begins.",
    AskKind.INSTRUCT: "Do this there, then press Enter.",
    AskKind.NOTICE: "Send this text, then press Enter.",
    AskKind.FORM: "Look there and type what you see, not what should be there.",
    AskKind.CONFIRM: "Enter sends exactly this command. Nothing has been sent yet.",
    AskKind.CONFIRM_TYPED: "This disrupts. Enter asks for the node's name; nothing has been sent yet.",
    AskKind.ATTEST_TYPED: "This disrupts. Do it there; Enter then asks for the name, to say that it is done.",
    AskKind.FAILED: "Mend it and retry, or say with a reason why the walk may go on.",
    AskKind.STOPPED: "Nothing was sent. Mend it and check again, or say with a reason how to go on.",
    AskKind.UNKNOWN: "Nothing is sent again by itself. Look at the node, then decide.",
}
IT_HAPPENED = "it happened"  # what accepting means where the outcome of what was sent is unknown
STOPPED_FOR_GOOD = "Nothing was sent. Say with a reason how to go on, or hold."


@dataclass(frozen=True, kw_only=True)
class Situation:
    """How things stand. `asked` is None while nobody waits for an answer; `choices` are the answers it allows.

    `unfilled`: another line of a form is still empty. `question`: no page shows what the form asks. `claimed` is the
    letter that begins a name which has to be typed: it opens its line, and is no key meanwhile. `more` are the keys
    that show what of the page has no room.
    """

    asked: AskKind | None = None
    choices: tuple[Choice, ...] = ()
    looking: bool = False
    ended: bool = False
    running: bool = False
    redoable: bool = False
    copyable: bool = False
    typing: bool = False
    unfilled: bool = False
    question: bool = False
    claimed: str = ""
    more: str = ""

    def allows(self, deed: Deed) -> bool:
        """Whether a deed makes sense now."""
        if deed.name == "forward":
            return self.ended or self.looking or Choice.GO in self.choices
        if deed.choice is not None:
            return not self.looking and deed.choice in self.choices
        match deed.name:
            case "cancel":
                return self.running
            case "redo":
                return self.looking and self.redoable and self.asked is not None
            case "copy":
                return self.copyable
            case "console":
                return self.asked is not None and not self.looking and not self.running
            case _:
                return True

    @property
    def forward_label(self) -> str:
        """What Enter does."""
        if self.looking:
            return "back to where the walk is"
        if self.ended:
            return "quit"
        if self.asked is AskKind.FORM and not self.typing:
            return "back to the line"
        if self.asked is AskKind.FORM and self.unfilled:
            return "next line"
        if self.asked is AskKind.FORM and self.question:
            return "answer"
        return GO_LABELS.get(self.asked, "go on") if self.asked else "go on"

    def label(self, deed: Deed) -> str:
        """What a deed is called now."""
        if deed.name == "forward":
            return self.forward_label
        return IT_HAPPENED if self.asked is AskKind.UNKNOWN and deed.choice is Choice.ACCEPT else deed.label

    def labels(self) -> Iterator[tuple[str, str]]:
        """The keys that work now, with their words, in the order in which they are shown."""
        now = [deed for deed in DEEDS if self.allows(deed) and deed.name not in ALWAYS and deed.key != self.claimed]
        yield from ((deed.shown_key, self.label(deed)) for deed in now if deed.name == "forward")
        if self.more:
            yield self.more, "more"
        if self.typing:  # every other key is a letter of what is typed
            yield "?", "help, in an empty line"
            yield "Esc", "leaves the line, for the other keys"
            return
        yield from ((deed.shown_key, self.label(deed)) for deed in now if deed.name != "forward")
        yield from ((deed.shown_key, deed.label) for deed in DEEDS if deed.name in ALWAYS)
