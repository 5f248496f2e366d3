"""The parsers on the outputs of the reference, and on anything else."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_backend import output as o

ETH0 = """
Ethernet 0
DHCP         : disabled           Status     : up
IP Address   : 10.53.50.219       IP Mask    : 255.255.255.000
Link Detected: yes                Mode       : Auto disabled, Full, 1000 Mbits/s
Duplicate IP : no

DNS
Primary      : 10.53.51.234       Secondary  : Not Configured
Options      : timeout:5 attempts:2
Domain       : new-domain.com
Gateway      : 10.53.50.1 on Ethernet 0
"""
PUBLISHER = """
10.1.89.30 CUCMv10SUB.alegarc2.lab CUCMv10SUB Subscriber callmanager DBSub authenticated using TCP since Mon Jul 1
10.1.89.20 CUCM10.alegarc2.lab CUCM10 Publisher callmanager DBPub authenticated
10.106.61.120 CUCMPUB  Publisher callmanager DBPub authenticated
10.1.89.40 old.lab old Publisher authenticated
10.1.89.50 imp1.lab imp1 Subscriber cups DBPub not authenticated

Server Table (processnode) Entries
----------------------------------
10.1.89.20
"""
SERVICES = """
Requesting service status, please wait...
System SSH [STARTED]
Name Service Cache [STOPPED]  Service Not Activated
Service Manager is running
>> Return code = 0
A Cisco DB[STARTED]
Cisco DRF Master[STOPPED]  Commanded Out of Service
Cisco XCP Router[STARTING]  
"""  # noqa: W291
RESTART = """
Do not press Ctrl+C while the service is restarting. If the service has not restarted properly, execute it again.
Service Manager is running
Cisco XCP Router[STOPPING]  
Cisco XCP Router[STARTING]  
Cisco XCP Router[STARTING]  
Cisco XCP Router[STARTED]  
"""  # noqa: W291
NTP = """ntpd (pid 1250) is running...

     remote           refid      st t when poll reach   delay   offset  jitter
*10.1.1.1        10.0.0.1        2 u  133  256  377    0.512    0.130   0.098

synchronised to NTP server (10.1.1.1) at stratum 3
   time correct to within 36 ms
   polling server every 256 s
"""
ROW = "cucm-01  172.168.0.101  0.045  {flags}  {queue}  (g_2) ({state}) Setup Completed\n"
OLD_ROW = "cups-pub  10.48.47.136  0.038   {rpc}   Connected {queue}     match  Yes    (2) PUB Setup Completed\n"


def test_network() -> None:
    network = o.parse_network(ETH0)
    assert (network.dhcp, network.domain, network.domain_known) == (False, "new-domain.com", True)
    assert (network.address, network.mask, network.gateway) == ("10.53.50.219", "255.255.255.0", "10.53.50.1")
    assert (network.primary_dns, network.secondary_dns, network.status) == ("10.53.51.234", None, "up")
    assert network.unparsed == ("Ethernet 0",)


@pytest.mark.parametrize("domain", ["Domain       :\n", "Domain       : Not Configured\n", ""])
def test_a_domain_that_is_not_set(domain: str) -> None:
    network = o.parse_network(ETH0.replace("Domain       : new-domain.com\n", domain))
    assert (network.domain, network.domain_known) == (None, True)


def test_half_an_output_does_not_say_that_there_is_no_domain() -> None:
    network = o.parse_network(ETH0[: ETH0.index("Domain")])
    assert (network.dhcp, network.domain, network.domain_known) == (False, None, False)
    assert o.parse_network("").domain_known is False
    assert o.parse_network(ETH0.replace("disabled  ", "enabled   ", 1)).dhcp is True


def test_cluster() -> None:
    view = o.parse_cluster(PUBLISHER)
    assert [node.address for node in view.nodes] == [
        "10.1.89.30", "10.1.89.20", "10.106.61.120", "10.1.89.40", "10.1.89.50",
    ]  # fmt: skip
    assert [node.host for node in view.nodes] == ["CUCMv10SUB", "CUCM10", "", "old", "imp1"]
    assert (view.nodes[3].product, view.nodes[3].database, view.nodes[3].role) == (None, None, "Publisher")
    assert (view.nodes[4].product, view.nodes[4].state) == ("cups", "not authenticated")
    assert view.unparsed[0].startswith("Server Table")


CLUSTERS = {
    "a subscriber, which tells no server table": (
        "10.1.89.30 CUCMv10SUB.alegarc2.lab CUCMv10SUB Subscriber callmanager DBSub authenticated\n"
        "10.1.89.20 CUCM10.alegarc2.lab CUCM10 Publisher callmanager DBPub authenticated using TCP since Mon Jul 1"
        " 13:44:09 2019\n",
        [("CUCMv10SUB", "Subscriber", "DBSub"), ("CUCM10", "Publisher", "DBPub")],
        0,
    ),
    "a single node of release 15": (
        "192.168.125.10 cucm15-cluster1.calltelemetry.local cucm15-cluster1 Publisher callmanager DBPub authenticated\n"
        "\nServer Table (processnode) Entries\n----------------------------------\ncucm15-cluster1\n",
        [("cucm15-cluster1", "Publisher", "DBPub")],
        3,
    ),
    "nodes of IM and Presence among others": (
        "10.0.0.7 imp1.x.lab imp1 Subscriber cups DBPub authenticated using TCP since Fri Mar 28 06:07:53 2025\n"
        "10.0.0.8 imp2.x.lab imp2 Subscriber cups DBSub authenticated using TCP since Fri Mar 28 06:07:53 2025\n"
        "Successful\n",
        [("imp1", "Subscriber", "DBPub"), ("imp2", "Subscriber", "DBSub")],
        1,
    ),
    "no domain, and a line about dynamic configuration": (
        "10.106.61.120 CUCMPUB  Publisher callmanager DBPub authenticated\n"
        "Dynamic Cluster Configuration is enabled for 23 Hours 59 Minutes.\n",
        [("", "Publisher", "DBPub")],
        1,
    ),
    "columns that are set apart by more than one blank": (
        "10.0.0.1  pub.x.lab  pub  Publisher  cups  DBPub  authenticated\n"
        "10.0.0.2  SUB   Subscriber  cups  DBSub  not authenticated\n",
        [("pub", "Publisher", "DBPub"), ("", "Subscriber", "DBSub")],
        0,
    ),
    "lines of 8.x": (
        "10.0.0.1 pub.x.lab pub Publisher authenticated\n10.0.0.2 sub.x.lab sub Subscriber authenticated\n",
        [("pub", "Publisher", None), ("sub", "Subscriber", None)],
        0,
    ),
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_every_form_of_a_cluster(name: str) -> None:
    text, nodes, others = CLUSTERS[name]
    view = o.parse_cluster(text)
    assert [(node.host, node.role, node.database) for node in view.nodes] == nodes
    assert len(view.unparsed) == others


@pytest.mark.parametrize(
    "state", ["STARTED", "STOPPED", "STARTING", "STOPPING", "UNKNOWN", "NOT STARTED", "NOTRUNNING"]
)
@pytest.mark.parametrize(
    "why", ["", "  ", "  Service Not Activated", "  Commanded Out of Service", "  Component is not running"]
)
def test_every_state_and_reason_of_a_service(state: str, why: str) -> None:
    text = f"Cluster Manager [{state}]{why}\nCisco XCP Router[{state}]{why}\nPrimary Node =true\n"
    listed = o.parse_services(text)
    assert [(found.name, found.state, found.why) for found in listed.services] == [
        ("Cluster Manager", state, why.strip()),
        ("Cisco XCP Router", state, why.strip()),
    ]
    assert listed.unparsed == ("Primary Node =true",)


def test_the_older_words_of_a_restart() -> None:
    older = (
        " Don't press Ctrl-c while the service is getting RESTARTED.If Service has not Restarted Properly, execute the"
        " same Command Again\nService Manager is running\n"
    )
    for states in (["STOPPING", "STOPPING", "STARTING", "STARTED"], ["STARTING", "STARTED", "STARTING"]):
        text = older + "".join(f"Cisco Tomcat[{state}]  \n" for state in states)
        assert o.last_state(text, "Cisco Tomcat") == states[-1]


STATUS = """
Host Name          : cucm-pub
Date               : Mon Mar 2, 2026 00:36:32
Product Ver        : 12.5.1.12900-115

Uptime:
 00:36:33 up 79 days, 12:45,  1 user,  load average: 1.76, 1.09, 0.94

CPU Idle:   33.17%  System:   23.12%    User:   42.21%
Disk/active         17921776K        3991112K       13730872K (78%)
"""


STATUS_15 = """
Host Name          : imp1
Date               : Thu Jun 5, 2025 16:22:34
Time Zone          : Coordinated Universal Time (Etc/UTC)
Locale             : en_US.UTF-8
Product Ver        : 15.0.1.12900-16
Unified OS Version : 8.0.0.0-8
License MAC        : abcdef012345

Uptime:
 16:22:34 up 10:47, 1 user,  load average: 0.76, 0.59, 0.54

CPU Idle:   92.86%  System:   03.12%    User:   04.02%
  IOWAIT:   00.00%     IRQ:   00.00%    Soft:   00.00%

Memory Total:       11998968K
        Used:        7016916K

                        Total            Free            Used
Disk/active         19760356K        3527092K       16014336K (82%)
"""


def test_the_whole_status() -> None:
    assert o.parse_uptime(STATUS) == o.Uptime(seconds=79 * 86400 + 12 * 3600 + 45 * 60)
    assert o.parse_uptime(STATUS_15) == o.Uptime(seconds=10 * 3600 + 47 * 60)


LISTING = """
Requesting service status, please wait...
System SSH [STARTED]
Cluster Manager [STARTED]
Name Service Cache [STOPPED]  Service Not Activated
Entropy Monitoring Daemon [STARTED]
Cisco SCSI Watchdog [STARTED]
Service Manager [STARTED]
Service Manager is running
Getting list of all services
>> Return code = 0
A Cisco DB[STARTED]
A Cisco DB Replicator[STARTED]
Cisco AMC Service[STARTED]
Cisco DRF Master[STOPPED]  Commanded Out of Service
Cisco XCP SIP Federation Connection Manager[STOPPED]  Service Not Activated
Primary Node =true
"""


def test_the_whole_list_of_services() -> None:
    listed = o.parse_services(LISTING)
    assert len(listed.services) == 11
    assert [found.name for found in listed.services if found.state != "STARTED"] == [
        "Name Service Cache",
        "Cisco DRF Master",
        "Cisco XCP SIP Federation Connection Manager",
    ]
    assert [line.partition(" ")[0] for line in listed.unparsed] == [
        "Requesting", "Service", "Getting", ">>", "Primary",
    ]  # fmt: skip


RUNTIME = """
Server Time: Wed Dec 31 19:54:53 UTC 2025

Cluster Replication State: Replication status command started at: 2025-12-30-10-11
     Replication status command COMPLETED 690 tables checked out of 690
     Sync Status: NO Errors or Mismatches found

DB Version: ccm15_0_1_12900_234
Repltimeout set to: 300s
PROCESS option set to: 1

Cluster Detailed View from cucm-01 (2 Servers):

                                     PING      DB/RPC/   REPL.    Replication    REPLICATION SETUP
SERVER-NAME         IP ADDRESS        (msec)    DbMon?    QUEUE    Group ID       (RTMT) & Details
-----------         ----------        ------    -------   -----    -----------    ------------------
cucm-01             172.168.0.101     0.045     Y/Y/Y     0        (g_2)          (2) Setup Completed
cucm-02             172.168.0.102     0.290     Y/Y/Y     0        (g_3)          ({state}) Setup Completed
"""


@pytest.mark.parametrize(("state", "healthy"), [(2, True), (0, False), (1, False), (3, False), (4, False)])
def test_the_whole_state_of_replication(state: int, healthy: bool) -> None:
    found = o.parse_replication(RUNTIME.format(state=state))
    assert [(row.name, row.address, row.state) for row in found.rows] == [
        ("cucm-01", "172.168.0.101", 2),
        ("cucm-02", "172.168.0.102", state),
    ]
    assert found.healthy is healthy


def test_services_and_the_last_state() -> None:
    listed = o.parse_services(SERVICES)
    assert listed.services[0] == o.Service(name="System SSH", state="STARTED")
    assert listed.services[1].why == "Service Not Activated"
    assert listed.services[3] == o.Service(name="Cisco DRF Master", state="STOPPED", why="Commanded Out of Service")
    assert listed.services[4] == o.Service(name="Cisco XCP Router", state="STARTING")
    assert len(listed.unparsed) == 3
    assert o.last_state(RESTART, "Cisco XCP Router") == "STARTED"
    assert o.last_state(RESTART[: RESTART.rindex("Cisco XCP")], "Cisco XCP Router") == "STARTING"
    assert o.last_state(RESTART, "Cisco XCP") is None


def test_version() -> None:
    version = o.parse_version("Active Master Version: 9.0.1.10000-37\nNo Installed Software Options Found.\n")
    assert (version.text, version.release) == ("9.0.1.10000-37", "9.0")
    assert version.unparsed == ("No Installed Software Options Found.",)
    assert o.parse_version("Inactive Master Version: 9.0.1.10000-37\n").release is None
    later = o.parse_version(
        "Active Master Version: 11.5.1.12900-21\nActive Version Installed Software Options:\nciscocm.one.cop\n"
        "Inactive Master Version: 10.5.2.10000-5\n"
    )
    assert (later.text, later.release) == ("11.5.1.12900-21", "11.5")
    assert "ciscocm.one.cop" in later.unparsed


def test_ntp() -> None:
    ntp = o.parse_ntp(NTP)
    assert (ntp.synchronised, ntp.server, ntp.stratum, ntp.offset_ms) == (True, "10.1.1.1", 3, 36)
    bad = o.parse_ntp("ntpd (pid 1250) is running...\n\nunsynchronised\n  time server re-starting\n")
    assert (bad.synchronised, bad.server) == (False, None)
    long = o.parse_ntp(
        f"{NTP}\nCurrent time in UTC is : Wed Dec 31 19:54:53 UTC 2025\n"
        "Current time in Asia/Jerusalem is : Wed Dec 31 21:54:53 IST 2025\n"
    )
    assert (long.synchronised, long.stratum, long.offset_ms) == (True, 3, 36)
    starting = o.parse_ntp("unsynchronised\n  time server re-starting\n   polling server every 64 s\n")
    assert (starting.synchronised, starting.server, starting.stratum, starting.offset_ms) == (False, None, None, None)
    unknown = o.parse_ntp("chronyd is running\nLeap status : Normal\n")
    assert unknown == o.NtpStatus(unparsed=("chronyd is running", "Leap status : Normal"))


@pytest.mark.parametrize(
    ("text", "healthy"),
    [
        (ROW.format(flags="Y/Y/Y", queue=0, state=2), True),
        (ROW.format(flags="Y/Y/N", queue=0, state=2), False),
        (ROW.format(flags="Y/?/Y", queue=0, state=2), False),
        (ROW.format(flags="Y/Y/Y", queue=7, state=2), False),
        (ROW.format(flags="Y/Y/Y", queue=0, state=4), False),
        (OLD_ROW.format(rpc="Yes", queue=0), True),
        (OLD_ROW.format(rpc="No", queue=0), False),
        (OLD_ROW.format(rpc="Yes", queue=12), False),
        (
            "DB Version: ccm15_0_1_12900_234\nSERVER-NAME IP ADDRESS (msec) DbMon? QUEUE Group ID (RTMT) & Details\n",
            None,
        ),
    ],
)
def test_replication(text: str, healthy: bool | None) -> None:
    assert o.parse_replication(text).healthy is healthy


def test_replication_of_a_single_node() -> None:
    text = "Runtime state cannot be performed on a cluster with a single active node; aborting operation"
    single = o.parse_replication(text)
    assert (single.single_node, single.healthy, single.unparsed) == (True, None, (text,))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (" 00:36:33 up 79 days, 12:45,  1 user", 79 * 86400 + 12 * 3600 + 45 * 60),
        (" 16:22:34 up 10:47, 1 user", 10 * 3600 + 47 * 60),
        (" 16:22:34 up 5 min,  1 user", 300),
        (" 16:22:34 up 1 day,  3 min,  1 user", 86400 + 180),
    ],
)
def test_uptime(text: str, seconds: int) -> None:
    assert o.parse_uptime(f"Host Name : x\n\nUptime:\n{text}\n") == o.Uptime(seconds=seconds)
    assert o.parse_uptime("Uptime:\n") is None


def test_lookups() -> None:
    both = (
        "Local Resolution:\nh.x resolves locally to 10.63.70.125\n\n"
        "External Resolution:\nh.x has address 10.63.70.125\n"
    )
    assert o.parse_lookup(both) == o.Lookup(addresses=("10.63.70.125",))
    reverse = "10.53.50.219 resolves locally to S1.new.com\n219.50.53.10.in-addr.arpa domain name pointer s1.new.com.\n"
    assert o.parse_lookup(reverse) == o.Lookup(names=("s1.new.com",))
    srv = "Nothing found\n\n_s._tcp.a.com has SRV record 0 0 5061 Sip.A.com.\n_s._tcp.b.com has SRV record 0 0 0 .\n"
    assert o.parse_lookup(srv).records == ((0, 0, 5061, "sip.a.com"), (0, 0, 0, "."))
    assert o.parse_lookup(srv).not_found is False
    headed = (
        "Local Resolution:\nNothing found\n\nExternal Resolution:\n"
        "_xmpp-server._tcp.sample.com has SRV record 0 0 5269 server1.new-domain.com.\n"
    )
    assert o.parse_lookup(headed) == o.Lookup(records=((0, 0, 5269, "server1.new-domain.com"),))
    assert o.parse_lookup("h.x has IPv6 address 2001:db8::1\n").addresses == ("2001:db8::1",)
    alias = o.parse_lookup("a.x is an alias for b.x.\nb.x has address 192.0.2.1\n")
    assert (alias.addresses, alias.unparsed) == (("192.0.2.1",), ("a.x is an alias for b.x.",))
    assert o.parse_lookup("Nothing found\n\nHost x not found: 3(NXDOMAIN)\n").not_found is True
    silent = o.parse_lookup("Nothing found\n\n;; connection timed out; no servers could be reached\n")
    assert (silent.not_found, silent.unparsed) == (False, (";; connection timed out; no servers could be reached",))


PARSERS: tuple[Callable[[str], object], ...] = (
    o.parse_network, o.parse_cluster, o.parse_services, o.parse_version, o.parse_ntp, o.parse_replication,
    o.parse_uptime, o.parse_lookup,
)  # fmt: skip
LOOKUP = "Local Resolution:\nh.x resolves locally to 10.63.70.125\n_s._tcp.a.com has SRV record 0 0 5061 Sip.A.com.\n"
REAL = "\n".join(
    [ETH0, PUBLISHER, SERVICES, NTP, STATUS, RUNTIME, LOOKUP, ROW.format(flags="Y/Y/Y", queue=0, state=2)]
).split("\n")
MANGLED = st.lists(st.sampled_from(REAL) | st.text(max_size=80), max_size=20).map("\n".join)


@given(st.text() | MANGLED)
def test_no_output_makes_them_fail(text: str) -> None:
    for parse in PARSERS:
        parse(text)
        parse(text.replace("1", "99999999999999999999"))


def strings(found: object) -> Iterator[str]:
    """Every text in a result."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, tuple):
        for each in found:
            yield from strings(each)
    elif is_dataclass(found) and not isinstance(found, type):
        for each in fields(found):
            yield from strings(getattr(found, each.name))


@given(st.text() | MANGLED)
def test_no_value_is_invented(text: str) -> None:
    printed = text.lower().replace(".0", ".").replace(".0", ".")
    for parse in PARSERS:
        for value in strings(parse(text)):
            # Octets lose their padding, and the name of the root is a dot.
            assert value.lower().replace(".0", ".").replace(".0", ".") in printed or value == "."


@given(MANGLED)
def test_what_is_not_understood_is_kept(text: str) -> None:
    services = o.parse_services(text)
    told = sum(1 for line in text.split("\n") if line.strip())
    assert len(services.services) + len(services.unparsed) == told
