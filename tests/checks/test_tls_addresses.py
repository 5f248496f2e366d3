"""`check tls` of a name with several addresses: each is visited, and what differs says where."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.checks.support import HOST, Check
from tests.servers.bind import name_server
from tests.servers.pki import DAY, NOW, Authorities, Issued
from tests.servers.tls import free_port, openssl_server

pytestmark = [pytest.mark.needs("openssl"), pytest.mark.needs("bind9")]

ZONES = {"partner.example": "sip A 127.0.0.2\nsip A 127.0.0.3\nsip A 127.0.0.4\nsip AAAA ::1\n"}


@pytest.fixture
def names(tmp_path: Path) -> Iterator[str]:
    with name_server(tmp_path / "bind", ZONES) as port:
        yield f"127.0.0.1:{port}"


def served(stack: ExitStack, pki: Authorities, address: str, port: int, leaf: Issued, *options: str) -> None:
    folder = pki.folder / address
    folder.mkdir()
    chain = pki.intermediate.pem
    stack.enter_context(openssl_server(folder, leaf.pem, leaf.key_pem, chain, *options, at=f"{address}:{port}"))


def test_what_differs_between_addresses_says_where(check: Check, pki: Authorities, names: str) -> None:
    port = free_port()
    good, expired = pki.leaf(), pki.leaf(ends=NOW - DAY / 2)
    with ExitStack() as stack:
        served(stack, pki, "127.0.0.2", port, good, "-Verify", "3", "-CAfile", str(pki.trust))
        served(stack, pki, "127.0.0.3", port, expired, "-tls1", "-cipher", "AES:@SECLEVEL=0")
        checked = check("tls", f"{HOST}:{port}", "--nameserver", names, "--trust", pki.trust, "--timeout", "2")
    one, other, nobody = (f"127.0.0.{number}:{port}" for number in (2, 3, 4))
    refused = [f["observed"]["address"] for f in checked.document["findings"] if f["code"] == "tcp-refused"]
    assert sorted(refused) == sorted([nobody, f"[::1]:{port}"])
    assert checked.finding("tcp-refused")["observed"]["address"] == nobody  # the worse one: products speak IPv4
    assert checked.finding("tls-ok")["observed"]["address"] == [one]
    assert checked.finding("tls-legacy-only")["observed"]["address"] == [other]
    requested = [
        (f["severity"], f["observed"]["asked"], f["observed"]["addresses"])
        for f in checked.document["findings"] if f["code"] == "tls-client-cert-requested"
    ]  # fmt: skip
    assert requested == [("warn", False, [other]), ("info", True, [one])]
    assert checked.finding("cert-expired")["observed"]["addresses"] == [other]
    assert checked.finding("cert-key-shared")["severity"] == "info"
    accepted = {tuple(f["observed"]["accepts"]) for f in checked.document["findings"] if f["code"] == "tls-accepts"}
    assert accepted == {("1.3", "1.2"), ("1",)}


def test_what_is_the_same_at_every_address_is_told_once(check: Check, pki: Authorities, names: str) -> None:
    port, leaf = free_port(), pki.leaf()
    with ExitStack() as stack:
        for number in (2, 3, 4):
            served(stack, pki, f"127.0.0.{number}", port, leaf)
        checked = check("tls", f"{HOST}:{port}", "--nameserver", names, "--trust", pki.trust, "--timeout", "2")
    codes = [f["code"] for f in checked.document["findings"]]
    assert sorted(codes) == sorted(set(codes))
    assert "addresses" not in checked.finding("tls-client-cert-requested")["observed"]
    assert len(checked.finding("tls-accepts")["observed"]["address"]) == 3


def test_the_command_shows_every_certificate_that_is_sent(check: Check, pki: Authorities) -> None:
    leaf = pki.leaf()
    with openssl_server(pki.folder, leaf.pem, leaf.key_pem, pki.intermediate.pem) as port:
        command = check("tls", f"127.0.0.1:{port}", "--name", HOST).finding("cert-ok")["verify_with"]
        shown = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=True).stdout
    subjects = [line.replace(" ", "") for line in shown.splitlines() if "Subject:" in line]
    assert subjects == ["Subject:CN=sip.partner.example", "Subject:CN=TestIssuing"]
