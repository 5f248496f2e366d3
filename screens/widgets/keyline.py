"""The docked line of the keys that work now."""

from collections.abc import Iterable

from textual.content import Content

from screens.widgets.verbatim import Verbatim, literal

GAP = "   "


class KeyLine(Verbatim):
    """Keys with what they do, a key and its words never parted."""

    def keys(self, labels: Iterable[tuple[str, str]]) -> None:
        """Show these keys, in this order."""
        width = max(self.app.size.width - 2, 20)
        rows: list[list[tuple[str, str]]] = [[]]
        used = 0
        for key, words in labels:
            need = len(key) + 1 + len(words)
            if rows[-1] and used + len(GAP) + need > width:
                rows.append([])
                used = 0
            used += need + (len(GAP) if rows[-1] else 0)
            rows[-1].append((key, words))
        self.show(Content("\n").join([_row(row) for row in rows]))


def _row(labels: list[tuple[str, str]]) -> Content:
    pieces = [Content.assemble(literal(key, "bold"), literal(f" {words}")) for key, words in labels]
    return Content(GAP).join(pieces)
