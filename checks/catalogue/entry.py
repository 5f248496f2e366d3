"""The form of a catalogue entry, and findings made of one."""

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.finding import Finding, Json, Owner, Severity

_SAFE = re.compile(r"(?!-)[A-Za-z0-9_.:\[\]-]+")
OWN_COMMAND = "see"  # a value that is a whole command already, quoted by who made it


@dataclass(frozen=True)
class Entry:
    """One code: what it means, why it matters, how it is mended, and by whom.

    `why`, `fix` and `verify` are templates over the observed and expected values and `subject`.
    """

    code: str
    severity: Severity
    title: str
    why: str
    fix: tuple[str, ...] = ()
    owner: Owner = Owner.YOU
    verify: str = ""
    refs: tuple[str, ...] = ()


class _Filled(string.Formatter):
    """Fills a template; a value that is not known is shown as three dots, never as an error."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "...")


def fill(template: str, values: Mapping[str, object]) -> str:
    """A template with its values; lists are joined."""
    shown = {k: ", ".join(map(str, v)) if isinstance(v, list | tuple) else v for k, v in values.items()}
    return _Filled().vformat(template, (), shown)


def make(
    entry: Entry,
    subject: str,
    observed: Mapping[str, Json],
    expected: Mapping[str, Json],
    values: Mapping[str, object],
) -> Finding:
    """A finding of an entry, with its default severity and owner."""
    known: dict[str, object] = {"subject": subject}
    known |= {f"expected_{key}": value for key, value in expected.items()}
    known |= {**observed, **values}
    return Finding(
        code=entry.code,
        severity=entry.severity,
        subject=subject,
        observed=observed,
        expected=expected,
        why=fill(entry.why, known).strip(),
        fix=tuple(fill(step, known).strip() for step in entry.fix),
        owner=entry.owner,
        verify_with=_command(entry.verify, known),
        refs=entry.refs,
    )


def _command(template: str, values: Mapping[str, object]) -> str:
    """A command to be pasted; empty where a value holds what a shell would act on."""
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    safe = all(_SAFE.fullmatch(str(values.get(name, ""))) for name in names if name != OWN_COMMAND)
    return fill(template, values) if safe else ""


def json_values(values: Mapping[str, object] | None) -> dict[str, Json]:
    """Values as JSON knows them; whatever else they are is told as text."""
    return {key: _json(value) for key, value in (values or {}).items()}


def _json(value: object) -> Json:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    return [_json(item) for item in value] if isinstance(value, list | tuple) else str(value)


def index(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by code."""
    return {entry.code: entry for entry in entries}
