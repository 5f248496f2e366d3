"""The exports. A new one is a file with a `render`, and a line here."""

from collections.abc import Callable, Mapping

from wizard.export import html, json, markdown, runbook
from wizard.export.transcript import Transcript

FORMATS: Mapping[str, tuple[str, Callable[[Transcript], str]]] = {
    "md": ("runbook.md", lambda transcript: markdown.write(runbook.document(transcript))),
    "html": ("runbook.html", lambda transcript: html.write(runbook.document(transcript))),
    "json": ("runbook.json", json.render),
}
