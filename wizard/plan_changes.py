"""What differed each time that the plan of a session was changed: keys with their old and new values. Pure."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wizard.state import Recorded

_NAMES = ("domain", "name", "fqdn")  # what tells one table of a list from another, for people


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value of the plan before and after; empty where it stood or stands nowhere."""

    key: str
    before: str
    after: str

    @property
    def told(self) -> str:
        """The difference in words."""
        return f"{self.key}: {self.before or 'not there'} before, {self.after or 'not there'} since"


@dataclass(frozen=True, kw_only=True)
class PlanChange:
    """One change of the plan on record. Without `differences` only comments or the layout changed, or nobody can tell.

    `at` is RFC 3339 UTC.
    """

    record: int
    at: str
    differences: tuple[Difference, ...]


def plan_changes(events: Iterable[Recorded]) -> tuple[PlanChange, ...]:
    """Every change of the plan, the first one first. A text of the record that is no plan has no values."""
    found: list[PlanChange] = []
    before: Mapping[str, str] | None = None
    for event in events:
        if event.kind not in {"session.open", "plan.changed"}:
            continue
        now = _values(event.body.get("plan"))
        if event.kind == "plan.changed":
            told = tuple(_differences(before, now)) if before is not None and now is not None else ()
            found.append(PlanChange(record=event.seq, at=event.at, differences=told))
        before = now
    return tuple(found)


def _differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *now)):
        if before.get(key, "") != now.get(key, ""):
            yield Difference(key=key, before=before.get(key, ""), after=now.get(key, ""))


def _values(text: object) -> Mapping[str, str] | None:
    try:
        return dict(_flat(tomllib.loads(text), "")) if isinstance(text, str) else None
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _flat(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for number, item in enumerate(value, 1):
            yield from _flat(item, f"{key}[{_name(item) or number}]")
    else:
        yield key, str(value)


def _name(table: Mapping[str, object]) -> str:
    return next((str(table[name]) for name in _NAMES if name in table), "")
