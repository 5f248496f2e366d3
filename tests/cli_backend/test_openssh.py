"""The node's CLI behind an SSH server that we did not write: OpenSSH, with a scripted console."""

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_backend.exchange import AlgorithmsRefused, Answered, Endpoint, Expected, HostKeyRefused, LoginRefused, Result
from cli_backend.hostkeys import fingerprint
from cli_backend.node import Nodes
from cli_backend.output import parse_network
from tests.cli_backend.people import Operator
from tests.servers.openssh import Sshd, sshd

pytestmark = [
    pytest.mark.needs("openssh-server"),
    pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="sshd checks passwords of real accounts"),
]
CONTINUE = Expected(pattern=r"Continue\s*\(y/n\)\s*[?:]?", answer="y")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    """OpenSSH as Debian ships it."""
    with sshd(tmp_path) as running:
        yield running


def nodes(server: Sshd, folder: Path, operator: Operator, **endpoint: object) -> Nodes:
    """The node behind the server."""
    known = {"name": "imp1", "address": "127.0.0.1", "port": server.port, "user": server.user, **endpoint}
    return Nodes({"imp1": Endpoint(**known)}, operator, folder / "known_hosts", folder / "failures")  # type: ignore[arg-type]


def pinned(server: Sshd) -> str:
    """The fingerprint of the server's key."""
    return fingerprint(base64.b64decode(server.host_key.read_text(encoding="utf-8").split()[1]))


def test_the_domain_from_question_to_changed_read_back(server: Sshd, tmp_path: Path) -> None:
    operator = Operator(server.password)
    device = nodes(server, tmp_path, operator, host_key=pinned(server))
    before = device.run("imp1", "show network eth0")
    assert parse_network(before.output).domain is None
    answered: list[Answered] = []
    seen: list[str] = []
    changed = device.run(
        "imp1",
        "set network domain local.example",
        expect=(CONTINUE,),
        reboots=True,
        on_answer=answered.append,
        on_output=seen.append,
    )
    assert changed.result is Result.REBOOTING
    assert [a.answer for a in answered] == ["y"]
    assert "trying to restart" in "".join(seen)
    assert device.wait_for_return("imp1", went_down=True, timeout=30)
    after = parse_network(device.run("imp1", "show network eth0").output)
    assert (after.domain, after.dhcp) == ("local.example", False)
    assert operator.shown == []
    assert server.log.count("answer y") == 1
    device.close()


def test_nothing_is_sent_into_a_question_that_was_not_announced(server: Sshd, tmp_path: Path) -> None:
    operator = Operator(server.password)
    device = nodes(server, tmp_path, operator)
    asked = device.run("imp1", "utils ask", expect=(CONTINUE,))
    assert asked.result is Result.QUESTION
    assert asked.question is not None
    assert "Shall the pumps be primed" in asked.question
    assert operator.questions == [asked.question]
    device.close()
    assert not any(line.startswith("answer") for line in server.log)


def test_a_person_may_answer_it(server: Sshd, tmp_path: Path) -> None:
    device = nodes(server, tmp_path, Operator(server.password, answers={"utils ask": "yes"}))
    assert device.run("imp1", "utils ask").result is Result.OK
    assert "answer yes" in server.log
    device.close()


def test_pager_and_look_alike_prompt_do_not_cut_the_output(server: Sshd, tmp_path: Path) -> None:
    device = nodes(server, tmp_path, Operator(server.password))
    paged = device.run("imp1", "show pages")
    assert paged.output.split() == " ".join(f"line {n}" for n in range(1, 61)).split()
    fooled = device.run("imp1", "show lookalike")
    assert fooled.output == "before\nadmin: this is still output\nafter\n"
    failed = device.run("imp1", "show nonsense")
    assert (failed.result, failed.failure) == (Result.FAILED, "No valid command entered")
    device.close()


def test_an_unknown_key_is_shown_once_and_a_changed_one_stops(server: Sshd, tmp_path: Path) -> None:
    operator = Operator(server.password)
    for _ in range(2):
        device = nodes(server, tmp_path, operator)
        device.run("imp1", "show network eth0")
        device.close()
    assert operator.shown == [pinned(server)]
    asked = operator.passwords_asked
    other = "SHA256:" + "A" * 43
    with pytest.raises(HostKeyRefused, match="as it should be"):
        nodes(server, tmp_path, operator, host_key=other).run("imp1", "show network eth0")
    known = tmp_path / "known_hosts"
    other_key = base64.b64encode(b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes(32)).decode()
    known.write_text(re.sub(r"AAAAC3\S+", other_key, known.read_text(encoding="utf-8")))
    with pytest.raises(HostKeyRefused, match="changed"):
        nodes(server, tmp_path, operator).run("imp1", "show network eth0")
    assert operator.passwords_asked == asked


def test_a_password_is_tried_once_and_a_third_failure_is_refused(server: Sshd, tmp_path: Path) -> None:
    device = nodes(server, tmp_path, Operator("wrong-password"))
    with pytest.raises(LoginRefused, match="refused the login"):
        device.run("imp1", "show network eth0")
    with pytest.raises(LoginRefused, match="not tried again"):
        device.run("imp1", "show network eth0")
    again = nodes(server, tmp_path, Operator("another-wrong-one"))
    with pytest.raises(LoginRefused, match="refused the login"):
        again.run("imp1", "show network eth0")
    third = nodes(server, tmp_path, Operator(server.password))
    with pytest.raises(LoginRefused, match="lock the account"):
        third.run("imp1", "show network eth0")
    log = (tmp_path / "sshd.log").read_text(encoding="utf-8")
    assert log.count("Failed password") == 2


SHA1_KEX = "diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"
# What the sshd of each release has (vos-cli.md 1.2, 6.4), and what is agreed on; a single exchange for each old one.
OLD = {
    "9.x": (SHA1_KEX, "aes128-cbc,3des-cbc", "diffie-hellman-group14-sha1, ssh-rsa, aes128-cbc"),
    "11.5": (
        f"diffie-hellman-group-exchange-sha256,{SHA1_KEX}",
        "aes128-ctr,aes128-cbc,3des-cbc",
        "diffie-hellman-group-exchange-sha256, ssh-rsa, aes128-ctr",
    ),
    "group 1": ("diffie-hellman-group1-sha1", "3des-cbc", "diffie-hellman-group1-sha1, ssh-rsa, 3des-cbc"),
    "group exchange": (SHA1_KEX.partition(",")[0], "aes128-cbc", f"{SHA1_KEX.partition(',')[0]}, ssh-rsa, aes128-cbc"),
}


@pytest.mark.parametrize("release", OLD)
def test_an_old_node_is_refused_until_the_plan_allows_it(tmp_path: Path, release: str) -> None:
    kex, ciphers, agreed = OLD[release]
    old = (f"KexAlgorithms {kex}", "HostKeyAlgorithms ssh-rsa", f"Ciphers {ciphers}", "MACs hmac-sha1")
    with sshd(tmp_path, *old, key_type="rsa") as server:
        operator = Operator(server.password)
        with pytest.raises(AlgorithmsRefused) as refused:
            nodes(server, tmp_path, operator).run("imp1", "show network eth0")
        assert "--legacy-algorithms" in refused.value.remedy
        assert "host key: it offers only ssh-rsa" in refused.value.problem
        assert ("key exchange: it offers only" in refused.value.problem) == (release != "11.5")
        assert operator.passwords_asked == 0
        device = nodes(server, tmp_path, operator, legacy_algorithms=True)
        exchange = device.run("imp1", "show network eth0")
        assert exchange.result is Result.OK
        assert exchange.algorithms == f"{agreed}, hmac-sha1"
        device.close()


def test_the_default_offer_holds_nothing_old() -> None:
    from cli_backend.legacy import LegacyTransport, ModernTransport

    offered = " ".join(
        name for kind in ("ciphers", "macs", "kex", "keys") for name in getattr(ModernTransport, f"_preferred_{kind}")
    )
    assert not re.search(r"sha1\b|md5|cbc|3des|\bssh-rsa\b", offered)
    assert "diffie-hellman-group14-sha1" in LegacyTransport._preferred_kex
    assert "ssh-rsa" in LegacyTransport._key_info


def test_a_server_that_wants_keyboard_interactive_gets_it(tmp_path: Path) -> None:
    options = ("UsePAM yes", "KbdInteractiveAuthentication yes", "PasswordAuthentication no")
    with sshd(tmp_path, *options) as server:
        device = nodes(server, tmp_path, Operator(server.password))
        assert device.run("imp1", "show network eth0").result is Result.OK
        device.close()
