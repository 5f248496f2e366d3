# The stubs know nothing of what this file is about.
# mypy: disable-error-code="attr-defined,misc,mutable-override,assignment"
"""The algorithms we offer: modern ones, and the opt-in for nodes of releases 9.x to 11.5. Touches paramiko's privates.

paramiko 5 dropped SHA-1 key exchange and ssh-rsa signatures, which is all those nodes have. They are added back here in
one place, for one transport, behind what is modern; a test fails when paramiko changes what this relies on.
"""

from hashlib import sha1

from cryptography.hazmat.primitives import hashes
from paramiko import Transport
from paramiko.kex_gex import KexGexSHA256
from paramiko.kex_group14 import KexGroup14SHA256
from paramiko.rsakey import RSAKey

# Oakley group 2 of RFC 2409, 1024 bits: what diffie-hellman-group1-sha1 means.
OAKLEY_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)


class Group14Sha1(KexGroup14SHA256):
    """diffie-hellman-group14-sha1."""

    name = "diffie-hellman-group14-sha1"
    hash_algo = sha1


class Group1Sha1(Group14Sha1):
    """diffie-hellman-group1-sha1."""

    name = "diffie-hellman-group1-sha1"
    P = OAKLEY_2


class GroupExchangeSha1(KexGexSHA256):
    """diffie-hellman-group-exchange-sha1."""

    name = "diffie-hellman-group-exchange-sha1"
    hash_algo = sha1


class RsaSha1(RSAKey):
    """ssh-rsa host keys, whose signatures are SHA-1."""

    HASHES = {**RSAKey.HASHES, "ssh-rsa": hashes.SHA1}  # noqa: RUF012


class ModernTransport(Transport):
    """Offers no SHA-1, no MD5, no CBC and no 3DES."""

    _preferred_ciphers = tuple(c for c in Transport._preferred_ciphers if "cbc" not in c and "3des" not in c)
    _preferred_macs = tuple(m for m in Transport._preferred_macs if "sha1" not in m and "md5" not in m)
    _preferred_kex = tuple(k for k in Transport._preferred_kex if not k.endswith("sha1"))


class LegacyTransport(Transport):
    """What releases 9.x to 11.5 need, behind what is modern."""

    _preferred_keys = (*Transport._preferred_keys, "ssh-rsa")
    # Group 14 stands before the group exchange: old servers may have no group of 2048 bits to give.
    _preferred_kex = (*Transport._preferred_kex, Group14Sha1.name, GroupExchangeSha1.name, Group1Sha1.name)
    _key_info = {**Transport._key_info, "ssh-rsa": RsaSha1}  # noqa: RUF012
    _kex_info = {  # noqa: RUF012
        **Transport._kex_info,
        Group14Sha1.name: Group14Sha1,
        GroupExchangeSha1.name: GroupExchangeSha1,
        Group1Sha1.name: Group1Sha1,
    }
