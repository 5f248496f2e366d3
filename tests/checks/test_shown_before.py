"""A server that shows another certificate than it ever did is told, without getting in the way of anything."""

import os
from pathlib import Path

import pytest

from tests.checks.support import Check, towards
from tests.servers.pki import Authorities, Issued
from tests.servers.tls import free_port, openssl_server
from wizard.session import sessions_root

pytestmark = pytest.mark.needs("openssl")


def shows(check: Check, pki: Authorities, leaf: Issued, port: int) -> dict[str, object] | None:
    """The finding, where there is one, when the server at this port has this certificate."""
    with openssl_server(pki.folder, leaf.pem, leaf.key_pem, pki.intermediate.pem, at=f"127.0.0.1:{port}"):
        checked = check("tls", *towards(port, pki.trust))
    assert checked.codes["cert-ok"] == "pass"
    return checked.finding("cert-replaced") if "cert-replaced" in checked.codes else None


def test_a_certificate_that_was_replaced(check: Check, pki: Authorities) -> None:
    from hashlib import sha256

    port, first, second = free_port(), pki.leaf(), pki.leaf()
    prints = [sha256(leaf.der).hexdigest() for leaf in (first, second)]
    assert shows(check, pki, first, port) is None
    assert shows(check, pki, first, port) is None
    found = shows(check, pki, second, port)
    assert found is not None
    assert (found["severity"], found["owner"]) == ("info", "partner")
    assert isinstance(found["observed"], dict)
    assert [found["observed"][key] for key in ("before", "now")] == prints
    assert shows(check, pki, first, port) is None  # two behind one address take turns
    assert shows(check, pki, second, free_port()) is None  # another place is another server


def _kept() -> Path:
    return sessions_root().parent / "certificates.json"


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"x": 1, "y": [2], "z": [{"sha256": 3}]}', b"\xff\x00"])
def test_what_is_kept_may_be_damaged(check: Check, pki: Authorities, content: bytes) -> None:
    _kept().parent.mkdir(parents=True, exist_ok=True)
    _kept().write_bytes(content)
    port = free_port()
    assert shows(check, pki, pki.leaf(), port) is None
    assert shows(check, pki, pki.leaf(), port) is not None
    assert _kept().stat().st_mode & 0o777 == 0o600


def test_who_has_no_place_to_keep_anything_checks_all_the_same(
    check: Check, pki: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", os.devnull + "/nowhere")
    assert shows(check, pki, pki.leaf(), free_port()) is None
