"""What the model says about a document, in our own words: unknown, missing, of the wrong kind, or no such value."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wizard.plan.fault import Fault, shown
from wizard.plan.lines import Place
from wizard.plan.model import Plan, Release

_LONGEST = 40  # of a foreign text that is parsed or compared
_SECRETS = ("password", "passwd", "passphrase", "secret", "pin", "pass")
_VERSION = re.compile(r"\s*(\d{1,4})(?:\.(\d{1,4}))?(?![\d])")
_KINDS = {
    "string_type": "must be text, in quotes",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false, without quotes",
    "datetime_type": "must be a date and time, without quotes, such as 2026-01-31T22:00:00Z",
}
_NEWER = re.compile(r"(?i)\s*(lync\D*20(1[1-9]|[2-9])|s4b|sfb|skype|teams|office|o365|m365)")
_CONTAINERS = ("tuple_type", "model_type", "model_attributes_type", "dict_type")
_TIME_EXAMPLE = "Such as 2026-01-31T22:00:00Z, without quotes; Z is UTC, +01:00 an hour ahead of it."


def shape_of(data: Mapping[str, object]) -> tuple[Plan | None, tuple[Fault, ...]]:
    """The plan of a document, or None; and everything the model has against it."""
    try:
        return Plan.model_validate(_for_model(data), strict=True), ()
    except ValidationError as error:
        every = error.errors(include_url=False)
        return None, tuple(_translated(details) for details in every if not _counted_valid_ones_only(details))


def _counted_valid_ones_only(details: ErrorDetails) -> bool:
    """The model calls a list too short when none of its elements is good; each of those is a fault of its own."""
    return details["type"] == "too_short" and bool(details["input"])


def _for_model(data: Mapping[str, object]) -> dict[str, object]:
    """TOML has lists and text where the strict model has tuples and the release."""
    ready = {key: _tuples(value) for key, value in data.items()}
    release = ready.get("release")
    if isinstance(release, str) and release in tuple(Release):
        ready["release"] = Release(release)
    return ready


def _tuples(value: object) -> object:
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _translated(details: ErrorDetails) -> Fault:
    place: Place = tuple(part for part in details["loc"] if part != "[key]")
    given = details["input"]
    if place == ("release",) and details["type"] != "missing":
        return _release(place, given)
    if place == ("local", "sip_proxy_domain") and _several(given):
        fix = "Release 9.x has exactly one SIP proxy domain. Name that one."
        return Fault(place, "names several domains", fix)
    return (
        _wrong_field(place, details)
        or _wrong_kind(place, details)
        or _wrong_value(place, details)
        or Fault(place, f"cannot be {shown(given)}", _described(place) or "Correct the value.")
    )


def _wrong_field(place: Place, details: ErrorDetails) -> Fault | None:
    match details["type"]:
        case "missing":
            return Fault(place, "is missing", _how_to_add(place))
        case "extra_forbidden":
            return _unknown_field(place)
        case "too_short":
            return Fault(place, "is empty", f"Add at least one {_header(place, array=True)}.")
        case _:
            return None


def _wrong_kind(place: Place, details: ErrorDetails) -> Fault | None:
    kind, given = details["type"], details["input"]
    if kind in _CONTAINERS:
        return _wrong_container(place, given)
    if kind == "timezone_aware":
        return Fault(place, "has no time zone", _TIME_EXAMPLE)
    if kind in _KINDS:
        return Fault(place, f"is {shown(given)} and {_KINDS[kind]}", _described(place) or "Correct the value.")
    return None


def _wrong_value(place: Place, details: ErrorDetails) -> Fault | None:
    context, given = details.get("ctx", {}), details["input"]
    match details["type"]:
        case "value_error":
            return _bad_name(place, given, str(context.get("error", "")))
        case "literal_error" | "enum":
            return _newer_partner(place, given) or Fault(
                place, f"is {shown(given)}", f"One of {context.get('expected', '')}."
            )
        case "greater_than_equal" | "less_than_equal":
            return Fault(place, f"is {shown(given)}", "A port is a number from 1 to 65535.")
        case "string_too_short":
            return Fault(place, "is empty", _described(place))
        case "string_too_long":
            return Fault(place, f"is {len(str(given))} characters long", "255 is the most.")
        case "string_pattern_mismatch":
            return _bad_pattern(place, given)
        case _:
            return None


def _newer_partner(place: Place, given: object) -> Fault | None:
    """A partner newer than the releases that this one is documented with [S]: what to enter, and what it means."""
    if place[-1:] != ("version",) or not isinstance(given, str) or not _NEWER.match(given[:_LONGEST]):
        return None
    problem = f"is {shown(given)}: the documents of 9.0 and 9.1 name nothing newer than Lync 2010"
    fix = (
        'Write "lync-2010", whose steps come nearest. Such a partner is outside the documented combinations: agree on a'
        " test with it before users depend on it."
    )
    return Fault(place, problem, fix)


def _release(place: Place, given: object) -> Fault:
    text = given[:_LONGEST] if isinstance(given, str) else shown(given)
    found = _VERSION.match(text)
    if not found:
        return Fault(place, f"is {shown(given)}", 'Write release = "9.0" or release = "9.1".')
    version = (int(found[1]), int(found[2] or 0))
    if version < (9, 0):
        reason = "releases before 9.0 federate neither with Lync nor with AOL"
        return Fault(place, f"is {text}, which is too old: {reason}", "Upgrade the cluster to 9.0 or 9.1 first.")
    if version > (9, 1):
        return Fault(place, f"is {text}: newer releases are not supported yet", "This version knows 9.0 and 9.1.")
    written = "text, in quotes" if not isinstance(given, str) else "the two numbers alone"
    return Fault(place, f"is {shown(given)} and must be {written}", f'Write release = "{version[0]}.{version[1]}".')


def _several(given: object) -> bool:
    if isinstance(given, list | tuple):
        return len(given) > 1
    return isinstance(given, str) and len([part for part in re.split(r"[\s,;]+", given) if part]) > 1


def _bad_name(place: Place, given: object, message: str) -> Fault:
    """`checks.names` says what is wrong and, after a semicolon, what would be right."""
    wrong, _, right = message.partition("; ")
    fix = f"{right[:1].upper()}{right[1:]}." if right else _described(place) or "Enter a domain name."
    return Fault(place, f"{shown(given)} {wrong}", fix)


def _bad_pattern(place: Place, given: object) -> Fault:
    if place[-1] == "host_key":
        fix = "SHA256: and 43 characters, as OpenSSH prints it. Leave the field out if you do not know it."
        return Fault(place, f"{shown(given)} is not a fingerprint", fix)
    return Fault(place, f"{shown(given)} holds a control character", "One line of plain text.")


def _wrong_container(place: Place, given: object) -> Fault:
    array = _is_array(place)
    what = "a list" if array else "a table"
    if not _model_at(place) and place != ("connections",):
        return Fault(place, f"is {shown(given)} and must be a list", 'In brackets, such as ["one", "two"].')
    return Fault(place, f"is {shown(given)} and must be {what}", f"Write it under {_header(place, array=array)}.")


def _is_array(place: Place) -> bool:
    if not place or isinstance(place[-1], int):
        return False
    model = _model_at(place[:-1])
    info = model.model_fields.get(place[-1]) if model else None
    return info is not None and getattr(info.annotation, "__origin__", None) is tuple


def _header(place: Place, *, array: bool) -> str:
    name = ".".join(part for part in place if isinstance(part, str))
    return f"[[{name}]]" if array or isinstance(place[-1], int) else f"[{name}]"


def _how_to_add(place: Place) -> str:
    if _model_at(place):
        return f"Add {_header(place, array=_is_array(place))}."
    return f"Add it. {_described(place)}".strip()


def _unknown_field(place: Place) -> Fault:
    name = str(place[-1])
    if name.lower() in _SECRETS or name.lower().endswith("password"):
        fix = "Delete the line. You are asked for the password when the wizard logs in."
        return Fault(place, "is not a field: a plan holds no passwords", fix)
    model = _model_at(place[:-1])
    known = list(model.model_fields) if model else []
    near = get_close_matches(name[:_LONGEST].lower(), known, n=1)
    elsewhere = _owners().get(name, ())
    if near:
        fix = f"Did you mean {near[0]}?"
    elif elsewhere:
        fix = f"{name} belongs in {' or '.join(elsewhere)}. A field belongs to the [table] above it."
    else:
        fix = f"The fields here are {', '.join(known)}."
    return Fault(place, "is not a field of the plan", fix)


@cache
def _owners() -> dict[str, tuple[str, ...]]:
    """Field -> the tables that have it, as their headers read."""
    owners: dict[str, tuple[str, ...]] = dict.fromkeys(Plan.model_fields, ("the top of the file, before any [table]",))
    places: list[Place] = [(name,) for name in Plan.model_fields]
    while places:
        place = places.pop(0)
        model = _model_at(place)
        for name in model.model_fields if model else ():
            owners[name] = (*owners.get(name, ()), _header(place, array=_is_array(place)))
            places.append((*place, name))
    return owners


def _described(place: Place) -> str:
    model = _model_at(place[:-1]) if place else None
    info = model.model_fields.get(str(place[-1])) if model else None
    return (info.description or "") if info else ""


def _model_at(place: Place) -> type[BaseModel] | None:
    """The model of the table at a place, or of the elements of the list there."""
    model: type[BaseModel] = Plan
    for part in place:
        if isinstance(part, int):
            continue
        info = model.model_fields.get(part)
        found = _model_in(info.annotation) if info else None
        if found is None:
            return None
        model = found
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
