"""What the console of a node prints, made from the state. Pure; the layouts are measured facts of the platform."""

import time
from dataclasses import dataclass

from wizard.practice.modes import ailments
from wizard.practice.scenarios import INTERNAL_NAME_SERVER, NTP_SERVER, NodeSpec, Scenario
from wizard.practice.state import PLATFORM_SERVICES, Node, State, replication_settled

UNSUCCESSFUL = "Executed command unsuccessfully\n"


@dataclass(frozen=True, kw_only=True)
class View:
    """One node at one moment: everything an output is made of. `now` is seconds since the epoch."""

    scenario: Scenario
    spec: NodeSpec
    state: State
    now: float

    @property
    def node(self) -> Node:
        """The node's own state."""
        return self.state.nodes[self.spec.name]


def banner(view: View) -> tuple[tuple[float, str], ...]:
    """The start-up text, as (seconds to wait before on a typical node, text)."""
    return (
        (0.5, "Command Line Interface is starting up, please wait ...\n"),
        (5.0, "\n   Welcome to the Platform Command Line Interface\n"),
        (1.6, "\nVMware Installation:\n\t2 vCPU: Intel(R) Xeon(R) CPU           E5640  @ 2.67GHz\n"),
        (0.9, "\tDisk 1: 80GB, Partitions aligned\n\t4096 Mbytes RAM\n\n"),
    )


def network(view: View) -> str:
    """`show network eth0`."""
    dhcp = "enabled" if view.node.dhcp else "disabled"
    return (
        f"\nEthernet 0\n"
        f"DHCP         : {dhcp:<18} Status     : up\n"
        f"IP Address   : {view.spec.address:<18} IP Mask    : 255.255.255.000\n"
        f"Link Detected: yes                Mode       : Auto enabled, Full, 1000 Mbits/s\n"
        f"Duplicate IP : no\n\n"
        f"DNS\n"
        f"Primary      : {INTERNAL_NAME_SERVER:<18} Secondary  : Not Configured\n"
        f"Options      : timeout:5 attempts:2\n"
        f"Domain       : {view.node.domain or 'Not Configured'}\n"
        f"Gateway      : 192.0.2.1 on Ethernet 0\n\n"
    )


def network_detail(view: View) -> str:
    """`show network eth0 detail`: more lines of the same kind."""
    return (
        f"{network(view)}"
        "Interface statistics\nRX packets   : 1840213            TX packets : 1630442\n"
        "RX errors    : 0                  TX errors  : 0\n\n"
    )


def cluster(view: View) -> str:
    """`show network cluster`: the server table only on the publisher; a node without a domain has one name, not two."""
    lines = [_cluster_line(view, spec) for spec in view.scenario.nodes]
    if view.spec.publisher:
        lines += ["", "Server Table (processnode) Entries", "----------------------------------"]
        lines += [spec.address for spec in view.scenario.nodes]
    return "\n".join(("", *lines, "", ""))


def _cluster_line(view: View, spec: NodeSpec) -> str:
    domain = view.state.nodes[spec.name].domain
    names = f"{spec.name}.{domain} {spec.name}" if domain else f"{spec.name} "
    role, database = ("Publisher", "DBPub") if spec.publisher else ("Subscriber", "DBSub")
    since = "" if spec.name == view.spec.name else " using TCP since Mon Jul 1 13:44:09 2019"
    return f"{spec.address} {names} {role} cups {database} authenticated{since}"


def version(view: View) -> str:
    """`show version active`."""
    return (
        f"\nActive Master Version: {view.scenario.version}\n"
        "Active Version Installed Software Options:\nNo Installed Software Options Found.\n\n"
    )


def status(view: View) -> str:
    """`show status`."""
    now = time.gmtime(view.now)
    date = f"{time.strftime('%a %b', now)} {now.tm_mday}, {time.strftime('%Y %H:%M:%S', now)}"
    return (
        f"\nHost Name          : {view.spec.name}\nDate               : {date}\n"
        "Time Zone          : Coordinated Universal Time (Etc/UTC)\nLocale             : en_US.UTF-8\n"
        f"Product Ver        : {view.scenario.version}\nUnified OS Version : 5.0.0.0-2\n\n"
        f"Uptime:\n {time.strftime('%H:%M:%S', now)} up {uptime(view.now - view.node.booted_at)},  1 user,"
        "  load average: 0.76, 0.59, 0.44\n\n"
        "CPU Idle:   93.17%  System:   02.12%    User:   04.21%\n"
        "  IOWAIT:   00.01%     IRQ:   00.00%    Soft:   00.49%\n\n"
        "Memory Total:        3925316K\n        Free:         248872K\n        Used:        3676444K\n"
        "      Cached:        1155200K\n      Shared:              0K\n     Buffers:         191048K\n\n"
        "                        Total            Free            Used\n"
        "Disk/active         17921776K        8991112K        8730872K (50%)\n"
        "Disk/inactive       17921776K       16921112K         800872K (5%)\n"
        "Disk/logging        39573612K       29573612K       10000000K (26%)\n\n"
    )


def uptime(seconds: float) -> str:
    """An uptime as the platform tells it: `79 days, 12:45`, `10:47` or `5 min`."""
    minutes = max(0, int(seconds)) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    clock = f"{hours}:{rest:02}" if hours else f"{rest} min"
    return f"{days} day{'s' if days > 1 else ''}, {clock}" if days else clock


def myself(view: View) -> str:
    """`show myself`."""
    return (
        f"\nMachine Name    : {view.spec.name}\naccount name    : administrator\nprivilege level : 4\n"
        "command count   : disabled\nlogging setting : disabled\n\n"
    )


def services(view: View) -> str:
    """`utils service list` behind its first line; only platform services have a blank before the bracket."""
    known = view.node.services
    head = [f"{name} [{known[name].shown(view.now)[0]}]" for name in PLATFORM_SERVICES]
    ours = sorted(name for name in known if name not in PLATFORM_SERVICES)
    return "\n".join(
        (
            *head,
            "Service Manager [STARTED]",
            "Service Manager is running",
            "Getting list of all services",
            ">> Return code = 0",
            *(service_line(view, name) for name in ours),
            f"Primary Node ={'true' if view.spec.publisher else 'false'}",
            "",
            "",
        )
    )


def service_line(view: View, name: str) -> str:
    """One line of the list, as it is also printed while a service restarts."""
    shown, reason = view.node.services[name].shown(view.now)
    return f"{name}[{shown}]  {reason}"


def ntp(view: View) -> str:
    """`utils ntp status`."""
    well = "ntp" not in ailments(view.state, view.spec.name)
    mark, reach = ("*", "377") if well else (" ", "0")
    verdict = (
        f"synchronised to NTP server ({NTP_SERVER}) at stratum 3\n   time correct to within 36 ms\n"
        "   polling server every 256 s\n"
        if well
        else "unsynchronised\n  time server re-starting\n   polling server every 64 s\n"
    )
    now = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(view.now))
    return (
        "\nntpd (pid 1250) is running...\n\n"
        "     remote           refid      st t when poll reach   delay   offset  jitter\n"
        "==============================================================================\n"
        f"{mark}{NTP_SERVER:<16}192.0.2.2        2 u  133  256  {reach:>3}    0.512    0.130   0.098\n\n"
        f"{verdict}\nCurrent time in UTC is : {now}\nCurrent time in Etc/UTC is : {now}\n\n"
    )


def replication(view: View) -> str:
    """`utils dbreplication runtimestate`."""
    nodes = view.scenario.nodes
    if len(nodes) == 1:
        return "\nRuntime state cannot be performed on a cluster with a single active node; aborting operation\n\n"
    healthy = all(_replicates(view, spec) for spec in nodes)
    now = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(view.now))
    sync = "NO Errors or Mismatches found" if healthy else "Errors or mismatches found"
    rows = "\n".join(_replication_row(view, spec) for spec in nodes)
    return (
        f"\nServer Time: {now}\n\n"
        "Cluster Replication State: Only available on the PUB\n\n"
        f"DB Version: cup9_0_1_10000_37\nRepltimeout set to: 300s\nSync Status: {sync}\n\n"
        f"Cluster Detailed View from {view.spec.name} ({len(nodes)} Servers):\n\n"
        "                                PING      DB/RPC/   REPL.  Replication  REPLICATION SETUP\n"
        "SERVER-NAME     IP ADDRESS      (msec)    DbMon?    QUEUE  Group ID     (RTMT) & Details\n"
        "-----------     ----------      ------    -------   -----  -----------  ------------------\n"
        f"{rows}\n\n"
    )


def _replicates(view: View, spec: NodeSpec) -> bool:
    node = view.state.nodes[spec.name]
    broken = "replication" in ailments(view.state, spec.name)
    return replication_settled(view.state) and not broken and not node.is_away(view.now)


def _replication_row(view: View, spec: NodeSpec) -> str:
    node = view.state.nodes[spec.name]
    group = f"(g_{view.scenario.nodes.index(spec) + 2})"
    ping, flags, queue, setup = "0.045", "Y/Y/Y", "0", "(2) Setup Completed"
    if node.is_away(view.now):
        ping, flags, queue, setup = "--", "N/N/N", "--", "(0) Not Reachable"
    elif "replication" in ailments(view.state, spec.name):
        setup = "(4) Setup Failed"
    elif not replication_settled(view.state):
        setup = "(0) Setup Not Started"
    return f"{spec.name:<15} {spec.address:<15} {ping:<9} {flags:<9} {queue:<6} {group:<12} {setup}"


DOMAIN_WARNING = """
        ***   W A R N I N G   ***
A change of the domain name disturbs the database replication of the
cluster until every server has its domain. Change all servers that you
mean to change, restart the cluster, then look at the replication report.

This server restarts at once. Do you wish to continue.

Security Warning : all certificates of this server are made anew,
including those that another authority has signed.

Continue (y/n)?"""

RESTART_WARNING = """
     ***   W A R N I N G   ***
Database replication should be complete before a restart; a restart while
it is being set up can leave it unable to complete.

Do you really want to restart ?

Enter (yes/no)? """

DOMAIN_SHUTDOWN = (
    "trying to restart system...\n\nWarning: Restart could take up to 5 minutes...\n\n",
    "Shutting down Service Manager. Please wait...\n",
)
RESTART_SHUTDOWN = (
    "\nAppliance is being Restarted ...\nWarning: Restart could take up to 5 minutes.\nStopping Service Manager...\n",
    "-  Service Manager shutting down services... Please Wait\r\\\r|\r/\n",
)
GOING_DOWN = (
    "\nBroadcast message from root:\nThe system is going down for reboot NOW!\nWaiting .\nOperation succeeded\n"
)
