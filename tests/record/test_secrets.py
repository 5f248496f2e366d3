"""The filter: whatever the cuts, no part of a secret comes out."""

import base64
import json
import re
import shlex
import threading
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wizard.secrets import Secrets, is_product_word

SECRET = "pa's \"w0rd$&/é%"
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEow+/IBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----"
)

# What nodes print, in our words where it is long; every word of it must be refused as a filter word.
OUTPUTS = """
Command Line Interface is starting up, please wait ... Welcome to the Platform Command Line Interface
VMware Installation: vCPU Disk 1: Partitions aligned Mbytes RAM WARNING: DNS unreachable
Ethernet 0 DHCP : disabled Status : up IP Address IP Mask Link Detected: yes Mode : Auto disabled, Full
Duplicate IP : no DNS Primary Secondary : Not Configured Options : timeout attempts Domain Gateway
Continue (y/n)? Host Name Date Time Zone Locale Product Unified OS Version Uptime user, load average
CPU Idle System User IOWAIT Memory Total Free Used Cached Shared Buffers Disk/active Disk/inactive Disk/logging
Requesting service status, please wait... System SSH [STARTED] Cluster Manager [STOPPED] Service Not Activated
Entropy Monitoring Daemon Watchdog Service Manager is running Getting list of all services Return code
Cisco Replicator Commanded Out of Service Cisco XCP SIP Federation Connection Manager STARTING STOPPING
Primary Node true Enter (yes/no)? Appliance is being Restarted Operation succeeded Local Resolution External
resolves locally has address Subscriber callmanager authenticated using since Publisher Server Table Entries
Version Serial Number SignatureAlgorithm Issuer Validity From Subject Key Extensions present Critical false
test disk_space Passed available used skip service_manager tomcat admin administrator cisco started password
"""


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({min(place, len(text)) for place in places} | {len(text)})
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET, safe="").lower(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        base64.b64encode(b"administrator:" + SECRET.encode()).decode(),
        base64.b64encode(b"x:" + SECRET.encode() + b"\n").decode(),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        shlex.quote(SECRET),
        "'" + SECRET.replace("'", "'\\''") + "'",
        repr(SECRET),
    ],
)
def test_encoded_forms_are_filtered(form: str) -> None:
    secrets = Secrets()
    assert secrets.add(SECRET) is None
    clean = secrets.redact(f"before {form} after")
    assert "[redacted:password:" in clean and clean.startswith("before ") and clean.endswith(" after")
    rest = re.sub(r"\[redacted:password:[0-9a-f]{8}\]", "", clean)
    assert "w0rd" not in rest and len(rest) < 40


def test_tokens_tell_same_from_different_and_change_with_the_run() -> None:
    secrets, other = Secrets(), Secrets()
    for one in (secrets, other):
        one.add("first-Secret-1")
        one.add("second-Secret-2", "answer")
    clean = secrets.redact("first-Secret-1 second-Secret-2 first-Secret-1").split()
    assert clean[0] == clean[2] != clean[1] and clean[1].startswith("[redacted:answer:")
    assert clean != other.redact("first-Secret-1 second-Secret-2 first-Secret-1").split()
    assert secrets.redact(secrets.redact("first-Secret-1")) == clean[0]


def test_the_longest_secret_wins() -> None:
    secrets = Secrets()
    secrets.add("Hunter-2")
    secrets.add("Hunter-2-long")
    assert secrets.redact("Hunter-2-long").count("redacted") == 1
    assert "long" not in secrets.redact("Hunter-2-long")


@pytest.mark.parametrize(
    "word", ["", "abc", "admin", "Admin", "cisco", "Cisco", "started", "STARTED", "tart", "----", "====", "observed"]
)
def test_what_would_garble_outputs_is_refused_with_a_warning(word: str) -> None:
    secrets = Secrets()
    warning = secrets.add(word)
    assert warning
    text = "admin:show status\nCisco Tomcat[STARTED] started abc ---- ==== observed"
    assert secrets.redact(text) == text


def test_words_that_nodes_print_are_refused() -> None:
    words = {word.strip(",.:?[]()") for word in OUTPUTS.replace("/", " ").split()}
    assert {word for word in words if len(word) >= 4 and not is_product_word(word)} == set()


@pytest.mark.parametrize("password", ["Tr0ub4dor&3", "correct horse battery", "cisco123!", "Adm1n!2024", "xkcd"])
def test_real_passwords_are_filtered(password: str) -> None:
    secrets = Secrets()
    assert secrets.add(password) is None
    assert password not in secrets.redact(f"x{password}x")


def test_what_stands_in_the_plan_is_refused() -> None:
    secrets = Secrets()
    secrets.know('name = "imp1-node"')
    warning = secrets.add("imp1-node")
    assert warning and "imp1-node" not in warning


def test_a_kind_that_is_no_word_is_refused() -> None:
    with pytest.raises(ValueError, match="lower-case"):
        Secrets().add("something", "Pass word")


def test_nothing_shows_the_secrets() -> None:
    secrets = Secrets()
    secrets.add("Sesame-0pen")
    stream = secrets.stream()
    stream.feed("Sesame-")
    for thing in (secrets, stream, secrets.table):
        assert "Sesame" not in repr(thing) + str(thing)


def test_private_keys_go_whole() -> None:
    clean = Secrets().redact(f"a\n{KEY}\nb -----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----")
    assert re.fullmatch(
        r"a\n\[redacted:private-key:[0-9a-f]{8}\]\nb -----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        clean,
    )


def test_a_private_key_without_its_end_goes_as_far_as_it_looks_like_one() -> None:
    clean = Secrets().redact("a " + KEY.partition("-----END")[0] + "(cut off) rest")
    assert "MIIE" not in clean and "abc=" not in clean and clean.endswith("(cut off) rest")


PIECES = st.sampled_from(
    ["Secret-1", "Secret-1-longer", "ecret", "Secr", "-1", "S", "é", "\n", "aaab", "aaaa", "a", " "]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)
KEYS = st.sampled_from(
    ["-----BEGIN ", "PRIVATE KEY-----", "RSA ", "-----END ", "MIIE\n", "--", "a", KEY, "X" * 60, "("]
)
CUTS = st.lists(st.integers(0, 400), max_size=12)


@settings(max_examples=300)
@given(TEXTS, CUTS)
@example("Secret-1-longeSecret-1", [8, 9])
@example("aaaaab", [3, 4, 5])
def test_cuts_make_no_difference(text: str, places: list[int]) -> None:
    secrets = Secrets()
    for secret in ("Secret-1", "Secret-1-longer", "aaab", "-1Secr"):
        assert secrets.add(secret) is None
    stream, out = secrets.stream(), ""
    for piece in cut(text, places):
        out += stream.feed(piece)
        assert secrets.redact(text).startswith(out)  # nothing came out that the whole text would not show
    assert out + stream.flush() == secrets.redact(text)
    for secret in ("Secret-1", "aaab"):
        assert secret not in secrets.redact(text)


@settings(max_examples=300)
@given(st.lists(KEYS, max_size=12).map("".join), CUTS)
def test_cuts_make_no_difference_to_private_keys(text: str, places: list[int]) -> None:
    secrets = Secrets()
    stream, out = secrets.stream(), ""
    for piece in cut(text, places):
        out += stream.feed(piece)
        assert secrets.redact(text).startswith(out)
    assert out + stream.flush() == secrets.redact(text)
    assert KEY not in secrets.redact(text)


def test_one_character_at_a_time() -> None:
    secrets = Secrets()
    secrets.add("Secret-1")
    text = f"x Secret-1 {KEY} Secret- Secret-1"
    stream = secrets.stream()
    assert "".join(map(stream.feed, text)) + stream.flush() == secrets.redact(text)


def test_a_key_that_never_ends_does_not_hold_the_stream_for_ever() -> None:
    stream = Secrets().stream()
    out = stream.feed("-----BEGIN PRIVATE KEY-----!") + "".join(stream.feed("output (line)\n") for _ in range(2000))
    assert out.count("output (line)") > 1900


def test_secrets_may_come_while_a_stream_runs() -> None:
    secrets = Secrets()
    stream = secrets.stream()
    thread = threading.Thread(target=lambda: secrets.add("Later-Secret"))
    first = stream.feed("prompt ")
    thread.start()
    thread.join()
    assert "Later" not in first + stream.feed("Later-Sec") + stream.feed("ret.") + stream.flush()


def test_plain_outputs_are_untouched_and_fast() -> None:
    secrets = Secrets()
    secrets.add("Tr0ub4dor&3")
    text = OUTPUTS * 500
    assert secrets.redact(text) == text
