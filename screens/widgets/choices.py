"""A list of choices."""

from textual.widgets import OptionList


class Choices(OptionList):
    """An OptionList that takes the keys for pages also before it is laid out, where Textual's fails."""

    def action_page_up(self) -> None:
        """Up a page."""
        if self.virtual_size.height:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """Down a page."""
        if self.virtual_size.height:
            super().action_page_down()  # type: ignore[no-untyped-call]
