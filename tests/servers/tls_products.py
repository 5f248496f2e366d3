"""TLS servers that people run, for tests: GnuTLS, nginx, stunnel and Kamailio, each on free ports of 127.0.0.1."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.daemon import daemon
from tests.servers.tls import free_port, is_listening

# What a server of 2003 is believed to know; gnutls-serv stands in for it.
RC4 = "NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+ARCFOUR-128:-MAC-ALL:+SHA1:+MD5:-KX-ALL:+RSA"
TRIPLE_DES = "NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+3DES-CBC:-MAC-ALL:+SHA1:-KX-ALL:+RSA"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The PEM files of a server: its chain, leaf first, its key, and whose clients it trusts."""

    certificate: Path
    key: Path
    trust: Path


@contextlib.contextmanager
def running(command: list[str], folder: Path, *ports: int) -> Iterator[None]:
    """A server, once all its ports accept."""
    with daemon(command, folder / "log", lambda: all(map(is_listening, ports))):
        yield


@contextlib.contextmanager
def gnutls_server(folder: Path, identity: Identity, priority: str) -> Iterator[int]:
    """`gnutls-serv` that demands a client certificate; `priority` says what it still knows."""
    port = free_port()
    command = ["gnutls-serv", "--port", str(port), "--priority", priority, "--quiet", "--require-client-cert"]
    command += ["--x509certfile", str(identity.certificate), "--x509keyfile", str(identity.key)]
    command += ["--x509cafile", str(identity.trust)]
    with running(command, folder, port):
        yield port


_NGINX = """load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{web}; return 200; }}
    server {{ listen 127.0.0.1:{closed_names} ssl; ssl_reject_handshake on; }}
    server {{
        listen 127.0.0.1:{secure_web} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
        ssl_client_certificate {trust}; ssl_verify_client on; return 200;
    }}
}}
stream {{
    map $ssl_server_name $chain {{ default {folder}/nowhere.pem; {host} {certificate}; }}
    server {{ listen 127.0.0.1:{stream} ssl; ssl_certificate $chain; ssl_certificate_key {key}; return ""; }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class NginxPorts:
    """`stream`: a certificate by server name, unreadable for others. `web`: HTTP. `closed_names`: no name is known.

    `secure_web`: HTTPS with a page for those whose certificate it does not trust.
    """

    stream: int
    web: int
    closed_names: int
    secure_web: int


@contextlib.contextmanager
def nginx(folder: Path, identity: Identity, host: str) -> Iterator[NginxPorts]:
    """nginx in front of SIP (stream), beside an ordinary web server."""
    ports = NginxPorts(stream=free_port(), web=free_port(), closed_names=free_port(), secure_web=free_port())
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, host=host, **vars(identity), **vars(ports)))
    with running(["nginx", "-e", f"{folder}/error.log", "-c", str(config)], folder, *vars(ports).values()):
        yield ports


@contextlib.contextmanager
def stunnel(folder: Path, identity: Identity) -> Iterator[int]:
    """stunnel that demands a certificate and verifies it, with nobody behind it."""
    port = free_port()
    config = folder / "stunnel.conf"
    config.write_text(
        f"foreground = yes\nsyslog = no\npid =\n[sip]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{free_port()}\n"
        f"cert = {identity.certificate}\nkey = {identity.key}\nCAfile = {identity.trust}\n"
        "requireCert = yes\nverifyChain = yes\n"
    )
    with running(["stunnel4", str(config)], folder, port):
        yield port


@dataclass(frozen=True, kw_only=True)
class KamailioPorts:
    """`newest` and `older` (TLS 1.2) demand client certificates, `plain` is SIP over TCP."""

    newest: int
    older: int
    plain: int


_KAMAILIO = """#!KAMAILIO
debug=-1
log_stderror=yes
children=1
tcp_children=2
auto_aliases=no
dns=no
rev_dns=no
enable_tls=yes
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"
listen=tls:127.0.0.1:{newest}
listen=tls:127.0.0.1:{older}
listen=tcp:127.0.0.1:{plain}
loadmodule "sl.so"
loadmodule "tls.so"
modparam("tls", "config", "{folder}/tls.cfg")
request_route {{ sl_send_reply("200", "OK"); }}
"""
_KAMAILIO_TLS = """[server:{place}]
method = {method}
certificate = {certificate}
private_key = {key}
ca_list = {trust}
verify_certificate = yes
require_certificate = yes
"""


@contextlib.contextmanager
def kamailio(folder: Path, identity: Identity) -> Iterator[KamailioPorts]:
    """A SIP server with mutual TLS that answers every request with 200."""
    ports = KamailioPorts(newest=free_port(), older=free_port(), plain=free_port())
    (folder / "kamailio.cfg").write_text(_KAMAILIO.format(folder=folder, **vars(ports)))
    places = (("default", "TLSv1.2+"), (f"127.0.0.1:{ports.older}", "TLSv1.2"))
    (folder / "tls.cfg").write_text(
        "".join(_KAMAILIO_TLS.format(place=place, method=method, **vars(identity)) for place, method in places)
    )
    command = ["kamailio", "-DD", "-f", str(folder / "kamailio.cfg"), "-Y", str(folder), "-m", "16", "-M", "4"]
    command += ["-P", str(folder / "kamailio.pid")]
    with running(command, folder, *vars(ports).values()):
        yield ports
