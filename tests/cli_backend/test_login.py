"""Reaching a node and logging in: host keys, methods, second factors, the lock-out, and what is said when it fails."""

# The stubs know nothing of what the last test is about.
# mypy: disable-error-code="attr-defined"

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import stat
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import paramiko
import pytest

from cli_backend.exchange import Endpoint, HostKeyRefused, LoginRefused, NoPrompt, Result, Unreachable
from cli_backend.hostkeys import fingerprint, known_keys
from cli_backend.legacy import OAKLEY_2, GroupExchangeSha1, LegacyTransport, ModernTransport
from cli_backend.lockout import WINDOW, Account, Failures
from cli_backend.node import Nodes
from tests.cli_backend.people import Operator, Reach
from tests.servers.paramiko_cli import PASSWORD, Console, Login, serve

RSA, ECDSA = paramiko.RSAKey.generate(2048), paramiko.ECDSAKey.generate()
KEY = ECDSA.asbytes()


def echo(console: Console, command: str) -> None:
    """A console with one answer."""
    console.out(f"you said {command}\r\n")


def test_password_is_tried_once_with_nodelay_and_the_host_key_is_shown(reach: Reach) -> None:
    with serve(echo, keys=(ECDSA,)) as server:
        operator = Operator(PASSWORD)
        device = reach(server, operator)
        assert device.run("imp1", "show x").host_key == device.host_key("imp1") == fingerprint(KEY)
        assert device.algorithms("imp1").split(", ")[1] == "ecdsa-sha2-nistp256"
        assert operator.shown == [fingerprint(KEY)]
        assert server.attempts == [PASSWORD]
        sock = device._sessions["imp1"]._shell._connection.transport.sock
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_wrong_password_is_one_attempt_and_not_tried_on_another_node(tmp_path: Path) -> None:
    with serve(echo) as one, serve(echo) as two:
        endpoints = {
            name: Endpoint(name=name, address="127.0.0.1", port=server.port)
            for name, server in (("imp1", one), ("imp2", two))
        }
        device = Nodes(endpoints, Operator("wrong"), tmp_path / "known", tmp_path / "failures")
        refused: list[str] = []

        def log_in(node: str) -> None:
            try:
                device.run(node, "show x")
            except LoginRefused as problem:
                refused.append(problem.problem)

        threads = [threading.Thread(target=log_in, args=(node,)) for node in endpoints]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        device.close()
        assert one.attempts + two.attempts == ["wrong"]
        assert sum("not tried again" in problem for problem in refused) == 1
        assert "wrong" not in (tmp_path / "failures").read_text(encoding="utf-8")


def test_a_server_that_hangs_up_counts_as_well(reach: Reach, tmp_path: Path) -> None:
    with serve(echo, Login(hangs_up=True)) as server:
        device = reach(server, Operator("wrong"))
        for _ in range(2):
            with pytest.raises(Unreachable):
                device.run("imp1", "show x")
        with pytest.raises(LoginRefused, match="lock the account"):
            device.run("imp1", "show x")
        assert len(server.attempts) == 2


def test_whoever_leaves_a_login_without_its_answer_has_it_counted(reach: Reach, tmp_path: Path) -> None:
    answers, cancel = threading.Event(), threading.Event()
    with serve(echo, Login(thinks=answers)) as server:
        device = reach(server, Operator("wrong"))

        def leave() -> None:
            with pytest.raises(Unreachable):
                device.run("imp1", "show x", cancel=cancel)

        asking = threading.Thread(target=leave)
        asking.start()
        while not server.attempts:
            threading.Event().wait(0.02)
        cancel.set()
        asking.join(5)
        device.close()
        (times,) = json.loads((tmp_path / "failures").read_text()).values()
        answers.set()
    assert len(times) == 1


def test_a_disk_that_takes_nothing_lets_nobody_lock_an_account(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    failures = Failures(tmp_path / "file" / "failures")
    imp1 = Account(node="imp1", user="administrator", host_key="SHA256:1")
    failures.failed(imp1, "a")
    with pytest.raises(LoginRefused, match="imp1 refused this password"):
        failures.may_try(replace(imp1, node="imp2", host_key="SHA256:2"), "a")
    failures.failed(imp1, "b")
    with pytest.raises(LoginRefused, match="one more would lock the account"):
        failures.may_try(imp1, "c")
    failures.succeeded(imp1, "d")
    failures.may_try(imp1, "c")


def test_an_accepted_key_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with serve(echo) as server:
        endpoint = Endpoint(name="imp1", address="127.0.0.1", port=server.port)
        operator = Operator(PASSWORD)
        device = Nodes({"imp1": endpoint}, operator, tmp_path / "file" / "known", tmp_path / "failures")
        with pytest.raises(HostKeyRefused, match="cannot be kept in"):
            device.run("imp1", "show x")
        device.close()
        assert server.attempts == []


def test_codes_are_relayed_and_the_password_is_given_once(reach: Reach) -> None:
    rounds = [
        [("Verification code: ", False, "123456")],
        [],
        [("Password: ", False, PASSWORD)],
        [("More: ", True, "ok")],
    ]
    with serve(echo, Login(methods="keyboard-interactive", rounds=rounds)) as server:
        operator = Operator(PASSWORD, codes={"Verification code: ": "123456", "More: ": "ok"})
        assert "you said" in reach(server, operator).run("imp1", "show x").output
        assert operator.prompts == ["Verification code: ", "More: "]
        assert server.answers == ["123456", PASSWORD, "ok"]


def test_a_second_factor_after_the_password(reach: Reach) -> None:
    login = Login(rounds=[[("Passcode: ", False, "7")]], then="keyboard-interactive")
    with serve(echo, login) as server:
        operator = Operator(PASSWORD, codes={"Passcode: ": "7"})
        assert "you said" in reach(server, operator).run("imp1", "show x").output
        assert (server.attempts, server.answers) == ([PASSWORD], ["7"])


def test_a_prompt_that_is_not_answered_ends_the_login_without_a_failure(reach: Reach, tmp_path: Path) -> None:
    with serve(echo, Login(methods="keyboard-interactive", rounds=[[("OTP: ", False, "7")]])) as server:
        with pytest.raises(LoginRefused, match="not answered"):
            reach(server, Operator(PASSWORD)).run("imp1", "show x")
        assert (server.answers, (tmp_path / "failures").exists()) == ([], False)


def test_no_password_and_no_method(reach: Reach) -> None:
    with serve(echo) as server, pytest.raises(LoginRefused, match="no password"):
        reach(server, Operator(None)).run("imp1", "show x")
    with serve(echo, Login(methods="publickey")) as server, pytest.raises(LoginRefused, match="neither"):
        reach(server, Operator(PASSWORD)).run("imp1", "show x")


def test_the_plan_may_hold_the_fingerprint_of_any_key_of_the_node(reach: Reach) -> None:
    with serve(echo, keys=(RSA, ECDSA)) as server:
        for key in (RSA, ECDSA):
            operator = Operator(PASSWORD)
            device = reach(server, operator, host_key=fingerprint(key.asbytes()))
            assert device.run("imp1", "show x").host_key == fingerprint(key.asbytes())
            assert operator.shown == []
        operator = Operator(PASSWORD)
        with pytest.raises(HostKeyRefused, match="as it should be"):
            reach(server, operator, host_key="SHA256:" + "A" * 43).run("imp1", "show x")
        assert operator.passwords_asked == 0


def test_a_known_key_is_asked_for_before_the_others(reach: Reach, tmp_path: Path) -> None:
    with serve(echo, keys=(RSA, ECDSA)) as server:
        known = tmp_path / "known_hosts"
        known.write_text(f"[127.0.0.1]:{server.port} ssh-rsa {RSA.get_base64()}\n", encoding="utf-8")
        operator = Operator(PASSWORD)
        assert reach(server, operator).run("imp1", "show x").host_key == fingerprint(RSA.asbytes())
        assert operator.shown == []


def test_revoked_declined_and_remembered_keys(reach: Reach, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    with serve(echo, keys=(ECDSA,)) as server:
        with pytest.raises(HostKeyRefused, match="not accepted"):
            reach(server, Operator(PASSWORD, accepts=False)).run("imp1", "show x")
        known.write_text("# a line without an end", encoding="utf-8")
        reach(server, Operator(PASSWORD)).run("imp1", "show x")
        lines = known.read_text(encoding="utf-8").splitlines()
        assert lines == [
            "# a line without an end",
            f"[127.0.0.1]:{server.port} {ECDSA.get_name()} {ECDSA.get_base64()}",
        ]
        users = Path(os.environ["HOME"], ".ssh")
        users.mkdir()
        (users / "known_hosts").write_text(f"@revoked * {ECDSA.get_name()} {ECDSA.get_base64()}\n", encoding="utf-8")
        for pinned in (None, fingerprint(KEY)):
            with pytest.raises(HostKeyRefused, match="revoked"):
                reach(server, Operator(PASSWORD), host_key=pinned).run("imp1", "show x")


def test_lines_of_known_hosts(tmp_path: Path) -> None:
    good, salt = ECDSA.get_base64(), b"s" * 20
    hashed = base64.b64encode(hmac.new(salt, b"[h.x]:2201", hashlib.sha1).digest()).decode()
    lines = {
        f"[h.x]:2201 {ECDSA.get_name()} {good}": True,
        f"a,[h.x]:2201 {ECDSA.get_name()} {good} comment": True,
        f"|1|{base64.b64encode(salt).decode()}|{hashed} {ECDSA.get_name()} {good}": True,
        f"[*.x]:2201 {ECDSA.get_name()} {good}": True,
        f"[*.x]:2201,![h.x]:2201 {ECDSA.get_name()} {good}": False,
        f"h.x {ECDSA.get_name()} {good}": False,
        f"[h.x]:2201 ssh-ed25519 {good}": False,
        f"[h.x]:2201 {ECDSA.get_name()} {good[:-9]}!": False,
        f"[h.x]:2201 {ECDSA.get_name()} AAAA": False,
        f"|1|broken {ECDSA.get_name()} {good}": False,
        f"|1|%%%|%%% {ECDSA.get_name()} {good}": False,
        f"@cert-authority [h.x]:2201 {ECDSA.get_name()} {good}": False,
        f"@whatever [h.x]:2201 {ECDSA.get_name()} {good}": False,
        "[h.x]:2201": False,
        "": False,
    }
    path = tmp_path / "known"
    for line, counts in lines.items():
        path.write_bytes(b"\xff\xfe nonsense\n" + line.encode() + b"\n")
        assert [found.key for found in known_keys(path, "[h.x]:2201")] == [KEY] * counts, line
    path.write_text(f"@revoked [h.x]:2201 {ECDSA.get_name()} {good}\n", encoding="utf-8")
    assert [found.revoked for found in known_keys(path, "[h.x]:2201")] == [True]
    assert list(known_keys(tmp_path / "none", "h.x")) == []


def test_the_lock_out_across_runs(tmp_path: Path) -> None:
    now, path = [1_000_000.0], tmp_path / "state" / "failures"
    imp1 = Account(node="imp1", user="administrator", host_key="SHA256:one")
    elsewhere = Account(node="imp1", user="administrator", host_key="SHA256:other")
    Failures(path, lambda: now[0]).failed(imp1, "a")
    now[0] += 100
    Failures(path, lambda: now[0]).failed(Account(node="10.0.0.1", user=imp1.user, host_key=imp1.host_key), "b")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text(encoding="utf-8")) == {"administrator@SHA256:one": [1_000_000, 1_000_100]}
    third = Failures(path, lambda: now[0])
    with pytest.raises(LoginRefused) as refused:
        third.may_try(imp1, "c")
    assert "Wait until" in refused.value.remedy
    third.may_try(elsewhere, "c")  # another network, whose node bears the same name
    now[0] = 1_000_000 + WINDOW
    third.may_try(imp1, "c")
    third.succeeded(imp1, "c")
    assert json.loads(path.read_text(encoding="utf-8")) == {}
    path.write_text('{"administrator@SHA256:one": [true, "x", null], "imp2": 3}', encoding="utf-8")
    third.may_try(imp1, "c")


def test_what_is_no_ssh_server_is_told_in_words(reach: Reach) -> None:
    class Place:
        def __init__(self, port: int) -> None:
            self.port = port

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def hang_up() -> None:
            listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(Unreachable, match="no SSH server answers"):
            reach(Place(port), Operator(PASSWORD)).run("imp1", "show x")
    with pytest.raises(Unreachable, match="refused"):
        reach(Place(port), Operator(PASSWORD)).run("imp1", "show x")
    with pytest.raises(Unreachable, match="no connection"):
        reach(Place(port), Operator(PASSWORD), address="localhost").run("imp1", "show x")


@pytest.mark.parametrize("refuses", ["terminal", "shell"])
def test_a_node_that_gives_no_shell_is_told_so_and_nothing_is_typed(reach: Reach, refuses: str) -> None:
    with serve(echo, Login(refuses=refuses)) as server, pytest.raises(Unreachable) as told:
        reach(server, Operator(PASSWORD)).run("imp1", "show x")
    # Both are asked for at once, and which answer is dealt with first is chance.
    assert re.search("opens no shell|ended the session before its first prompt", told.value.problem)
    assert "too many sessions" in told.value.remedy
    assert server.received == b""


def test_a_question_in_the_place_of_the_first_prompt_is_the_person_s(reach: Reach) -> None:
    greeting = "You are required to change your password immediately\r\nNew Password: "
    with serve(echo, greeting=greeting) as server, pytest.raises(NoPrompt) as told:
        reach(server, Operator(PASSWORD)).run("imp1", "show x")
    assert told.value.result is Result.QUESTION
    assert "New Password:" in (told.value.question or "")
    assert server.received == b"", "nothing is typed into it"


class _Overhearing(paramiko.Transport):
    """A server that keeps what a client offers it on the wire."""

    heard: ClassVar[list[Mapping[str, object]]] = []

    def _really_parse_kex_init(self, m: paramiko.Message, ignore_first_byte: bool = False) -> dict[str, list[str]]:
        parsed: dict[str, list[str]] = super()._really_parse_kex_init(m, ignore_first_byte)  # type: ignore[misc]
        self.heard.append(parsed)
        return parsed


@pytest.mark.parametrize(("legacy", "old"), [(False, set()), (True, {"sha1", "md5", "cbc", "3des"})])
def test_what_goes_over_the_wire_is_old_only_where_that_is_allowed(legacy: bool, old: set[str]) -> None:
    ours, theirs = socket.socketpair()
    _Overhearing.heard.clear()
    server = _Overhearing(theirs)
    server.daemon = True
    server.add_server_key(ECDSA)
    server.start_server(event=threading.Event(), server=paramiko.ServerInterface())
    client = (LegacyTransport if legacy else ModernTransport)(ours)
    client.daemon = True
    client.start_client(timeout=20)
    client.close()
    server.close()
    offered = [name for names in _Overhearing.heard[0].values() if isinstance(names, list) for name in names]
    assert {
        word for word in ("sha1", "md5", "cbc", "3des", "arcfour", "none-") for name in offered if word in name
    } == old
    assert any(name in {"ssh-rsa", "ssh-dss"} for name in offered) is legacy
    assert len(offered) > 20


def test_what_we_rely_on_in_paramiko_is_still_there() -> None:
    assert (OAKLEY_2.bit_length(), pow(2, OAKLEY_2 - 1, OAKLEY_2)) == (1024, 1)
    for name in ("ciphers", "macs", "kex", "keys"):
        offered = getattr(ModernTransport, f"_preferred_{name}")
        assert offered
        assert not [kind for kind in offered if any(old in kind for old in ("cbc", "3des", "md5"))]
        assert not [kind for kind in offered if kind.endswith(("sha1", "-96", "ssh-rsa", "ssh-dss"))]
        assert set(getattr(paramiko.Transport, f"_preferred_{name}")) <= set(
            getattr(LegacyTransport, f"_preferred_{name}")
        )
    # When paramiko offers these itself again, or drops what is replaced here, our own code has to be looked at.
    assert not {"ssh-rsa"} & set(paramiko.Transport._key_info)
    assert not {GroupExchangeSha1.name} & set(paramiko.Transport._kex_info)
    assert paramiko.Transport._preferred_kex[0] == LegacyTransport._preferred_kex[0]
    for method in ("_really_parse_kex_init", "_parse_kex_init", "_parse_service_accept", "ensure_session"):
        assert callable(getattr(paramiko.ServiceRequestingTransport, method))
    assert callable(paramiko.auth_handler.AuthOnlyHandler.wait_for_response)
    assert callable(paramiko.Transport._send_user_message)
    assert callable(paramiko.Channel._event_pending)
    assert {"event", "event_ready"} <= vars(paramiko.Channel(0)).keys()
