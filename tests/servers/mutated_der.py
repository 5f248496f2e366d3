"""DER with faults sown in: the lengths stay right, so that a parser gets to what is wrong inside."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_CONSTRUCTED = 0x20
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")


@dataclass
class Node:
    """One value: its tag, and its bytes or the values inside it."""

    tag: int
    content: "bytes | list[Node]"

    def encoded(self) -> bytes:
        """As DER."""
        inner = self.content if isinstance(self.content, bytes) else b"".join(n.encoded() for n in self.content)
        return bytes([self.tag]) + _length(len(inner)) + inner

    def all(self) -> "list[Node]":
        """This value and all inside it."""
        inside = [] if isinstance(self.content, bytes) else self.content
        return [self, *(found for node in inside for found in node.all())]


def parsed(der: bytes) -> list[Node]:
    """The values in good DER."""
    found, at = [], 0
    while at < len(der):
        tag, size = der[at], der[at + 1]
        start = at + 2 + (size & 0x7F if size & 0x80 else 0)
        length = int.from_bytes(der[at + 2 : start], "big") if size & 0x80 else size
        content = der[start : start + length]
        found.append(Node(tag, parsed(content) if tag & _CONSTRUCTED else _opened(tag, content)))
        at = start + length
    return found


def _opened(tag: int, content: bytes) -> bytes | list[Node]:
    """The values inside an octet string, as extensions have them."""
    if tag == 0x04 and content[:1] == b"\x30" and len(content) > 2 and len(content) == content[1] + 2:
        return parsed(content)
    return content


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    shown = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(shown)]) + shown


def mutated(der: bytes, chance: random.Random) -> bytes:
    """Good DER with one to three values changed."""
    (root,) = parsed(der)
    for _ in range(chance.randint(1, 3)):
        chance.choice(_FAULTS)(chance.choice(root.all()), chance)
    return root.encoded()


def resigned(tbs: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """A certificate or list of this body, signed anew: what is wrong in it is vouched for."""
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA256())
    whole = tbs + _SHA256_WITH_RSA + b"\x03" + _length(len(signature) + 1) + b"\x00" + signature
    return b"\x30" + _length(len(whole)) + whole


def _empty(node: Node, _chance: random.Random) -> None:
    node.content = b"" if isinstance(node.content, bytes) else []


def _retag(node: Node, chance: random.Random) -> None:
    node.tag = chance.choice([0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x16, 0x17, 0x18, 0x1E, 0x30, 0x31, 0xA0])


def _noise(node: Node, chance: random.Random) -> None:
    node.content = chance.choice([b"\x00", b"\xff" * 3, b"\x1b[31m\x00", b"\x80" * 20, chance.randbytes(40)])


def _large(node: Node, chance: random.Random) -> None:
    node.content = bytes([chance.choice([0x01, 0x7F, 0xFF])]) * chance.choice([300, 5000])


def _repeat(node: Node, chance: random.Random) -> None:
    if isinstance(node.content, list) and node.content:
        node.content = node.content + [chance.choice(node.content)] * chance.choice([1, 30])
    elif isinstance(node.content, bytes):
        node.content *= 2


def _drop(node: Node, chance: random.Random) -> None:
    if isinstance(node.content, list) and node.content:
        node.content = [inner for inner in node.content if inner is not chance.choice(node.content)]


def _swap(node: Node, chance: random.Random) -> None:
    if isinstance(node.content, list):
        node.content = chance.sample(node.content, len(node.content))


def _deepen(node: Node, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 60])):
        node.content = [Node(node.tag, node.content)]


def _change(node: Node, chance: random.Random) -> None:
    if isinstance(node.content, bytes) and node.content:
        changed = bytearray(node.content)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        node.content = bytes(changed)


_FAULTS: tuple[Callable[[Node, random.Random], None], ...] = (
    _empty,
    _retag,
    _noise,
    _large,
    _repeat,
    _drop,
    _swap,
    _deepen,
    _change,
    _change,
)
