"""`run sql` of the practice nodes: SELECTs on the two tables that it knows, printed as a node prints them."""

import re
from collections.abc import Mapping

from wizard.practice.outputs import UNSUCCESSFUL, View
from wizard.practice.state import State

USERS = ("asmith", "bjones", "cmiller", "dlopez")

_SELECT = re.compile(
    r"select\s+(?P<columns>.+?)\s+from\s+(?P<table>\w+)(?:\s+where\s+(?P<where>.+?))?\s*\Z", re.IGNORECASE
)
_NO_MAIL_ID = "mailid is null or mailid = '' or mailid not like '%@%'"

_Row = Mapping[str, str]


def select(view: View, statement: str) -> str:
    """What a statement prints. The one condition that is understood asks for users without a full Mail ID."""
    parsed = _SELECT.match(statement)
    if parsed is None or parsed["where"] not in {None, _NO_MAIL_ID}:
        return f"\nA syntax error has occurred.\n{UNSUCCESSFUL}\n"
    name = parsed["table"].lower()
    if name not in {"processnode", "enduser"}:
        return f"\nThe specified table ({parsed['table']}) is not in the database.\n{UNSUCCESSFUL}\n"
    rows = _nodes(view) if name == "processnode" else _users(view)
    known = tuple(rows[0])
    wanted = [column.strip().lower() for column in parsed["columns"].split(",")]
    columns = list(known) if wanted == ["*"] else wanted
    asked = [*columns, *(["mailid"] if parsed["where"] else [])]
    unknown = [column for column in asked if column not in known]
    if unknown:
        return f"\nColumn ({unknown[0]}) not found in any table in the query.\n{UNSUCCESSFUL}\n"
    return _table(columns, [row for row in rows if not parsed["where"] or "@" not in row["mailid"]])


def mail_id(state: State, user: str, domain: str) -> str:
    """The Mail ID of a user: as it was set, else the user's name in the email domain."""
    return state.settings.get(f"mail-id/{user}", f"{user}@{domain}")


def _nodes(view: View) -> list[_Row]:
    found: list[_Row] = [{"name": "EnterpriseWideData", "nodeid": "1", "description": ""}]
    for number, spec in enumerate(view.scenario.nodes, 2):
        found.append({"name": spec.address, "nodeid": str(number), "description": spec.name})
    return found


def _users(view: View) -> list[_Row]:
    domain = view.scenario.email_domain
    return [{"userid": user, "mailid": mail_id(view.state, user, domain)} for user in USERS]


def _table(columns: list[str], rows: list[_Row]) -> str:
    widths = [max(len(column), *(len(row[column]) for row in rows), 0) for column in columns]
    lines = [columns, ["=" * width for width in widths], *([row[column] for column in columns] for row in rows)]
    padded = (" ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join((*padded, "", ""))
