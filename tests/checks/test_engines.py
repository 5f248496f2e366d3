"""The second opinion on a chain: what it says, and where it differs from ours."""

import pytest

from checks.certificate.engines import ACCEPTED, opinions
from checks.certificate.facts import read_certificate
from tests.checks.support import HOST, Check
from tests.checks.test_limbo import CASES, MADE, facts
from tests.servers.pki import DAY, NOW, SERVER, Authorities, Issued, authority


def asked(*sent: Issued, root: Issued) -> dict[str, str]:
    chain = tuple(read_certificate(one.der) for one in sent)
    return dict(opinions(chain, (read_certificate(root.der),), HOST, NOW))


def test_a_good_chain_is_accepted_in_both_directions(pki: Authorities) -> None:
    assert asked(pki.leaf(), pki.intermediate, root=pki.root) == dict.fromkeys(("path", "client", "server"), ACCEPTED)


def test_what_has_only_expired_is_right_in_its_time(pki: Authorities) -> None:
    said = asked(pki.leaf(ends=NOW - DAY / 2), pki.intermediate, root=pki.root)
    assert said["path"] != ACCEPTED
    assert said["path_in_its_time"] == ACCEPTED


def test_an_authority_limited_to_servers_shows_in_the_other_direction(pki: Authorities) -> None:
    limited = authority("Limited", pki.root, eku=(SERVER,))
    said = asked(Authorities(pki.root, limited, pki.folder).leaf(eku=(SERVER,)), limited, root=pki.root)
    assert said["server"] == ACCEPTED
    assert said["client"] != ACCEPTED


def test_both_are_told_and_so_is_that_they_differ(check: Check, pki: Authorities) -> None:
    words = ("--name", HOST, "--trust", pki.trust)
    good = check("cert", pki.chain_file("good.pem", pki.leaf().pem, pki.intermediate.pem), *words)
    assert good.finding("cert-ok")["evidence"]["engines"]["path"] == ACCEPTED
    small = pki.leaf(key="small", bits=1024)
    weak = check("cert", pki.chain_file("weak.pem", small.pem, pki.intermediate.pem), *words)
    engines = weak.finding("cert-key-weak")["evidence"]["engines"]
    assert engines["disagreement"] == "refused here (cert-key-weak), accepted by the second engine"


def test_without_a_root_nobody_is_asked(check: Check, pki: Authorities) -> None:
    checked = check("cert", pki.chain_file("alone.pem", pki.leaf().pem, pki.intermediate.pem))
    assert all("engines" not in found["evidence"] for found in checked.document["findings"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_no_case_of_limbo_breaks_it(case: dict[str, object]) -> None:
    try:
        sent = facts(str(case["peer_certificate"]), *case["untrusted_intermediates"])  # type: ignore[misc]
        trusted = facts(*case["trusted_certs"])  # type: ignore[misc]
    except ValueError:
        return
    said = opinions(sent, trusted, HOST, MADE)
    assert set(said) <= {"path", "client", "server", "path_in_its_time"}
    assert all(said.values())
