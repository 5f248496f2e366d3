"""The exports. A new one is a file with a `render`, and a line here."""

from collections.abc import Callable, Mapping

from wizard.export import json, markdown
from wizard.export.transcript import Transcript

FORMATS: Mapping[str, tuple[str, Callable[[Transcript], str]]] = {
    "md": ("runbook.md", markdown.render),
    "json": ("runbook.json", json.render),
}
