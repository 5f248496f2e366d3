# The stubs know nothing of what this file is about.
# mypy: disable-error-code="attr-defined,misc,mutable-override,assignment,override"
"""The algorithms we offer: modern ones, and the opt-in for nodes of releases 9.x to 11.5. Touches paramiko's privates.

paramiko 5 dropped SHA-1 key exchange and ssh-rsa signatures, which is all those nodes have. They are added back here in
one place, for one transport, behind what is modern; a test fails when paramiko changes what this relies on.
"""

import socket
import threading
import time
from collections.abc import Callable
from hashlib import sha1

from cryptography.hazmat.primitives import hashes
from paramiko import Channel, Message, ServiceRequestingTransport, SSHException, Transport
from paramiko.auth_handler import AuthOnlyHandler
from paramiko.common import cMSG_CHANNEL_REQUEST, cMSG_SERVICE_REQUEST, cMSG_USERAUTH_REQUEST
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


class _Authentication(AuthOnlyHandler):
    """paramiko's own, which sends before it listens for the answer, and cannot ask which methods there are."""

    def auth_none(self, username: str) -> list[str]:
        """Ask which methods the server allows; raises BadAuthenticationType, which holds them."""
        return list(self.send_auth_request(username, "none", lambda _message: None))

    def send_auth_request(
        self, username: str, method: str, finish_message: Callable[[Message], object] | None = None
    ) -> list[str]:
        """Send one request and wait for its answer. Returns the methods still wanted, empty when logged in."""
        self.auth_method, self.username = method, username
        message = Message()
        message.add_byte(cMSG_USERAUTH_REQUEST)
        for text in (username, "ssh-connection", method):
            message.add_string(text)
        if finish_message is not None:
            finish_message(message)
        self.auth_event = threading.Event()
        self.transport._send_message(message)
        return list(self.wait_for_response(self.auth_event))


def _request(channel: Channel, what: str) -> Message:
    """A request on a channel that wants an answer."""
    message = Message()
    message.add_byte(cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string(what)
    message.add_boolean(True)
    return message


class NodeTransport(ServiceRequestingTransport):
    """Asks for the authentication service once, as strict servers want it, and remembers what the server offered."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.offered: dict[str, tuple[str, ...]] = {}
        self.agreed_kex = ""
        self._service, self._asked = threading.Event(), False

    def ensure_session(self) -> None:
        """Ask for the authentication service, or wait until it is granted. Raises SSHException when it is not.

        The first request goes out behind the question for the service, which saves a round trip: a client has to wait
        only after a key exchange that proved nothing about the server (RFC 4253, 10), and none here is of that kind.
        """
        if self._service_userauth_accepted:
            return
        if self._asked:
            self._wait_for_service()
            return
        self._asked = True
        # Before the request: a server may send its banner together with the answer.
        self.auth_handler = _Authentication(self)
        message = Message()
        message.add_byte(cMSG_SERVICE_REQUEST)
        message.add_string("ssh-userauth")
        self._send_message(message)

    def _wait_for_service(self) -> None:
        until = time.monotonic() + self.auth_timeout
        while not self._service.wait(0.1):
            if not self.is_active() or time.monotonic() >= until:
                raise SSHException("the server does not grant authentication")

    def open_shell(self, term: str, columns: int, rows: int, seconds: float) -> Channel:
        """A shell on a terminal. Raises SSHException when there is none in time, EOFError when the connection ends.

        Both are asked for at once, as OpenSSH does it, which saves a round trip. An answer is waited for; when either
        is refused, paramiko closes the channel, and nothing can be typed.
        """
        channel: Channel = self.open_session(timeout=seconds)
        channel.settimeout(seconds)
        terminal = _request(channel, "pty-req")
        terminal.add_string(term)
        for number in (columns, rows, 0, 0):
            terminal.add_int(number)
        terminal.add_string(b"")
        channel._event_pending()
        self._send_user_message(terminal)
        self._send_user_message(_request(channel, "shell"))
        if not channel.event.wait(seconds) or not channel.event_ready:
            problem: Exception = self.get_exception() or SSHException("it was refused")
            raise problem
        return channel

    def _parse_service_accept(self, m: Message) -> None:
        super()._parse_service_accept(m)
        self._service.set()

    def _really_parse_kex_init(self, m: Message, ignore_first_byte: bool = False) -> dict[str, list[str]]:
        parsed: dict[str, list[str]] = super()._really_parse_kex_init(m, ignore_first_byte)
        self.offered = {
            "kex": tuple(parsed["kex_algo_list"]),
            "keys": tuple(parsed["server_key_algo_list"]),
            "ciphers": tuple(parsed["server_encrypt_algo_list"]),
            "macs": tuple(parsed["server_mac_algo_list"]),
        }
        return parsed

    def _parse_kex_init(self, m: Message) -> None:
        super()._parse_kex_init(m)
        self.agreed_kex = next((kex for kex in self.preferred_kex if kex in self.offered["kex"]), "")


class ModernTransport(NodeTransport):
    """Offers no SHA-1, no MD5, no CBC and no 3DES."""

    _preferred_ciphers = tuple(c for c in Transport._preferred_ciphers if "cbc" not in c and "3des" not in c)
    _preferred_macs = tuple(m for m in Transport._preferred_macs if "sha1" not in m and "md5" not in m)
    _preferred_kex = tuple(k for k in Transport._preferred_kex if not k.endswith("sha1"))
    _preferred_keys = tuple(k for k in Transport._preferred_keys if k not in {"ssh-rsa", "ssh-dss"})


class LegacyTransport(NodeTransport):
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
