"""The formats of the method of procedure. A new one is a line here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from wizard.export import html, markdown, mop
from wizard.export.method import Method


def _as_json(method: Method) -> str:
    """`fedwizard.mop/1`, as assets/mop.schema.json describes it; the same plan gives the same text."""
    return json.dumps(asdict(method), indent=1, sort_keys=True, ensure_ascii=True) + "\n"


METHODS: Mapping[str, Callable[[Method], str]] = {
    "md": lambda method: markdown.write(mop.document(method)),
    "html": lambda method: html.write(mop.document(method)),
    "json": _as_json,
}
