"""A line in which a question mark means help as long as it is empty."""

from textual.events import Key
from textual.widgets import Input


class AskableLine(Input):
    """A line that is typed in. In a line that is not empty a question mark is a letter like any other."""

    async def _on_key(self, event: Key) -> None:
        if event.character == "?" and not self.value:
            event.stop()
            event.prevent_default()
            await self.run_action("app.help")
            return
        await super()._on_key(event)
