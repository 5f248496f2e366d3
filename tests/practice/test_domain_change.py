"""`set network domain` from question to recovery."""

import socket
from functools import partial

import pytest

from tests.servers.practice_console import Events, Eventually, Start, Talk

WARNING = "W A R N I N G"
QUESTION = "Continue (y/n)?"
COMMAND = "set network domain local.example"


def names(events: list[dict[str, str]]) -> list[str]:
    return [event["event"] for event in events if event.get("command") == COMMAND]


def refused(endpoint: str) -> bool:
    host, _, port = endpoint.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def accepted(endpoint: str) -> bool:
    return not refused(endpoint)


def test_both_nodes_one_after_the_other(start: Start, talk: Talk, events: Events, eventually: Eventually) -> None:
    network = start()
    for address, node in (("192.0.2.11", "imp1"), ("192.0.2.12", "imp2")):
        console = talk(network, address)
        assert WARNING in console.ask(COMMAND, QUESTION)
        console.type("y\r")
        assert console.until("admin:").endswith("<closed>")
        endpoint = network.connections[f"{address}:22"]
        eventually(partial(refused, endpoint))
        eventually(partial(accepted, endpoint))
        back = talk(network, address)
        assert "Domain       : local.example\r\n" in back.ask("show network eth0")
        assert " up 0 min," in back.ask("show status")
        assert f"{address} {node}.local.example {node} " in back.ask("show network cluster")
        assert "Cisco XCP Router[STARTED]" in back.ask("utils service list")
        settled = node == "imp2"
        assert (back.ask("utils dbreplication runtimestate").count("(2) Setup Completed") == 2) is settled
        assert names(events(network, node)) == ["command", "question", "answer", "confirmed", "took-effect"]
        assert [event["event"] for event in events(network, node) if event["event"] in ("reboot", "up")] == [
            "reboot",
            "up",
        ]


def test_no_means_no(start: Start, talk: Talk, events: Events) -> None:
    network = start()
    console = talk(network)
    console.ask(COMMAND, QUESTION)
    console.type("maybe\r")
    console.until(QUESTION)
    console.type("n\r")
    console.until("admin:")
    assert "Domain       : Not Configured" in console.ask("show network eth0")
    assert "confirmed" not in names(events(network, "imp1"))


def test_typing_ahead_does_not_confirm(start: Start, talk: Talk, events: Events) -> None:
    network = start()
    console = talk(network)
    console.type(f"{COMMAND}\ry\r")
    console.until(QUESTION)
    console.type("n\r")
    console.until("admin:")
    assert "confirmed" not in names(events(network, "imp1"))


def test_a_lost_connection_confirms_nothing(start: Start, talk: Talk, events: Events) -> None:
    network = start()
    console = talk(network)
    console.ask(COMMAND, QUESTION)
    console.client.close()
    assert "Domain       : Not Configured" in talk(network).ask("show network eth0")
    assert names(events(network, "imp1")) == ["command", "question"]


def test_once_confirmed_it_happens_whoever_listens(
    start: Start, talk: Talk, events: Events, eventually: Eventually
) -> None:
    network = start()
    console = talk(network)
    console.ask(COMMAND, QUESTION)
    console.type("y\r")
    eventually(lambda: "took-effect" in names(events(network, "imp1")))
    console.client.close()
    eventually(lambda: "up" in [event["event"] for event in events(network, "imp1")])
    assert "Domain       : local.example\r\n" in talk(network).ask("show network eth0")


def test_an_ignored_change_restarts_the_node_for_nothing(
    start: Start, talk: Talk, events: Events, eventually: Eventually
) -> None:
    network = start(ignore=("domain",))
    console = talk(network)
    console.ask(COMMAND, QUESTION)
    console.type("y\r")
    console.until("<closed>")
    eventually(lambda: "up" in [event["event"] for event in events(network, "imp1")])
    back = talk(network)
    assert "Domain       : Not Configured" in back.ask("show network eth0")
    assert back.ask("utils dbreplication runtimestate").count("(2) Setup Completed") == 2
    assert names(events(network, "imp1"))[-1] == "confirmed"


def test_a_system_restart_wants_the_whole_word(start: Start, talk: Talk) -> None:
    network = start()
    console = talk(network)
    console.ask("utils system restart", "Enter (yes/no)? ")
    console.type("y\r")
    console.until("admin:")
    console.ask("utils system restart", "Enter (yes/no)? ")
    console.type("yes\r")
    assert "<closed>" in console.until("admin:")


@pytest.mark.parametrize("domain", ["", "two words", "-bad.example"])
def test_a_bad_name_is_refused_before_any_question(start: Start, talk: Talk, domain: str) -> None:
    assert QUESTION not in talk(start()).ask(f"set network domain {domain}")


def test_three_nodes_as_installed(start: Start, talk: Talk) -> None:
    network = start("three-nodes")
    seen = [talk(network, f"192.0.2.{last}").ask("show network eth0") for last in (11, 12, 13)]
    assert ["DHCP         : enabled" in each for each in seen] == [True, False, False]
    assert ["Domain       : local.example" in each for each in seen] == [True, False, True]
    refusal = talk(network, "192.0.2.11").ask(COMMAND)
    assert "Executed command unsuccessfully" in refusal
    assert QUESTION not in refusal
