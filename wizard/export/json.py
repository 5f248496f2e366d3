"""The transcript as JSON, `fedwizard.runbook/1`."""

import json
from dataclasses import asdict

from wizard.export.transcript import Transcript

SCHEMA = "fedwizard.runbook/1"


def render(transcript: Transcript) -> str:
    """The whole transcript; the same session gives the same text."""
    return json.dumps({"schema": SCHEMA, **asdict(transcript)}, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
