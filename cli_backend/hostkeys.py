"""Host keys: fingerprints, the files that know them, and what to do about a key that none of them knows."""

import base64
import fcntl
import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli_backend.exchange import Endpoint, HostKeyRefused, Operator

_RSA = frozenset({"ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"})


@dataclass(frozen=True)
class KnownKey:
    """One usable line of a known-hosts file. `kind` is the type that the key itself names."""

    key: bytes
    kind: str
    revoked: bool


@dataclass(frozen=True)
class ShownKey:
    """The key that a server shows."""

    kind: str
    key: bytes


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key, as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def same_kind(one: str, other: str) -> bool:
    """Whether two algorithm names are of one kind of key; three names mean RSA."""
    return one == other or (one in _RSA and other in _RSA)


def known_keys(path: Path, name: str) -> Iterator[KnownKey]:
    """The keys a file knows for `host` or `[host]:port`. Lines that are no good are passed over."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        words = line.split()
        revoked = bool(words) and words[0] == "@revoked"
        if words and words[0].startswith("@"):
            if not revoked:
                continue  # certificate authorities: nodes have no certificates
            words = words[1:]
        if len(words) < 3 or words[0].startswith("#") or not _names(words[0], name):
            continue
        key = _key(words[2])
        if key is not None and same_kind(words[1], key[1]):
            yield KnownKey(*key, revoked)


def known_of(name: str, known_hosts: Path) -> tuple[KnownKey, ...]:
    """The keys that are known under a name, by us and in the person's own file."""
    files = (known_hosts, Path.home() / ".ssh" / "known_hosts")
    return tuple(found for file in files for found in known_keys(file, name))


def kinds_of(known: Sequence[KnownKey]) -> tuple[str, ...]:
    """The kinds of some known keys, to be asked for first: a server shows only one of its keys."""
    return tuple(dict.fromkeys(found.kind for found in known if not found.revoked))


def check(
    endpoint: Endpoint,
    server: ShownKey,
    known: Sequence[KnownKey],
    name: str,
    known_hosts: Path,
    operator: Operator,
) -> str:
    """Accept the host key that a server shows, or raise HostKeyRefused. Returns its fingerprint.

    `known` is what was known under `name`; a key that a person accepts is known under it from then on.
    """
    key, shown = server.key, fingerprint(server.key)
    if any(found.revoked and found.key == key for found in known):
        raise HostKeyRefused(
            endpoint.name, f"the host key {shown} is revoked. Nothing was sent", "Ask who revoked it, and why."
        )
    if endpoint.host_key is not None:
        _check_pinned(endpoint, endpoint.host_key, shown)
        return shown
    trusted = [found for found in known if not found.revoked]
    if any(found.key == key for found in trusted):
        return shown
    if trusted:
        raise HostKeyRefused(
            endpoint.name,
            f"the host key changed: it is {shown} now. Nothing was sent",
            f"Find out why before you remove the old line for {name} from {known_hosts} or"
            " ~/.ssh/known_hosts. A reinstalled node and FIPS mode make a new key.",
        )
    if not operator.accept_host_key(endpoint.name, server.kind, shown):
        raise HostKeyRefused(
            endpoint.name, f"the host key {shown} is not known and was not accepted", "Compare it with the node's."
        )
    _keep(endpoint, server, name, known_hosts)
    return shown


def _keep(endpoint: Endpoint, server: ShownKey, name: str, known_hosts: Path) -> None:
    try:
        _remember(known_hosts, name, server)
    except OSError as problem:
        raise HostKeyRefused(
            endpoint.name,
            f"the host key {fingerprint(server.key)} was accepted and cannot be kept in {known_hosts}:"
            f" {problem.strerror}",
            "Mend that, or put the key into the plan as host_key.",
        ) from problem


def _check_pinned(endpoint: Endpoint, pinned: str, shown: str) -> None:
    if not hmac.compare_digest(pinned.strip().rstrip("=").encode(), shown.encode()):
        raise HostKeyRefused(
            endpoint.name,
            f"the host key is {shown}, and not {pinned} as it should be. Nothing was sent",
            "Find out why it changed, such as a reinstalled node, before you correct it, in the plan as host_key.",
        )


def _key(text: str) -> tuple[bytes, str] | None:
    """A key and the type that it names itself; None when it is damaged."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    length = int.from_bytes(key[:4], "big")
    if len(key) < 4 + length + 4 or not 0 < length <= 64:
        return None
    return key, key[4 : 4 + length].decode("ascii", "replace")


def _names(field: str, name: str) -> bool:
    if field.startswith("|1|"):
        try:
            _, _, salt, digest = field.split("|")[:4]
            summed = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
            return hmac.compare_digest(summed, base64.b64decode(digest))
        except ValueError:
            return False
    patterns = field.split(",")
    if any(_matches(pattern[1:], name) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(_matches(pattern, name) for pattern in patterns)


def _matches(pattern: str, name: str) -> bool:
    """OpenSSH's wildcards: only `*` and `?`; brackets are part of a name with a port."""
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, name, re.IGNORECASE) is not None


def _remember(path: Path, name: str, server: ShownKey) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        size = os.fstat(fd).st_size
        torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
        line = f"{name} {server.kind} {base64.b64encode(server.key).decode()}\n"
        os.write(fd, (("\n" if torn else "") + line).encode())
        os.fsync(fd)
    finally:
        os.close(fd)
