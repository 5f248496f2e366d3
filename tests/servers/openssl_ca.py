"""Certificates made with the openssl command line, which signs what libraries refuse to sign: MD5, SHA-1, version 1."""

import contextlib
import datetime
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.daemon import daemon
from tests.servers.tls import free_port

NOW = datetime.datetime.now(datetime.UTC)
_CONFIG = """\
[ca]
default_ca = it
[it]
database = {folder}/index
rand_serial = yes
unique_subject = no
policy = any
default_md = sha256
[any]
commonName = optional
organizationName = optional
[req]
distinguished_name = none
[none]
"""
_IDS = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
AUTHORITY = f"basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n{_IDS}"


def leaf(
    *,
    san: str = "DNS:sip.partner.example",
    eku: str = "serverAuth,clientAuth",
    usage: str = "digitalSignature,keyEncipherment",
    ids: str = _IDS,
    ca: bool = False,
) -> str:
    """The extensions of a server's certificate; what is empty is left out."""
    lines = (
        ("subjectAltName", san),
        ("extendedKeyUsage", eku),
        ("keyUsage", f"critical,{usage}" if usage else ""),
        ("basicConstraints", f"critical,CA:{str(ca).upper()}"),
    )
    return "".join(f"{name}={value}\n" for name, value in lines if value) + ids


@dataclass(frozen=True)
class Made:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.read_bytes()


class OpensslCa:
    """Makes keys and certificates in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        (folder / "index").touch()
        (folder / "index.attr").write_text("unique_subject = no\n")
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG.format(folder=folder))

    def key(self, name: str, bits: int = 2048) -> Path:
        """A key by name, made once."""
        path = self._folder / f"{name}.key"
        if not path.exists():
            self._run("genrsa", "-traditional", "-out", path, str(bits))
        return path

    def issue(
        self,
        subject: str,
        extensions: str,
        issuer: Made | None = None,
        *,
        key: str = "leaf",
        bits: int = 2048,
        digest: str = "sha256",
        begins: datetime.timedelta = datetime.timedelta(days=-1),
        ends: datetime.timedelta = datetime.timedelta(days=300),
    ) -> Made:
        """A certificate; `begins` and `ends` count from now. Without an issuer it signs itself."""
        self._count += 1
        request, certificate = self._folder / f"{self._count}.csr", self._folder / f"{self._count}.pem"
        own = self.key(key, bits)
        self._run("req", "-new", "-config", self._config, "-key", own, "-subj", subject, "-out", request)
        extra = self._folder / f"{self._count}.ext"
        extra.write_text(extensions)
        by = ("-cert", issuer.certificate, "-keyfile", issuer.key) if issuer else ("-selfsign", "-keyfile", own)
        times = ("-startdate", _time(begins), "-enddate", _time(ends))
        self._run(
            "ca", "-batch", "-notext", "-config", self._config, "-preserveDN", "-md", digest,
            *by, *times, "-extfile", extra, "-outdir", self._folder, "-in", request, "-out", certificate,
        )  # fmt: skip
        return Made(certificate, own)

    def version_one(self, subject: str, issuer: Made) -> Made:
        """A certificate of version 1: without any extension."""
        self._count += 1
        request, certificate = self._folder / f"{self._count}.csr", self._folder / f"{self._count}.pem"
        own = self.key("leaf")
        self._run("req", "-new", "-config", self._config, "-key", own, "-subj", subject, "-out", request)
        signing = ("-CA", issuer.certificate, "-CAkey", issuer.key, "-CAcreateserial")
        self._run("x509", "-req", *signing, "-days", "300", "-in", request, "-out", certificate)
        return Made(certificate, own)

    def revoke(self, made: Made, issuer: Made) -> None:
        """Take a certificate back."""
        signing = ("-cert", issuer.certificate, "-keyfile", issuer.key)
        self._run("ca", "-config", self._config, *signing, "-revoke", made.certificate)

    def revocation_list(self, issuer: Made, *, ends: datetime.timedelta = datetime.timedelta(days=1)) -> bytes:
        """What an issuer has taken back, as DER; `ends` counts from now."""
        self._count += 1
        text, der = self._folder / f"{self._count}.crl", self._folder / f"{self._count}.crl.der"
        signing = ("-cert", issuer.certificate, "-keyfile", issuer.key)
        times = ("-crl_lastupdate", _time(datetime.timedelta(days=-2)), "-crl_nextupdate", _time(ends))
        self._run("ca", "-config", self._config, *signing, "-gencrl", *times, "-out", text)
        self._run("crl", "-in", text, "-outform", "der", "-out", der)
        return der.read_bytes()

    @contextlib.contextmanager
    def responder(self, issuer: Made) -> Iterator[int]:
        """`openssl ocsp` on a free port, of every interface, for it knows no other way; yields the port."""
        port = free_port()
        command = ["openssl", "ocsp", "-index", str(self._folder / "index"), "-port", str(port)]
        command += ["-CA", str(issuer.certificate), "-rsigner", str(issuer.certificate), "-rkey", str(issuer.key)]
        log = self._folder / "ocsp.log"  # a connection without a question would keep it waiting
        with daemon([*command, "-nmin", "60"], log, lambda: b"waiting for" in log.read_bytes()):
            yield port

    def _run(self, *words: str | Path) -> None:
        ran = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr


def _time(after: datetime.timedelta) -> str:
    return (NOW + after).strftime("%Y%m%d%H%M%SZ")
