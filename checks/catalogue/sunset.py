"""The end of client authentication at public authorities, in words; its dates are data of the package `assets`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A public authority: how the organisation of its issuers begins, and the two days (see the data)."""

    name: str
    issuers: tuple[str, ...]
    default: date
    ends: date

    def issued(self, organisations: tuple[str, ...]) -> bool:
        """Whether one of these organisations, those in the name of an issuer, is this authority."""
        return any(o.casefold().startswith(i.casefold()) for o in organisations for i in self.issuers)


@dataclass(frozen=True, kw_only=True)
class Sunset:
    """What is known of it, as of a day. `ends` is the day from which a browser suffers none any more."""

    as_of: date
    browser: str
    ends: date
    authorities: tuple[Authority, ...]

    def in_general(self) -> str:
        """For a certificate of whichever authority."""
        ended = "; ".join(f"{authority.name} from {authority.ends}" for authority in self.authorities)
        return (
            "Public authorities leave client authentication out unless they are asked, and soon altogether:"
            f" {ended}, and all of them from {self.ends}, when {self.browser} demands it (as of {self.as_of})."
        )

    def of_issuer(self, organisations: tuple[str, ...], at: datetime) -> str:
        """For a certificate of this issuer; empty where it is none of those that we know."""
        known = next((a for a in self.authorities if a.issued(organisations)), None)
        if known is None:
            return ""
        if at.date() >= known.ends:
            return f"{known.name}, which issued it, has issued none for clients since {known.ends}."
        return (
            f"{known.name}, which issued it, leaves it out unless asked since {known.default}, and issues none"
            f" for clients from {known.ends} on."
        )


@cache
def sunset() -> Sunset:
    """What the data says."""
    return parse(files("assets").joinpath("client-auth-sunset.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Sunset:
    """Read the data. Raises KeyError or TypeError for what is missing in it."""
    document = tomllib.loads(text)
    browser = document["browser"]
    return Sunset(
        as_of=_day(document, "as_of"),
        browser=str(browser["name"]),
        ends=_day(browser, "ends"),
        authorities=tuple(
            Authority(
                name=str(entry["name"]),
                issuers=tuple(map(str, entry["issuers"])),
                default=_day(entry, "default"),
                ends=_day(entry, "ends"),
            )
            for entry in document["authority"]
        ),
    )


def _day(table: Mapping[str, object], key: str) -> date:
    value = table[key]
    if not isinstance(value, date):
        raise TypeError(f"{key} is no day")
    return value
