"""The console's words: what a quiet tail means, what says that a command failed, and what a command can do."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_backend.dialect import Quiet, classify, failure_in, refuse, risk_of, typeable
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
        ("utils fips status", Risk.READ_ONLY),
        ("run sql update processnode set name='x'", Risk.CHANGE),
        ("run sql delete select.x", Risk.CHANGE),
        ("run sql update select", Risk.CHANGE),
        ("run sql select 1 from a; delete from b", Risk.CHANGE),
        ("run sql select * from a into temp b", Risk.CHANGE),
        ("run sql selection", Risk.CHANGE),
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
