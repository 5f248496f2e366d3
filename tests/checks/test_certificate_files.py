"""What `check cert` makes of the files that people have: forms of PEM, other formats, damage, and what is no file."""

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks.support import HOST, Check
from tests.servers.openssl_ca import AUTHORITY, OpensslCa
from tests.servers.pki import DAY, SERVER, Authorities
from wizard.__main__ import main

BEGIN, END = b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: pem.replace(b"\n", b"\r"),
        lambda pem: b"\xef\xbb\xbf" + pem,
        lambda pem: b"Bag Attributes\n  x: y\n" + pem + b"\ntrailing",
        lambda pem: b"".join(b"    " + line for line in pem.splitlines(keepends=True)),
        lambda pem: pem.replace(b" CERTIFICATE-", b" X509 CERTIFICATE-"),
    ],
    ids=["CRLF", "CR", "BOM", "text around", "indented", "old label"],
)
def test_forms_of_pem(check: Check, pki: Authorities, change: Callable[[bytes], bytes]) -> None:
    path = pki.chain_file("chain.pem", change(pki.leaf().pem + pki.intermediate.pem))
    checked = check("cert", path, "--name", HOST, "--trust", pki.trust)
    assert (checked.status, checked.faults, checked.codes["cert-ok"]) == (0, {}, "pass")
    assert [link["subject"] for link in checked.document["chain"]] == ["CN=sip.partner.example", "CN=Test Issuing"]


def test_a_key_in_the_file_is_never_shown(pki: Authorities, capsys: pytest.CaptureFixture[str]) -> None:
    leaf = pki.leaf()
    secrets = leaf.key_pem.splitlines()[1:-1]
    for content in (leaf.key_pem + leaf.pem, leaf.pem + leaf.key_pem[:-40], BEGIN + leaf.key_pem + END):
        path = pki.chain_file("both.pem", content)
        for form in ([], ["--json"], ["--nagios"], ["--request", "partner"]):
            main(["check", "cert", str(path), *form])
            said = capsys.readouterr()
            assert not [line for line in secrets if line.decode() in said.out + said.err]


def _pkcs7(pki: Authorities) -> bytes:
    chain = pki.chain_file("to-convert.pem", pki.leaf().pem)
    command = ["openssl", "crl2pkcs7", "-nocrl", "-certfile", str(chain)]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (lambda pki: pki.leaf().der, "openssl x509 -inform der"),
        (lambda pki: pki.leaf().key_pem, "It holds a private key."),
        (_pkcs7, "openssl pkcs7 -print_certs"),
        (lambda pki: pki.leaf().pem.decode().encode("utf-16"), "plain text"),
        (lambda pki: pki.leaf().pem.replace(b" CERT", b" TRUSTED CERT"), "openssl x509 -in"),
        (lambda pki: b"-----BEGIN CERTIFICATE REQUEST-----\n", "It is a request."),
        (lambda pki: b"", "as PEM"),
        (lambda pki: b"a text", "as PEM"),
    ],
)
def test_what_holds_no_certificate_is_told_by_what_it_is(
    pki: Authorities, capsys: pytest.CaptureFixture[str], content: Callable[[Authorities], bytes], remedy: str
) -> None:
    assert main(["check", "cert", str(pki.chain_file("other", content(pki))), "--json"]) == 64
    said = capsys.readouterr()
    assert (said.out, remedy in said.err) == ("", True)


def test_what_is_no_file_is_not_waited_for(pki: Authorities, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = pki.folder / "pipe"
    os.mkfifo(pipe)
    large = pki.folder / "large"
    with large.open("wb") as file:
        file.truncate(1 << 34)
    for path, told in (
        (pipe, "is no regular file"),
        (Path("/dev/zero"), "is no regular file"),
        (pki.folder, "Is a directory"),
        (pki.folder / "nowhere", "No such file"),
        (large, "is larger than"),
    ):
        for words in (["cert", str(path)], ["tls", "h.example", "--trust", str(path)]):
            assert main(["check", *words]) == 64
            assert told in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("damage", "position", "reason"),
    [
        (lambda pem: pem[:500], 0, "it ends too early, as if a part was lost on the way"),
        (lambda pem: BEGIN, 0, "what lies between its lines is no certificate"),
        (lambda pem: BEGIN + b"!!!!\n" + END, 0, "what lies between its lines is no certificate"),
        (lambda pem: pem.replace(pem.splitlines(keepends=True)[5], b""), 0, "it ends too early"),
        (lambda pem: pem + pem[:500], 1, "it ends too early"),
        (lambda pem: pem + pem[:300] + pem, 1, "it ends too early"),
    ],
)
def test_a_block_that_cannot_be_decoded_says_where_and_why(
    check: Check, pki: Authorities, damage: Callable[[bytes], bytes], position: int, reason: str
) -> None:
    checked = check("cert", pki.chain_file("damaged.pem", damage(pki.leaf().pem)), "--trust", pki.trust)
    malformed = checked.finding("cert-malformed")
    assert (checked.status, malformed["severity"]) == (2, "fail")
    assert (malformed["observed"]["position"], malformed["observed"]["reason"].startswith(reason)) == (position, True)
    assert malformed["why"].startswith(f"Certificate number {position + 1} is not as the standard has it: ")


def test_a_fault_inside_says_in_which_part(check: Check, pki: Authorities) -> None:
    der = bytearray(pki.leaf().der)
    at = der.index(b"\x17\x0d")  # the first time
    der[at + 2 : at + 4] = b"xx"
    path = pki.chain_file("dates.pem", BEGIN + base64.encodebytes(bytes(der)) + END)
    found = check("cert", path).finding("cert-malformed")
    assert found["observed"]["reason"] == "there is a value that may not stand there, in its dates"
    assert "ParseError" in found["evidence"]["parser"]


def test_an_issuer_that_cannot_be_read_is_not_missing_too(check: Check, pki: Authorities) -> None:
    path = pki.chain_file("chain.pem", pki.leaf().pem, pki.intermediate.pem[:500])
    assert check("cert", path, "--trust", pki.trust).faults == {"cert-malformed": "fail"}


def test_the_chain_is_told_leaf_first_in_whatever_order_it_stands(check: Check, pki: Authorities) -> None:
    leaf = pki.leaf()
    path = pki.chain_file("reversed.pem", pki.root.pem, pki.intermediate.pem, leaf.pem)
    checked = check("cert", path, "--trust", pki.trust)
    assert [link["subject"] for link in checked.document["chain"]] == [
        "CN=sip.partner.example", "CN=Test Issuing", "CN=Test Root",
    ]  # fmt: skip
    assert checked.faults == {"cert-chain-order": "fail"}


def test_a_bundle_of_many_is_not_listed_in_a_sentence(check: Check, pki: Authorities) -> None:
    from tests.servers.pki import authority

    others = [authority(f"Other {number}", key="other").pem for number in range(9)]
    found = check("cert", pki.chain_file("b.pem", pki.leaf().pem, pki.intermediate.pem, *others)).finding(
        "cert-chain-extra"
    )
    assert "CN=Other 4 and 4 more. It is not on the way" in found["why"]
    assert len(found["observed"]["extra"]) == 9


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("digest", ["sha256", "sha1"])
def test_a_root_that_is_about_to_be_trusted_is_an_authority_and_no_more(
    check: Check, tmp_path: Path, digest: str
) -> None:
    root = OpensslCa(tmp_path).issue("/CN=Partner Root", AUTHORITY, key="root", ends=3000 * DAY, digest=digest)
    assert check("cert", root.certificate).faults == {"cert-is-ca": "warn"}
    as_server = check("cert", root.certificate, "--name", "Partner Root", "--trust", root.certificate).faults
    assert as_server == {"cert-is-ca": "warn", "cert-san-missing": "warn", "cert-key-usage": "fail"}


@pytest.mark.needs("openssl")
def test_the_command_shows_every_certificate_of_a_file(check: Check, pki: Authorities) -> None:
    path = pki.chain_file("a chain's.pem", pki.leaf().pem, pki.intermediate.pem)
    command = check("cert", path).finding("cert-ok")["verify_with"]
    shown = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    subjects = [line.replace(" ", "") for line in shown.splitlines() if "Subject:" in line]
    assert subjects == ["Subject:CN=sip.partner.example", "Subject:CN=TestIssuing"]


@pytest.mark.parametrize(
    ("parts", "code", "first"),
    [
        (lambda pki: [pki.leaf().pem[:900]], "cert-malformed", "Copy the file again, whole"),
        (lambda pki: [pki.leaf().pem], "cert-chain-incomplete", "Add the certificate of CN=Test Issuing to the file"),
        (lambda pki: [pki.intermediate.pem, pki.leaf().pem], "cert-chain-order", "Put the certificates of the file"),
        (lambda pki: [pki.leaf().pem, pki.intermediate.pem, pki.intermediate.pem], "cert-chain-extra", "Take it out"),
    ],
)
def test_what_is_wrong_with_a_file_is_first_for_whoever_holds_it(
    check: Check, pki: Authorities, parts: Callable[[Authorities], list[bytes]], code: str, first: str
) -> None:
    found = check("cert", pki.chain_file("file.pem", *parts(pki)), "--trust", pki.trust).finding(code)
    assert found["owner"] == "you"
    assert found["fix"][0].startswith(first)
    told = " ".join([found["why"], *found["fix"]])
    assert "sent" not in told.split() and "RFC 5280" not in told


def test_what_stands_in_a_certificate_of_a_file_may_be_ours_too(check: Check, pki: Authorities) -> None:
    path = pki.chain_file("file.pem", pki.leaf(eku=(SERVER,)).pem, pki.intermediate.pem)
    found = check("cert", path, "--trust", pki.trust, "--name", HOST).document["findings"][0]
    assert (found["severity"], found["owner"]) == ("fail", "partner")
    assert found["fix"][0] == "On our side: if the file holds a certificate of our own, all of this is for us to do."
