"""`--revocation` against a web server with lists made by openssl, and against the responder of openssl."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop
from cryptography import x509

from checks.certificate.facts import read_certificate
from checks.certificate.revocation import revocation_findings
from checks.certificate.subject import Told
from checks.fetch import MOST
from tests.checks.support import HOST, Check, Checked, towards
from tests.servers.bind import name_server
from tests.servers.openssl_ca import AUTHORITY, Made, OpensslCa, leaf
from tests.servers.pki import NOW, Authorities, Spec, authority, issue
from tests.servers.tls import fault_server, free_port, openssl_server, silent
from tests.servers.web import web_server

pytestmark = [pytest.mark.needs("openssl"), pytest.mark.needs("bind9")]

NAME = f"/CN={HOST}"
ZONES = {"pki.example": "crl A 8.8.8.8\nocsp A 8.8.4.4\ninside A 10.0.0.1\n"}


@dataclass(frozen=True)
class Lab:
    """An authority, and the name server that knows where it publishes."""

    openssl: OpensslCa
    root: Made
    name_server: str
    web: int

    def leaf(self, places: str) -> Made:
        """A certificate that names places."""
        return self.openssl.issue(NAME, leaf() + places, self.root)

    def check(self, check: Check, made: Made, *words: str, responder: int = 0) -> Checked:
        """`check cert --revocation` of a certificate; a responder knows what was issued before it was started."""
        ports = {"8.8.8.8": self.web, "8.8.4.4": responder or free_port()}
        mapped = (word for at, port in ports.items() for word in ("--connect-to", f"{at}:80:127.0.0.1:{port}"))
        own = ("--name", HOST, "--trust", self.root.certificate, "--nameserver", self.name_server, "--timeout", "1")
        return check("cert", made.certificate, *own, *mapped, *(words or ("--revocation",)))


def at_list(path: str, host: str = "crl.pki.example") -> str:
    return f"crlDistributionPoints=URI:http://{host}/{path}\n"


AT_RESPONDER = "authorityInfoAccess=OCSP;URI:http://ocsp.pki.example/\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    openssl = OpensslCa(folder)
    root = openssl.issue("/CN=Test Root", AUTHORITY, key="root")
    other = openssl.issue("/CN=Other Root", AUTHORITY, key="other")
    contents = {
        "/list": openssl.revocation_list(root),
        "/old": openssl.revocation_list(root, ends=timedelta(days=-1)),
        "/others": openssl.revocation_list(other),
        "/junk": b"\x30\x03junk",
        "/endless": b"x" * (MOST + 1),
    }
    moved = {"/moved": "http://crl.pki.example/list", "/inwards": "http://inside.pki.example/list", "/round": "/round"}
    with web_server(contents, moved) as web, name_server(folder / "bind", ZONES) as port:
        yield Lab(openssl, root, f"127.0.0.1:{port}", web)


@pytest.mark.parametrize("places", [at_list("list"), at_list("moved"), AT_RESPONDER, f"{AT_RESPONDER}{at_list('old')}"])
def test_what_is_not_revoked_is_nothing_to_speak_of(check: Check, lab: Lab, places: str) -> None:
    made = lab.leaf(places)
    with lab.openssl.responder(lab.root) as responder:
        checked = lab.check(check, made, responder=responder)
    assert checked.codes == {"cert-ok": "pass"}, checked.document["findings"]


def test_nothing_is_asked_unless_it_is_wanted(check: Check, lab: Lab) -> None:
    assert lab.check(check, lab.leaf(at_list("nowhere")), "--timeout", "1").codes == {"cert-ok": "pass"}


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ("", "no place"),
        ("crlDistributionPoints=URI:ldap://dc.pki.example/cn=list\n", "LDAP"),
        (at_list("nowhere"), "status 404"),
        (at_list("old"), "ran out on"),
        (at_list("others"), "not signed by its issuer"),
        (at_list("junk"), "cannot be read"),
        (at_list("endless"), "more than 1000000 bytes"),
        (at_list("round"), "from one place to the next"),
        (at_list("list", "inside.pki.example"), "no public address"),
        (at_list("inwards"), "no public address"),
        (at_list("list", "nobody.pki.example"), "no public address"),
        (at_list("list", "8.8.8.8:81"), "cannot be reached"),
    ],
)
def test_what_is_not_known_says_why(check: Check, lab: Lab, places: str, reason: str) -> None:
    closed = ("--connect-to", f"8.8.8.8:81:127.0.0.1:{free_port()}")
    checked = lab.check(check, lab.leaf(places), "--revocation", *closed)
    assert checked.codes["cert-revocation-unknown"] == "info"
    assert reason in checked.finding("cert-revocation-unknown")["why"]
    assert checked.faults == ({"cert-crl-inside": "warn"} if reason == "LDAP" else {})


def test_what_was_taken_back_is_told_by_list_and_by_responder(check: Check, tmp_path: Path, lab: Lab) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    openssl = OpensslCa(folder)
    root = openssl.issue("/CN=Test Root", AUTHORITY, key="root")
    listed = openssl.issue(NAME, leaf() + at_list("list"), root)
    known = openssl.issue(NAME, leaf() + AT_RESPONDER, root)
    (tmp_path / "other").mkdir()
    stranger = OpensslCa(tmp_path / "other")  # its index is its own
    unknown = stranger.issue(NAME, leaf() + AT_RESPONDER, root)
    for made in (listed, known):
        openssl.revoke(made, root)
    with web_server({"/list": openssl.revocation_list(root)}) as web, openssl.responder(root) as responder:
        own = Lab(openssl, root, lab.name_server, web)
        for made in (listed, known):
            revoked = own.check(check, made, responder=responder)
            assert revoked.codes == {"cert-revoked": "fail"}, "what was taken back is not good too"
            assert revoked.finding("cert-revoked")["observed"]["depth"] == 0
            assert revoked.finding("cert-revoked")["observed"]["since"].startswith("20")
        assert (
            "does not know it"
            in own.check(check, unknown, responder=responder).finding("cert-revocation-unknown")["why"]
        )


def test_a_place_that_keeps_silent_costs_no_other_finding(check: Check, lab: Lab) -> None:
    """Six lists, each silent for a whole timeout: all of it stays within what the check may take."""
    places = ",".join(f"URI:http://8.8.8.8:{port}/list" for port in (81, 82, 83, 84, 85, 86))
    made = lab.leaf(f"crlDistributionPoints={places}\n")
    with fault_server(silent) as port:
        mapped = [w for at in range(81, 87) for w in ("--connect-to", f"8.8.8.8:{at}:127.0.0.1:{port}")]
        checked = lab.check(check, made, "--revocation", *mapped, "--timeout", "0.6")
    assert checked.codes == {"cert-revocation-unknown": "info", "cert-ok": "pass"}
    assert "No answer came within 2." in checked.finding("cert-revocation-unknown")["why"]
    assert checked.document["duration_ms"] < 3000


def test_a_server_is_asked_for_its_certificate_and_others_whether_it_holds(
    check: Check, lab: Lab, tmp_path: Path
) -> None:
    """Leaf and authority, each with its list: the authority was taken back, which the leaf's own list does not say."""
    openssl = OpensslCa(tmp_path)
    root = openssl.issue("/CN=Test Root", AUTHORITY, key="root")
    issuing = openssl.issue("/CN=Issuing", AUTHORITY + at_list("roots"), root, key="issuing")
    made = openssl.issue(NAME, leaf() + at_list("own"), issuing)
    openssl.revoke(issuing, root)
    lists = {"/roots": openssl.revocation_list(root), "/own": openssl.revocation_list(issuing)}
    trust = tmp_path / "trust.pem"
    trust.write_bytes(root.pem)
    with (
        web_server(lists) as web,
        openssl_server(tmp_path, made.pem, made.key.read_bytes(), issuing.pem) as port,
    ):
        mapped = ("--connect-to", f"8.8.8.8:80:127.0.0.1:{web}", "--nameserver", lab.name_server)
        checked = check("tls", *towards(port, trust), *mapped, "--revocation")
    assert checked.finding("cert-revoked")["observed"]["certificate"] == "CN=Issuing"
    assert checked.finding("cert-revoked")["observed"]["depth"] == 1
    assert "cert-ok" not in checked.codes


def test_all_certificates_of_a_chain_are_asked_about_at_the_same_time(pki: Authorities) -> None:
    under_way: set[str] = set()
    most = [0]

    async def never(url: str, body: bytes | None = None, kind: str = "") -> bytes:
        under_way.add(url)
        most.append(len(under_way))
        try:
            await asyncio.Event().wait()
        finally:
            under_way.remove(url)
        raise AssertionError(body, kind)

    def named(which: str) -> list[tuple[x509.ExtensionType, bool]]:
        place = x509.UniformResourceIdentifier(f"http://crl.example/{which}")
        return [(x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False)]

    middle = authority("Middle", pki.root, extra=named("authorities"))
    leaf = issue(Spec(extra=named("servers")), middle)
    members = tuple(read_certificate(one.der) for one in (leaf, middle, pki.root))
    found = uvloop.run(revocation_findings(Told(subject="x", see=""), members, never, NOW, within=0.3))
    assert [(f.code, f.observed["depth"]) for f in found] == [("cert-revocation-unknown", n) for n in (0, 1)]
    assert (max(most), under_way) == (2, set())
