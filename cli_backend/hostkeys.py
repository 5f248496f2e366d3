"""Host keys: fingerprints, the files that know them, and what to do about a key that none of them knows."""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli_backend.exchange import Endpoint, HostKeyRefused, Operator


@dataclass(frozen=True)
class KnownKey:
    """One usable line of a known-hosts file."""

    key: bytes
    revoked: bool


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key, as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


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
                continue
            words = words[1:]
        if len(words) < 3 or words[0].startswith("#") or not _names(words[0], name):
            continue
        try:
            yield KnownKey(base64.b64decode(words[2], validate=True), revoked)
        except ValueError:
            continue


def check(endpoint: Endpoint, key_type: str, key: bytes, known_hosts: Path, operator: Operator) -> str:
    """Accept a host key or raise HostKeyRefused. Returns its fingerprint."""
    shown = fingerprint(key)
    if endpoint.host_key is not None:
        if hmac.compare_digest(endpoint.host_key.rstrip("="), shown):
            return shown
        raise HostKeyRefused(
            endpoint.name,
            f"the host key is {shown}, the plan says {endpoint.host_key}. Nothing was sent",
            "Find out why it changed, such as a reinstalled node, before you correct host_key in the plan.",
        )
    name = endpoint.address if endpoint.port == 22 else f"[{endpoint.address}]:{endpoint.port}"
    files = (known_hosts, Path.home() / ".ssh" / "known_hosts")
    known = [found for file in files for found in known_keys(file, name)]
    if any(found.revoked and found.key == key for found in known):
        raise HostKeyRefused(endpoint.name, f"the host key {shown} is revoked", "Ask who revoked it, and why.")
    trusted = [found for found in known if not found.revoked]
    if any(found.key == key for found in trusted):
        return shown
    if trusted:
        raise HostKeyRefused(
            endpoint.name,
            f"the host key changed: it is {shown} now. Nothing was sent",
            f"Find out why before you remove the old line for {name} from {known_hosts} or ~/.ssh/known_hosts.",
        )
    if not operator.accept_host_key(endpoint.name, key_type, shown):
        raise HostKeyRefused(
            endpoint.name, f"the host key {shown} is not known and was not accepted", "Compare it with the node's."
        )
    _remember(known_hosts, name, key_type, key)
    return shown


def _names(field: str, name: str) -> bool:
    if field.startswith("|1|"):
        try:
            _, _, salt, digest = field.split("|")
            summed = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
            return hmac.compare_digest(summed, base64.b64decode(digest))
        except ValueError:
            return False
    return name in field.split(",")


def _remember(path: Path, name: str, key_type: str, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(fd, f"{name} {key_type} {base64.b64encode(key).decode()}\n".encode())
        os.fsync(fd)
    finally:
        os.close(fd)
