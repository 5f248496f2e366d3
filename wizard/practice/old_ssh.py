"""An SSH server that offers what old releases offer. Touches paramiko's privates, which no longer know SHA-1.

The host key stays the one that the plan holds, so that a node can grow old and young again.
"""

# mypy: disable-error-code="attr-defined"

from hashlib import sha1

from paramiko import Transport
from paramiko.kex_group14 import KexGroup14SHA256


class _Group14Sha1(KexGroup14SHA256):
    name = "diffie-hellman-group14-sha1"
    hash_algo = sha1  # type: ignore[mutable-override]


class OldTransport(Transport):
    """The server's end of a connection, with the algorithms of OpenSSH 5.3 that paramiko still has."""

    _preferred_kex = (_Group14Sha1.name,)
    _kex_info = {**Transport._kex_info, _Group14Sha1.name: _Group14Sha1}  # noqa: RUF012
    _preferred_ciphers = ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc")
    _preferred_macs = ("hmac-md5", "hmac-sha1", "hmac-sha1-96", "hmac-md5-96")
