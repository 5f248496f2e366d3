"""The console's words: what a quiet tail means, what says that a command failed, and what a command can do."""

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_backend.dialect import (
    Quiet,
    asks_before,
    asks_for_secret,
    classify,
    failure_in,
    patience,
    refuse,
    restarts,
    risk_of,
    typeable,
    unconfirmed,
)
from cli_backend.exchange import CommandRefused, Risk

QUESTIONS = [
    "Continue (y/n)?",
    "Continue(y/n):",
    "Enter (yes/no)? ",
    "Do you want to continue (yes/no) ? ",
    "Do you want to continue [yes/no]? ",
    'Do you want to continue ?\nEnter "yes" to continue or any other key to abort\n\n',
    "Do you wish to proceed (yes|no)? ",
    "Proceed with this operation(yes|no)? ",
    "Include OU in CSR (yes|no)?",
    "Start installation (yes/no):",
    "Use download credentials from Publisher (yes/no) [yes]:",
    "Would you like to change the network ip address at this time [yes]::",
    "Restart NTP (y/n): ",
    "Would you like to boot the machine (y/n):",
    "Please answer 'y' for <yes> or 'n' for <no>:",
    'Please select an option (1 - 4 or "q" ): ',
    "Choice: ",
    "Enter the hostname:: ",
    "Enter the ip address of the gateway:: ",
    "Enter the Common Name of Default CA Certificate : ",
    "Enter the community string:: ",
    "Paste the Certificate and Hit Enter",
    "SFTP server port [22]: ",
    "Download directory: ",
    "Shall the pumps be primed?",
]
PASSWORDS = [
    "Please enter the old password: ",
    "   Please enter the new password: ",
    "Reenter new password to confirm: ",
    "New Password: ",
    "Confirm New Password: ",
]
NOTHING = ["Uptime:", "Uptime:\n", "foo admin:", "admin:show status", "admin: more", "Stopping...", "", "admin:\nx"]
MORE = "x\nPress <enter> for 1 line, <space> for one page, or <q> to quit"
OPTIONS = "x\n\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines {} - {} of 40) : "


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_seen_is_known(question: str) -> None:
    assert classify(f"\nsome text before\n{question}") is Quiet.QUESTION


@pytest.mark.parametrize("question", PASSWORDS)
def test_every_password_prompt_is_known(question: str) -> None:
    assert classify(f"\nsome text before\n{question}") is Quiet.PASSWORD


@pytest.mark.parametrize("tail", NOTHING)
def test_what_is_neither_is_waited_for(tail: str) -> None:
    assert classify(tail) is Quiet.NOTHING


@pytest.mark.parametrize(
    "tail", ["admin:", "x\nadmin:", "admin:\n\nadmin:", "x\n12 admin:", "x\nadmin(12):", "\nadmin: "]
)
def test_prompts(tail: str) -> None:
    assert classify(tail) is Quiet.PROMPT


def test_pagers() -> None:
    assert classify(MORE) is Quiet.MORE
    assert classify(OPTIONS.format(1, 20)) is Quiet.OPTIONS
    assert classify(OPTIONS.format(21, 40)) is Quiet.OPTIONS_END


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        ("show network eth0", Risk.READ_ONLY),
        ("  SHOW   status ", Risk.READ_ONLY),
        ("utils service list", Risk.READ_ONLY),
        ("utils network host _sipfederationtls._tcp.x.example srv", Risk.READ_ONLY),
        ("run sql select name from processnode", Risk.READ_ONLY),
        ("run pe sql ttlogin select * from x", Risk.READ_ONLY),
        ("  RUN  SQL   Select COUNT(*) from processnode", Risk.READ_ONLY),
        ("run sql select name, upper(name) from (select name from a) b where id in (1,2)", Risk.READ_ONLY),
        ("run sql select a.name from a where exists (select 1 from b where b.id = a.id)", Risk.READ_ONLY),
        ("run sql select max ( id ) from a", Risk.READ_ONLY),
        ("utils fips status", Risk.READ_ONLY),
        ("run sql update processnode set name='x'", Risk.CHANGE),
        ("run sql delete select.x", Risk.CHANGE),
        ("run sql update select", Risk.CHANGE),
        ("run sql select 1 from a; delete from b", Risk.CHANGE),
        ("run sql select * from a into temp b", Risk.CHANGE),
        ("run sql selection", Risk.CHANGE),
        ("run sql", Risk.CHANGE),
        ("run sql SELECT * FROM a INTO TEMP b", Risk.CHANGE),
        ("run sql select 1 from a;", Risk.CHANGE),
        ("run sql ;delete from a", Risk.CHANGE),
        ("run sql -- select", Risk.CHANGE),
        ("run sql /* select */ delete from a", Risk.CHANGE),
        ("run sql {select} delete from a", Risk.CHANGE),
        ("run sql select dosomething(1) from a", Risk.CHANGE),
        ("run sql select dosomething/**/(1) from a", Risk.CHANGE),
        ("run sql select informix.dosomething (1) from a", Risk.CHANGE),
        ('run sql select "DoSomething"(1) from a', Risk.CHANGE),
        ("run sql select * from table(function dosomething())", Risk.CHANGE),
        ("run sql select counter.nextval from a", Risk.CHANGE),
        ("run sql select * from a for update", Risk.CHANGE),
        ("run sql (select 1 from a)", Risk.CHANGE),
        ("run sql execute procedure p()", Risk.CHANGE),
        ("run sql insert into a select * from b", Risk.CHANGE),
        ("run pe sql ttlogin delete from x", Risk.CHANGE),
        ("run loadcsv select x", Risk.CHANGE),
        ("show-all", Risk.CHANGE),
        ("showx", Risk.CHANGE),
        ("utils service start Cisco SIP Proxy", Risk.CHANGE),
        ("utils service activate Cisco SIP Proxy", Risk.CHANGE),
        ("some thing unknown", Risk.CHANGE),
        ("set cli session timeout 5", Risk.CHANGE),
        ("set network domain local.example", Risk.DISRUPTIVE),
        ("unset network domain", Risk.DISRUPTIVE),
        ("utils service restart Cisco XCP Router", Risk.DISRUPTIVE),
        ("utils service stop Cisco XCP Router", Risk.DISRUPTIVE),
        ("utils system restart", Risk.DISRUPTIVE),
        ("utils fips enable", Risk.DISRUPTIVE),
        ("set tls min-version 1.2", Risk.DISRUPTIVE),
    ],
)
def test_risks(command: str, risk: Risk) -> None:
    assert risk_of(command) is risk


# Every command that the reference of the CLI names, by what it can do.
NAMED = {
    Risk.READ_ONLY: """
        show network eth0|show network eth0 detail|show network all|show network cluster|show network ipprefs public
        show status|show version active|show version inactive|show hardware|show myself|show accountlocking
        show cli pagination|show cli session timeout|show session maxlimit|show tls min-version|show cert list own
        show cert list trust|show cert own tomcat/tomcat.pem|show cert trust cup-trust/x.pem|show csr list own
        show csr own tomcat|set cli pagination off|set cli pagination on|utils service list|utils service list page
        utils service auto-restart show Cisco Tomcat|utils ntp status|utils dbreplication runtimestate
        utils network ping 192.0.2.1 count 2|utils network ipv6 ping 2001:db8::1|utils network traceroute 192.0.2.1
        utils network host _x._tcp.example.com srv|utils network connectivity|utils network connectivity 192.0.2.1 22 5
        utils diagnose test|utils diagnose list|utils diagnose version|utils ha status|utils ha status prg
        file list activelog x detail|file view activelog x|file search activelog x y|file tail activelog x
        run sql select name,nodeid from processnode|run pe sql ttlogin select x from y|help utils|quit|exit""",
    Risk.CHANGE: """
        set cli session timeout 30|set session maxlimit 5|set commandcount enable|set password user admin|set trace x
        utils service start Cisco SIP Proxy|utils service activate Cisco SIP Proxy|set csr gen tomcat|utils ntp restart
        utils service auto-restart enable Cisco Tomcat|utils service auto-restart disable Cisco Tomcat
        utils ntp server add 192.0.2.1|utils ntp server delete|utils network connectivity reset 192.0.2.1
        utils diagnose fix|utils diagnose module tomcat|utils core analyze x|file get activelog x
        file delete activelog x
        run sql update a set b=1|run sql insert into a values (1)|run sql delete from a|utils haproxy x|set webapp x
        set smtp 192.0.2.1|utils snmp config 1/2c community-string|del x|something else""",
    Risk.DISRUPTIVE: """
        set network domain x.example|set network domain|unset network domain|set network hostname
        set network ip eth0 192.0.2.1 255.255.255.0|set network gateway 192.0.2.1|set network dhcp eth0 enable
        set network dns primary 192.0.2.1|set network dns options timeout 5|unset network dns options
        delete dns 192.0.2.1
        set network mtu 1400|set network pmtud state disable|set network failover ena|utils system restart
        utils system shutdown|utils system switch-version|utils system upgrade initiate|set tls min-version 1.2
        utils fips enable|utils fips disable|utils service restart Cisco XCP Router|utils service stop Cisco Tomcat
        utils service deactivate Cisco SIP Proxy|utils ha failover imp2|utils ha fallback imp2|utils ha recover prg
        set cert regen tomcat|set cert delete tomcat-trust x.pem|set cert import own tomcat
        set replication-sync monitor disable|utils dbreplication reset all|utils dbreplication stop""",
}


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        (line.strip(), risk)
        for risk, text in NAMED.items()
        for line in text.replace("\n", "|").split("|")
        if line.strip()
    ],
)
def test_every_command_of_the_reference_has_its_risk(command: str, risk: Risk) -> None:
    assert risk_of(command) is risk
    assert risk_of(f"  {command.upper()} ".replace(" ", "  ")) is risk


# What a tired person types, what somebody hides in a line, and what this console has beside the reference.
TRICKS = {
    Risk.READ_ONLY: """
        show   network\teth0 ~ SHOW NETWORK ETH0 ~ run sql select skip 2 first 3 a from b ~ utils os secure status
        file search activelog tomcat/logs "a|b" ~ file tail activelog x regexp "[;|]" ~ help utils system restart
        run sql select count(*), "Name" from a where b = (select max(c) from d) ~ RUN PE SQL ttlogin SELECT a FROM b
        run sql select updated, deleted, locked from a where b matches 'x*' ~ run sql select*from a""",
    Risk.CHANGE: """
        show network eth0; utils system restart ~ show network eth0 && utils system restart ~ show status > x
        show status | utils system restart ~ utils network ping $(reboot) ~ utils network host `reboot`
        utils network ping 192.0.2.1 & set x ~ utils network host x < y ~ sho status ~ showstatus ~ "show status"
        / show status ~ # show status ~ -- show status ~ utilsservicelist ~ utils ~ set ~ utils service
        utils system ~ utils servicelist ~ unset ~ utils service list all ~ utils dbreplication runtimestate x
        quit now ~ exit; x ~ ? show ~ run sql with x as (update a set b=1 returning c) select * from x
        run sql select * from (update a set b=1) ~ run sql with x as (select 1) select * from x
        run sql (delete from a) ~ run sql select 1 union delete from a ~ run sql execute function f()
        run sql execute procedure p() ~ run sql call p() ~ run sql begin work ~ run sql commit
        run sql select a from b into temp c with no log ~ run sql select a from b INTO SCRATCH c
        run sql select 1;; ~ run sql select a from b where c = 'x';delete from b ~ run sql select a /* x */ from b
        run sql select a {x} from b ~ run sql select a -- b ~ run sql select f (a) from b
        run sql select informix.upper(a) from b ~ run sql select 'informix' . upper(a) from b
        run sql select a@s:upper(a) from b ~ run sql select "upper"(a) from b
        run sql select sysadmin:task('x') from a ~ run sql select ifx_replace_module(1) from a ~ run sql truncate a
        run sql lock table a in exclusive mode ~ run sql set isolation to dirty read ~ run sql drop table a
        run sql unload to x select a from b ~ run sql load from x insert into a ~ run sql merge into a using b
        run  sql  ; ~ run sql update a set b='select' ~ run sql insert into a select b from c
        run sql create table a (b int) ~ run pe sql select a from b ~ run pe sql x update a set b=1
        run pe sql x y select a from b ~ run loadxml ~ run sql select a from b for update of c
        run sql car select a from b ~ run sql alter table a drop b ~ file delete activelog x noconfirm
        file get activelog x ~ file dump a ~ file get install * reltime 1 ~ file fragmentation x ~ file listx
        set password user administrator ~ set password user security ~ set password complexity character enable
        set password expiry maximum-age enable ~ set account enable x ~ delete account x ~ set cli session timeout 0
        set cli pagination ~ set logging enable ~ set timezone x ~ set date x ~ set ipsec policy_group x
        unset ipsec policy x ~ utils iothrottle disable ~ utils iothrottle enable ~ utils iothrottle status
        utils csa disable ~ utils sso disable ~ utils disaster_recovery backup network x y
        utils disaster_recovery cancel_backup ~ utils disaster_recovery status ~ utils firewall ipv4 disable
        utils remote_account enable ~ utils create report hardware ~ utils network capture
        utils network arp delete x ~ utils network arp set x ~ utils ntp server delete x ~ utils ntp start
        utils snmp walk 1 ~ utils service auto-restart ~ utils service start ~ utils diagnose ~ delete log x
        unset smtp ~ utils auditd disable ~ set cert bulk x y""",
    Risk.DISRUPTIVE: """
        util sys rest ~ UTIL SYS REST ~ utils  sys  restart ~ u s restart ~ ut sy sh ~ utils serv rest Cisco Tomcat
        set netw dom x ~ se n domain x ~ uns netw domain ~ utils system restart; show status
        utils system restart now ~ utils fips ~ utils fips e ~ utils fips_common_criteria enable
        utils EnhancedSecurityMode enable ~ utils os secure ~ utils os secure enforce ~ utils os secure permissive
        utils os secure status x ~ utils vmtools refresh ~ utils vmtools switch open
        utils disaster_recovery restore network x y z ~ utils disaster_recovery rest ~ utils import config
        utils ha failover ~ utils dbreplication clusterreset ~ utils dbreplication rebuild all
        utils dbreplication repairtable x ~ utils dbreplication dropadmindbforce
        utils dbreplication forcedatasyncsub x ~ delete process 1 ~ delete dns 192.0.2.1
        set tls server all min-version 1.2 ~ set web-security a b c ~ set cert reg tomcat
        set network ipv6 dhcp enable ~ unset network ipv6 gateway ~ set network cluster publisher x ~ set networks
        utils system upgrade cancel ~ utils system switch-version nodatasync ~ utils service deactivate Cisco Tomcat""",
}


@pytest.mark.parametrize(
    ("command", "risk"),
    [
        (command.strip(), risk)
        for risk, text in TRICKS.items()
        for command in re.split(" ~ |\n", text)
        if command.strip()
    ],
)
def test_no_disguise_makes_a_command_less_than_it_is(command: str, risk: Risk) -> None:
    assert risk_of(command) is risk
    assert risk_of(f"   {command}  ") is risk


@pytest.mark.parametrize(
    ("command", "asks", "ends"),
    [
        ("set network domain x.example", True, True),
        ("unset network domain", True, True),
        ("set network hostname", True, True),
        ("set network dns primary 192.0.2.1", True, False),
        ("set network dns options timeout 5", False, True),
        ("set network mtu 1400", True, False),
        ("set network dhcp eth0 enable", False, True),
        ("utils system restart", True, True),
        ("utils fips enable", True, True),
        ("set tls min-version 1.2", True, True),
        ("set cert regen tomcat", True, False),
        ("utils service restart Cisco Tomcat", False, False),
        ("delete dns 192.0.2.1", False, False),
    ],
)
def test_where_the_node_asks_and_where_it_restarts(command: str, asks: bool, ends: bool) -> None:
    assert (asks_before(command), restarts(command)) == (asks, ends)


def test_a_question_about_a_password_is_no_secret() -> None:
    assert classify("\nThe password will be reset. Continue (y/n):") is Quiet.QUESTION
    assert not asks_for_secret("Reset the password (yes/no)?")
    assert asks_for_secret("   Please enter the new password:")


def test_failures_are_the_node_s_own_words() -> None:
    assert failure_in("del x", "Unable to del: NULL\nExecuted command unsuccessfully.\n") == (
        "Executed command unsuccessfully."
    )
    assert failure_in("show x", "\nNo valid command entered\n") == "No valid command entered"
    assert failure_in("show x", "Error Output is in file\nNO Errors or Mismatches found\n") is None
    single = "Runtime state cannot be performed on a cluster with a single active node; aborting operation\n"
    assert failure_in("utils dbreplication runtimestate", single) is None
    assert failure_in("file view activelog x", "Executed command unsuccessfully\n") is None
    assert failure_in("file view activelog x", "No valid command entered\n") == "No valid command entered"


@pytest.mark.parametrize(
    ("command", "seconds"),
    [
        ("show status", 120),
        ("utils service list", 120),
        ("utils service restart Cisco Tomcat", 600),
        ("utils  system RESTART", 600),
        ("set network domain x.example", 600),
        ("utils diagnose test", 300),
        ("utils network connectivity", 300),
    ],
)
def test_how_long_a_prompt_is_waited_for(command: str, seconds: int) -> None:
    assert patience(command) == seconds


BEGINS = "Do not press Ctrl+C while the service is restarting.\nService Manager is running\n"


@pytest.mark.parametrize(
    ("command", "output", "line"),
    [
        ("utils service restart A B", f"{BEGINS}A B[STARTING]\nA B[STARTED]\n", None),
        ("utils service restart A B", f"{BEGINS}A B[STARTED]\nA B[STARTING]  \n", "A B[STARTING]"),
        ("Utils  Service RESTART a b", f"{BEGINS}A B[STARTING]\n", "A B[STARTING]"),
        ("utils service restart A B", f"{BEGINS}A B C[STARTING]\n", None),
        ("utils service restart A B", BEGINS, None),
        ("utils service start A B", "A B[STOPPED]  Service Not Activated\n", "A B[STOPPED]  Service Not Activated"),
        ("utils service stop A B", "A B[STOPPING]\nA B[STOPPED]  Commanded Out of Service\n", None),
        ("utils service stop A B", "A B[STOPPING]\n", "A B[STOPPING]"),
        ("utils service list", "A B[STOPPED]\n", None),
        ("run sql select a from b", "a\n===\nA syntax error has occurred.\n", None),
        ("run sql select a frm b", "A syntax error has occurred.\n", "A syntax error has occurred."),
        ("run  sql select a from b", "The specified table (b) is not in the database.\n",
         "The specified table (b) is not in the database."),
        ("run sql select a from b", "No records found\n", None),
    ],
)  # fmt: skip
def test_a_command_that_ends_without_what_it_is_for(command: str, output: str, line: str | None) -> None:
    assert unconfirmed(command, output) == line


def test_no_tail_keeps_it_busy() -> None:
    began = time.monotonic()
    for text in ("(y/n)" + " " * 4000 + "x", "(y/n) ? : " * 400, "A" + " " * 200_000 + "x", "=" * 200_000 + "x"):
        classify(text[-4000:])
        unconfirmed("utils service restart A", text)
        unconfirmed("run sql select a from b", text)
    assert time.monotonic() - began < 2


@given(st.text())
def test_only_plain_characters_are_typed(text: str) -> None:
    plain = all(" " <= character <= "~" and character != "?" for character in text)
    assert typeable(text) is plain
    if plain and text.strip():
        refuse("imp1", text)
    else:
        with pytest.raises(CommandRefused):
            refuse("imp1", text)


@given(st.text())
def test_nothing_makes_them_fail(text: str) -> None:
    assert classify(text) in Quiet
    assert risk_of(text) in Risk
    assert failure_in("show x", text) is None or text
    for command in ("utils service restart X", "run sql select a from b"):
        assert (unconfirmed(command, text) or "") in text


def test_the_light_modules_leave_paramiko_alone() -> None:
    code = (
        "import sys, cli_backend.exchange, cli_backend.dialect, cli_backend.output, cli_backend.terminal\n"
        "print([name for name in ('paramiko', 'cryptography', 'dns') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_the_node_module_loads_paramiko_only_when_it_connects() -> None:
    code = "import sys, cli_backend.node; print('paramiko' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
