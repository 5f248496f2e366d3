"""Domain names, SRV names and destination patterns as the protocols want them. Imports nothing heavy."""

import ipaddress
import re

SIP_FEDERATION = "_sipfederationtls._tcp"
XMPP_FEDERATION = "_xmpp-server._tcp"
SIP_TLS_PORT = 5061
XMPP_PORT = 5269

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_MAX_NAME = 253
_DOTS = dict.fromkeys(map(ord, "\u3002\uff0e\uff61"), ".")  # what other scripts write for a dot (RFC 3490)


class BadNameError(ValueError):
    """A text that is not a domain name; the message says what is wrong with it and what would be right."""


def domain_name(text: str) -> str:
    """The A-label form of a domain name, lower case, without a trailing dot (RFC 1035, IDNA 2008).

    Raises BadNameError for anything that could not be the domain of a SIP address: an address, a URL, a single label,
    an underscore, an empty or overlong label, an A-label that encodes nothing.
    """
    name = text.strip().translate(_DOTS).removesuffix(".").lower()
    problem = _something_else(name)
    if problem:
        raise BadNameError(problem)
    name = name if name.isascii() else _to_ascii(name)
    labels = name.split(".")
    for label in labels:
        if not _LABEL.match(label):
            rule = "parts are 1 to 63 letters, digits and inner hyphens"
            shown = label if len(label) <= 70 else f"{label[:67]}..."
            raise BadNameError(f"holds {shown!r}, which is no part of a name; {rule}")
        if label.startswith("xn--") and not _is_encoded(label):
            cure = "enter that part in its own script"
            raise BadNameError(f"holds {label!r}, which encodes nothing that a name may hold (IDNA 2008); {cure}")
    if len(labels) < 2:
        raise BadNameError("is a single label; enter the full name, such as sip.partner.example")
    if labels[-1].isdigit():
        raise BadNameError("ends in a number; the last label of a domain name is not numeric")
    if len(name) > _MAX_NAME:
        raise BadNameError(f"is {len(name)} characters long; {_MAX_NAME} is the most")
    return name


def _something_else(name: str) -> str:
    """What a text is that was taken for a domain name, and what to enter instead; empty where it may be one."""
    told = (
        (not name, "is empty; enter a domain name such as partner.example"),
        ("@" in name, f"is an address; enter only the part after the @, {name.rpartition('@')[2] or 'its domain'}"),
        ("/" in name, "is a URL; enter the bare name in it"),
        (is_address(name.strip("[]")), "is an IP address; enter a name"),
        (":" in name, "holds a port; enter the bare name"),
        (".." in f"{name}." or name.startswith("."), "holds two dots in a row, or begins with one; take one away"),
        (name.startswith("_"), "is the name of a record; enter the domain alone, without the parts that begin with _"),
    )
    return next((problem for is_so, problem in told if is_so), "")


def host(text: str) -> str:
    """A host given by name or by address, in canonical form. Raises BadNameError."""
    bare = text.strip()
    if is_address(bare):
        return str(ipaddress.ip_address(bare))
    if bare and set(bare) <= set("0123456789."):
        raise BadNameError("is not an IPv4 address; that is four numbers from 0 to 255, such as 192.0.2.10")
    return domain_name(bare)


def srv_name(domain: str, service: str = SIP_FEDERATION) -> str:
    """The owner name of the SRV record by which `domain` is discovered (RFC 2782)."""
    return f"{service}.{domain}"


def is_within(name: str, domain: str) -> bool:
    """Whether `name` is `domain` or lies below it."""
    return name == domain or name.endswith("." + domain)


def destination_pattern(domain: str) -> str:
    """The destination pattern of a static route: labels reversed, `.com.domaina.*` for domaina.com."""
    return "." + ".".join(reversed(domain_name(domain).split("."))) + ".*"


def for_display(name: str) -> str:
    """Both forms of an internationalised name, the bare name otherwise."""
    if not any(label.startswith("xn--") for label in name.split(".")):
        return name
    import idna

    try:
        return f"{idna.decode(name)} ({name})"
    except idna.IDNAError:
        return name


def raw_form(name: str) -> str:
    """An internationalised name that a panel did not encode: its UTF-8 bytes, escaped as in a zone file."""
    import idna

    try:
        raw = idna.decode(name).encode()
    except idna.IDNAError:
        return name
    return "".join(chr(byte) if byte < 128 else f"\\{byte:03}" for byte in raw)


def earlier_form(name: str) -> str:
    """A name as the first rules for international names encode it (IDNA 2003), which write the sharp s as ss."""
    import idna

    try:
        return idna.decode(name).encode("idna").decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return name


def place_of(host: str, port: int) -> str:
    """A host and its port as people write them; an IPv6 address stands in brackets (RFC 3986)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _to_ascii(name: str) -> str:
    import idna

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError as problem:
        raise BadNameError(f"is not a valid internationalised name: {problem}") from problem


def _is_encoded(label: str) -> bool:
    """Whether an A-label is the encoding of a label in another script, and the only one."""
    import idna

    try:
        return idna.alabel(idna.ulabel(label)) == label.encode()
    except UnicodeError:  # as all errors of idna are
        return False


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address."""
    if not text[-1:].isdigit() and ":" not in text:  # a name, at once
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
