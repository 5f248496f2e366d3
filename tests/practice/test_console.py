"""The consoles of the nodes, over real SSH."""

import os
import re
import subprocess
from pathlib import Path

import paramiko
import pytest

from tests.servers.practice_console import Events, Start, Talk
from wizard.practice.client import PracticeNetwork

PAGER = "to quit\x1b[0m\x1b[K"


def test_start_up_text_comes_before_the_prompt(shared: PracticeNetwork, bare_talk: Talk) -> None:
    text = bare_talk(shared).until("admin:")
    assert text.startswith("Command Line Interface is starting up, please wait ...\r\n")
    assert text.endswith("\r\n\r\nadmin:")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("show network eth0", r"DHCP +: disabled +Status +: up\r\n"),
        ("show network eth0", r"Domain +: Not Configured\r\n"),
        ("show network eth0 detail", r"Domain +: Not Configured\r\n"),
        ("show network cluster", r"192\.0\.2\.11 imp1  Publisher cups DBPub authenticated\r\n"),
        ("show version active", r"Active Master Version: 9\.0\.1\.10000-37\r\n"),
        ("show status", r" up 79 days, 12:4\d,  1 user,"),
        ("show myself", r"privilege level : 4\r\n"),
        ("show cli pagination", r"Automatic Pagination : Off\.\r\n"),
        ("utils service list", r"System SSH \[STARTED\]\r\n"),
        ("utils service list", r"\r\nCisco SIP Proxy\[STARTED\]  \r\n"),
        ("utils service list", r"Cisco XCP SIP Federation Connection Manager\[STOPPED\]  Service Not Activated\r\n"),
        ("utils ntp status", r"\r\nsynchronised to NTP server \(192\.0\.2\.1\) at stratum 3\r\n"),
        ("utils dbreplication runtimestate", r"imp2 +192\.0\.2\.12 .* \(2\) Setup Completed\r\n"),
        ("utils network host imp2.local.example", r"External Resolution:\r\nimp2\.local\.example has address 192\.0"),
        (
            "utils network host _sipfederationtls._tcp.partner.example srv",
            r"Nothing found\r\n\r\nExternal Resolution:\r\n"
            r"_sipfederationtls\._tcp\.partner\.example has SRV record 0 0 5061 sip\.partner\.example\.\r\n",
        ),
        ("utils network host _sipfederationtls._tcp.local.example srv", r"not found: 3\(NXDOMAIN\)"),
        ("utils network host a..b", r"is not a legal name"),
        ("utils network ping sip.partner.example count 1", r"64 bytes from 198\.51\.100\.10: icmp_seq=1"),
        ("utils network ping 203.0.113.99", r"Destination Host Unreachable"),
        ("run sql select name,nodeid from processnode", r"\r\n=+ =+\r\nEnterpriseWideData 1"),
        ("run sql select name from enduser", r"Executed command unsuccessfully\r\n"),
        ("run sql select name from pigeons", r"Executed command unsuccessfully\r\n"),
        ("run sql select userid from enduser where mailid is odd", r"A syntax error has occurred"),
        ("run sql select userid,mailid from enduser", r"\nasmith +asmith@mail\.local\.example *\r\n"),
        ("show cert list own", r"cup/cup\.pem: "),
        ("show cert list trust", r"cup-trust/imp1\.pem: "),
        ("utils service restart Cisco Nothing", r"Executed command unsuccessfully\r\n"),
        ("show network", r"^No valid command entered\r\n"),
        ("format everything", r"^No valid command entered\r\n"),
    ],
)
def test_a_command_prints_what_the_platform_prints(
    shared: PracticeNetwork, talk: Talk, command: str, expected: str
) -> None:
    assert re.search(expected, talk(shared).ask(command))


def test_every_character_is_echoed_and_can_be_rubbed_out(shared: PracticeNetwork, talk: Talk) -> None:
    console = talk(shared)
    for typed in "show":
        console.type(typed)
        assert console.until(typed) == typed
    console.type("xx\x7f\x7f myself\r")
    assert "Machine Name    : imp1\r\n" in console.until("admin:")


def test_line_feed_alone_and_with_return_is_one_enter(shared: PracticeNetwork, talk: Talk) -> None:
    console = talk(shared)
    console.type("\n")
    assert console.until("admin:") == "\r\nadmin:"
    console.type("show cli pagination\r\n")
    assert console.until("admin:").count("admin:") == 1
    assert "Machine Name" in console.ask("show myself")


def test_a_question_mark_prints_the_syntax_at_once(shared: PracticeNetwork, talk: Talk) -> None:
    console = talk(shared)
    console.type("show ?")
    assert console.until("admin:show ").startswith("show ?Syntax:\r\n")


def test_what_is_typed_while_the_console_starts_gives_another_prompt(start: Start, bare_talk: Talk) -> None:
    console = bare_talk(start(pace=0.02))
    console.type("\r")
    console.until("\r\n\r\nadmin:\r\nadmin:")


def test_the_pager_waits_until_it_is_turned_off(shared: PracticeNetwork, bare_talk: Talk) -> None:
    console = bare_talk(shared, height=11)
    console.until("admin:")
    console.type("show status\r")
    first = console.until(PAGER)
    assert first.count("\r\n") == 1 + 10
    assert "\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\x1b[0m" in first
    console.type("\r")
    assert console.until(PAGER).count("\r\n") == 1
    console.type(" ")
    assert console.until(PAGER).count("\r\n") == 10
    console.type("q")
    assert console.until("admin:") == "\r\x1b[Kadmin:"
    assert console.ask("set cli pagination off") == "Automatic pagination is turned off\r\n"
    assert "Disk/logging" in console.ask("show status")


def test_quit_ends_the_session_in_order(shared: PracticeNetwork, talk: Talk) -> None:
    console = talk(shared)
    console.type("quit\r")
    assert console.until("admin:").endswith("<closed>")
    assert console.channel.recv_exit_status() == 0


def test_a_wrong_password_is_refused_and_a_right_one_taken_by_either_method(shared: PracticeNetwork) -> None:
    host, _, port = shared.connections["192.0.2.11:22"].partition(":")
    password = shared.password_path.read_text().strip()
    for user, word in (("administrator", "wrong"), ("root", password)):
        stranger = paramiko.Transport((host, int(port)))
        stranger.start_client(timeout=10)
        with pytest.raises(paramiko.AuthenticationException):
            stranger.auth_password(user, word)
        stranger.close()
    transport = paramiko.Transport((host, int(port)))
    transport.start_client(timeout=10)
    asked: list[list[tuple[str, bool]]] = []

    def answer(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        asked.append(prompts)
        return [password] * len(prompts)

    transport.auth_interactive("administrator", answer)
    assert transport.is_authenticated()
    assert [list(prompts) for prompts in asked] == [[("Password: ", False)]]
    transport.close()


def test_a_command_on_the_ssh_command_line_is_not_run(shared: PracticeNetwork, events: Events) -> None:
    host, _, port = shared.connections["192.0.2.12:22"].partition(":")
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    password = shared.password_path.read_text().strip()
    client.connect(host, int(port), "administrator", password, look_for_keys=False, allow_agent=False)
    channel = client.get_transport().open_session()  # type: ignore[union-attr]
    channel.exec_command("show status")
    channel.settimeout(0.5)
    text = b""
    with pytest.raises(TimeoutError):
        while data := channel.recv(4096):
            text += data
    assert b"starting up" in text
    assert b"admin:" not in text
    client.close()
    assert {"exec"} <= {event["event"] for event in events(shared, "imp2")}


@pytest.mark.needs("openssh-client")
def test_the_stock_ssh_client_gets_in(shared: PracticeNetwork, tmp_path: Path) -> None:
    host, _, port = shared.connections["192.0.2.11:22"].partition(":")
    helper = tmp_path / "askpass"
    helper.write_text(f"#!/bin/sh\ncat '{shared.password_path}'\n")
    helper.chmod(0o700)
    options = ["StrictHostKeyChecking=no", f"UserKnownHostsFile={tmp_path}/known", "PubkeyAuthentication=no"]
    command = ["ssh", "-tt", "-F", "none", "-p", port, *(f"-o{each}" for each in options), f"administrator@{host}"]
    done = subprocess.run(
        command,
        input=b"show version active\rquit\r",
        capture_output=True,
        timeout=30,
        check=False,
        env={**os.environ, "SSH_ASKPASS": str(helper), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":none"},
    )
    assert b"Active Master Version: 9.0.1.10000-37" in done.stdout
    assert done.returncode == 0
