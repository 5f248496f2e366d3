"""Reading a raw document whose shape nobody has checked yet."""

import ipaddress
from collections.abc import Mapping

from checks.names import BadNameError, domain_name, host
from wizard.plan.lines import Place

Table = Mapping[str, object]


def holds(container: object, part: str | int) -> bool:
    """Whether a table has this key, or a list this index."""
    if isinstance(container, list):
        return isinstance(part, int) and 0 <= part < len(container)
    return isinstance(container, dict) and isinstance(part, str) and part in container


def value_at(data: Table, place: Place) -> object:
    """What stands at a place; None when nothing does."""
    value: object = data
    for part in place:
        if not holds(value, part):
            return None
        value = value[part]  # type: ignore[index]
    return value


def table_in(data: Table, key: str) -> Table:
    """The table of that name, empty when there is none."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def tables_in(data: Table, key: str) -> list[tuple[int, Table]]:
    """The tables of a list, each with its index; what is no table is left out and keeps its index."""
    value = data.get(key)
    return [(n, item) for n, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []


def texts_in(data: Table, key: str) -> list[tuple[int, str]]:
    """The texts of a list, each with its index."""
    value = data.get(key)
    return [(n, item) for n, item in enumerate(value) if isinstance(item, str)] if isinstance(value, list) else []


def name_of(value: object) -> str:
    """A domain name in its one form, empty for anything else."""
    try:
        return domain_name(value) if isinstance(value, str) else ""
    except BadNameError:
        return ""


def host_of(value: object) -> str:
    """A name or address in its one form, empty for anything else."""
    try:
        return host(value) if isinstance(value, str) else ""
    except BadNameError:
        return ""


def address_of(value: str) -> str:
    """An IP address in its one form, empty for anything else."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return ""


def split_port(text: str) -> tuple[str, str] | None:
    """HOST:PORT or [V6]:PORT in its two parts, None for anything else."""
    name, colon, port = text.rpartition(":")
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    if not colon or (":" in name and bare == name) or (bare != name and ":" not in bare):
        return None
    good = port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536
    return (bare, port) if good else None
