"""What certificates of several addresses or nodes tell beside one another."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from checks.certificate.judge_pool import judge_pool
from checks.certificate.subject import Told
from checks.chains import Shown, leaves
from checks.finding import ChainLink, Findings, Owner, Severity
from tests.core.plans import practice_plan
from tests.servers.pki import DAY, NOW, Spec, issue, key_for
from wizard.node_checks import listener_findings


def test_what_several_certificates_share() -> None:
    one, renewed, other = issue(Spec()), issue(Spec()), issue(Spec(key="other"))
    same_serial = issue(Spec(key="third"))
    twin = x509.CertificateBuilder(
        same_serial.certificate.issuer, same_serial.certificate.subject, key_for("fourth").public_key(),
        same_serial.certificate.serial_number, NOW - DAY, NOW + DAY,
    ).sign(key_for("third"), hashes.SHA256())  # fmt: skip
    shown = {
        "the same": (one.der, one.der), "a key": (one.der, renewed.der), "nothing": (one.der, other.der),
        "a serial": (same_serial.der, twin.public_bytes(serialization.Encoding.DER)),
    }  # fmt: skip
    found = {
        name: {f.code for f in judge_pool(Told(subject="x", see=""), leaves(Shown(sent=(d,), name=None) for d in ders))}
        for name, ders in shown.items()
    }
    assert found == {
        "the same": set(),
        "a key": {"cert-key-shared"},
        "nothing": set(),
        "a serial": {"cert-serial-shared"},
    }


def shows(number: int, key: str) -> Findings:
    """What the check of one node's listener brought."""
    leaf = ChainLink(subject=f"CN=imp{number}", sha256=f"{number}" * 64, issuer="CN=Root", serial=f"{number}", key=key)
    return Findings(target=f"imp{number}", started="", duration_ms=1, findings=(), chain=(leaf,))


def test_nodes_that_share_a_key_are_told_as_ours() -> None:
    plan, said = practice_plan(), Findings(target="nodes", started="", duration_ms=0, findings=())
    (found,) = listener_findings(plan, [shows(1, "aa"), shows(2, "aa")], said).findings
    places = [f"{node.address}:{plan.local.peer_auth_port}" for node in plan.nodes_publisher_first]
    assert (found.code, found.severity, found.owner) == ("cert-key-shared", Severity.INFO, Owner.YOU)
    assert [str(c).rpartition(" at ")[2] for c in found.observed["certificates"]] == places  # type: ignore[union-attr]
    assert f"for at in {' '.join(places)}; do openssl s_client -connect $at " in found.verify_with
    assert listener_findings(plan, [shows(1, "aa"), shows(2, "bb")], said).findings == ()
