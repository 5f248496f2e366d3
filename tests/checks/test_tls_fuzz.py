"""Whatever a server sends: no traceback, no wait past the timeout, no memory without bound."""

import contextlib
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.catalogue import CODES
from checks.requests import Network, TlsRequest
from checks.service import CheckService
from checks.tls.messages import MessageError, accepted_authorities, distinguished_name
from checks.tls.raw import _Flight, client_hello
from checks.tls.seen import MOST_BYTES, MOST_CERTIFICATES
from tests.checks.support import HOST, towards
from tests.servers.mutated import Damaging, answer_to, damaged, server_context
from tests.servers.pki import Authorities, authorities
from tests.servers.tls import Behaviour, fault_server, floods

TIMEOUT = 0.5
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return authorities(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def chain(shared: Authorities) -> Path:
    leaf = shared.leaf()
    return shared.chain_file("all.pem", leaf.pem, shared.intermediate.pem, leaf.key_pem)


@pytest.fixture(scope="module")
def flight(shared: Authorities, chain: Path) -> bytes:
    """ServerHello, Certificate, a CertificateRequest without names, and Done, as OpenSSL answers our own hello."""
    sent = answer_to(client_hello(HOST), server_context(chain, ssl.TLSVersion.TLSv1_2, shared.trust))
    whole = _Flight()
    whole.take(sent)
    assert (len(whole.chain), whole.asked, whole.over) == (2, True, True)
    return sent


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), pieces=st.integers(1, 6))
def test_a_damaged_flight(flight: bytes, seed: int, pieces: int) -> None:
    chance = random.Random(seed)
    data, read = damaged(flight, chance), _Flight()
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(pieces))
    with contextlib.suppress(MessageError):
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            read.take(data[start:end])
    assert len(read._pending) + len(read._handshake) <= 2 * len(data)
    assert len(read.chain) <= MOST_CERTIFICATES


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_damaged_names_of_authorities(shared: Authorities, seed: int) -> None:
    name = shared.root.certificate.subject.public_bytes()
    names = (len(name).to_bytes(2, "big") + name) * 3
    extension = b"\x00\x2f" + (len(names) + 2).to_bytes(2, "big") + len(names).to_bytes(2, "big") + names
    new = b"\x00" + len(extension).to_bytes(2, "big") + extension
    old = b"\x02\x01\x40\x00\x04\x04\x01\x05\x01" + len(names).to_bytes(2, "big") + names
    assert accepted_authorities(new, version_13=True, algorithms=False) == ("CN=Test Root",) * 3
    assert accepted_authorities(old, version_13=False, algorithms=True) == ("CN=Test Root",) * 3
    chance = random.Random(seed)
    for body, version_13 in ((new, True), (old, False)):
        found = accepted_authorities(damaged(body, chance), version_13=version_13, algorithms=not version_13)
        assert len(found) <= 100
    assert isinstance(distinguished_name(damaged(name, chance)), str)


def test_fifty_thousand_empty_records_take_no_time() -> None:
    began, read = time.process_time(), _Flight()
    read.take(b"\x16\x03\x03\x00\x00" * (MOST_BYTES // 5))
    assert time.process_time() - began < 1
    with pytest.raises(MessageError):
        read.take(bytes(10))


def test_a_chain_of_nothing_is_cut_off() -> None:
    entries = bytes(3) * 1000
    body = len(entries).to_bytes(3, "big") + entries
    message = b"\x0b" + len(body).to_bytes(3, "big") + body
    read = _Flight()
    read.take(b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message)
    assert len(read.chain) == MOST_CERTIFICATES


@pytest.mark.parametrize("version", VERSIONS)
def test_a_hostile_server(shared: Authorities, chain: Path, version: ssl.TLSVersion) -> None:
    """150 handshakes by the book but for some faults: a verdict for each, in time."""
    hostile = Damaging(server_context(chain, version, shared.trust), random.Random(f"{version}"))
    with fault_server(hostile) as port:
        network = Network(
            connect_to={(HOST, 5061): ("127.0.0.1", port)}, timeout=TIMEOUT, concurrency=30, release="any"
        )
        service = CheckService(network)
        try:
            results = service.run_many([TlsRequest(host=HOST, name=HOST)] * 150)
        finally:
            service.close()
    codes = {found.code for result in results for found in result.findings}
    assert all(result.findings for result in results)
    assert codes <= set(CODES)
    # Every connection came about; on a machine with more to do, some of them late.
    assert not [code for code in codes - {"tcp-timeout"} if code.startswith(("tcp-", "check-"))]
    assert {"tls-malformed", "tls-ok"} <= codes  # some were damaged beyond reading, some hardly
    # All lead to one address, which is visited by two at a time: the others wait at its door, and their budgets rest.
    assert max(result.duration_ms for result in results) < 60_000


def test_a_server_that_drips_is_not_waited_for(flight: bytes) -> None:
    def drips(connection: socket.socket) -> None:
        connection.recv(4096)
        for byte in flight:
            connection.sendall(bytes([byte]))
            connection.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                connection.recv(4096)

    with fault_server(drips) as port:
        service = CheckService(Network(timeout=TIMEOUT))
        try:
            result = service.run(TlsRequest(host="127.0.0.1", port=port))
        finally:
            service.close()
    assert [found.code for found in result.findings] == ["tls-stalled"]
    assert result.duration_ms < TIMEOUT * 2000


@pytest.mark.parametrize("version", VERSIONS)
def test_a_slow_line_costs_less_than_five_timeouts_and_no_verdict(
    shared: Authorities, chain: Path, version: ssl.TLSVersion
) -> None:
    """Every record comes late, on every connection of the check."""
    context = server_context(chain, version, shared.trust)

    def late(connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while data := connection.recv(65536):
            incoming.write(data)
            with contextlib.suppress(ssl.SSLError):
                tls.do_handshake()
            threading.Event().wait(TIMEOUT / 5)
            connection.sendall(outgoing.read())

    with fault_server(late) as port:
        network = Network(connect_to={(HOST, 5061): ("127.0.0.1", port)}, timeout=TIMEOUT, release="any")
        service = CheckService(network)
        try:
            result = service.run(TlsRequest(host=HOST, name=HOST))
        finally:
            service.close()
    codes = {found.code for found in result.findings}
    assert {"tls-ok", "tls-accepts", "tls-client-cert-requested"} <= codes
    assert result.duration_ms < TIMEOUT * 5000


def record(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + b"\x03\x03" + len(body).to_bytes(2, "big") + body


FLOODS: dict[str, Behaviour] = {
    "requests to begin anew": floods(b"", record(22, bytes(4))),
    "a certificate without end": floods(record(22, b"\x0b\xff\xff\xff" + bytes(100)), record(22, bytes(16000))),
    "empty records": floods(b"", record(22, b"")),
    "warnings": floods(b"", record(21, b"\x01\x00")),
    "changes of cipher": floods(b"", record(20, b"\x01")),
    "data": floods(b"", record(23, bytes(16000))),
    "no records at all": floods(b"", bytes(1000)),
}


def _resident(words: list[str], home: Path) -> tuple[int, int, float]:
    """Exit status, peak memory in kB, and seconds of a check in a process of its own."""
    command = [sys.executable, "-P", "-m", "wizard", "check", "tls", *words]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=home)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert b"Traceback" not in said, said
    return process.returncode, usage.ru_maxrss, time.monotonic() - began


@pytest.fixture(scope="module")
def quiet_memory(tmp_path_factory: pytest.TempPathFactory) -> int:
    """What a check takes where nobody floods it."""
    with fault_server(lambda connection: None) as port:
        return _resident(towards(port, timeout=TIMEOUT), tmp_path_factory.mktemp("quiet"))[1]


@pytest.mark.parametrize("what", FLOODS)
def test_endless_data_is_cut_off(what: str, quiet_memory: int, tmp_path: Path) -> None:
    with fault_server(FLOODS[what]) as port:
        status, memory, seconds = _resident(towards(port, timeout=TIMEOUT), tmp_path)
    assert status == 2
    assert seconds < TIMEOUT * 5 + 2  # two seconds for Python to start on a busy machine
    assert memory < quiet_memory + 8 * 1024
