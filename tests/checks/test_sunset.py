"""The end of client authentication at public authorities is told where it bites, with dates that are data."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from checks.catalogue.sunset import parse, sunset
from tests.checks.support import HOST, Check
from tests.servers.openssl_ca import AUTHORITY, Made, OpensslCa, leaf
from wizard.__main__ import main

pytestmark = pytest.mark.needs("openssl")

DATA = files("assets").joinpath("client-auth-sunset.toml").read_text(encoding="utf-8")
DIGICERT_ENDS = "2027-03-01"


@pytest.fixture(scope="module")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpensslCa:
    return OpensslCa(tmp_path_factory.mktemp("lab"))


def issued(openssl: OpensslCa, organisation: str, extensions: str, authority: str = AUTHORITY, days: int = 300) -> Made:
    issuer = openssl.issue(f"/O={organisation}/CN=TLS CA", authority, key="issuer")
    return openssl.issue(f"/CN={HOST}", extensions, issuer, ends=timedelta(days=days))


def test_the_dates_are_in_order() -> None:
    known = sunset()
    assert date(2026, 4, 30) <= known.as_of <= known.ends
    assert [a.name for a in known.authorities] == ["DigiCert", "Sectigo", "Let's Encrypt"]
    assert all(a.default < a.ends <= known.ends for a in known.authorities)


def test_another_date_in_the_data_is_another_date_in_the_words() -> None:
    moved = parse(DATA.replace("2027-03-15", "2028-01-31").replace(DIGICERT_ENDS, "2027-12-24"))
    assert "all of them from 2028-01-31" in moved.in_general()
    at = datetime(2027, 12, 23, tzinfo=UTC)
    assert "from 2027-12-24 on" in moved.of_issuer(("DigiCert Inc",), at)
    assert "since 2027-12-24" in moved.of_issuer(("DIGICERT INC",), at + timedelta(days=1))
    assert moved.of_issuer(("Partner, which is no DigiCert",), at) == ""


@pytest.mark.parametrize("organisation", ["DigiCert Inc", "Partner"])
def test_where_a_certificate_lacks_it(check: Check, openssl: OpensslCa, organisation: str) -> None:
    made = issued(openssl, organisation, leaf(eku="serverAuth"))
    why = check("cert", made.certificate, "--at", "2026-12-01T00:00:00Z").finding("cert-eku-client-missing")["why"]
    assert f"all of them from {sunset().ends}" in why
    assert ("DigiCert, which issued it, leaves it out unless asked since 2025-10-01" in why) is (
        organisation != "Partner"
    )


def test_where_an_authority_is_limited(check: Check, openssl: OpensslCa, tmp_path: Path) -> None:
    authority = openssl.issue("/O=Sectigo Limited/CN=TLS CA", f"{AUTHORITY}extendedKeyUsage=serverAuth\n", key="issuer")
    made = openssl.issue(f"/CN={HOST}", leaf(), authority)
    chain = tmp_path / "chain.pem"
    chain.write_bytes(made.pem + authority.pem)
    found = check("cert", chain, "--at", "2027-02-10T00:00:00Z").finding("cert-issuer-eku")
    assert "Sectigo, which issued it, has issued none for clients since 2027-02-10." in found["why"]
    assert "CSCws03437" in " ".join(found["fix"])


def test_at_the_renewal(check: Check, openssl: OpensslCa) -> None:
    public = issued(openssl, "DigiCert Inc", leaf(), days=20)
    why = check("cert", public.certificate).finding("cert-expires-soon")["why"]
    assert "The next one may lack client authentication" in why
    private = issued(openssl, "Partner", leaf(), days=20)
    assert "client authentication" not in check("cert", private.certificate).finding("cert-expires-soon")["why"]


def test_explain_tells_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "cert-eku-client-missing"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"DigiCert from {DIGICERT_ENDS}" in said
    assert "private authority" in said
