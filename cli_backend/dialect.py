"""The platform CLI (VOS) as data: prompt, pagers, questions, failure texts, and the risk of each command.

Source: the wire behaviour in the CLI reference of the project; patterns work on normalised text.
"""

import re
from collections.abc import Sequence
from enum import Enum, auto

from cli_backend.exchange import CommandRefused, Risk

# The prompt stands at the beginning of a line and at the very end of what has arrived. A number beside it is the count
# that `set commandcount enable` adds.
PROMPT = re.compile(r"(?:^|\n)(?:\d+[:.)\s-]*)?admin(?:\s*[\[(:]?\d+[\])]?)?:[ \t]*\Z")
PROMPT_TEXT = "admin:"

PAGER_MORE = re.compile(r"Press <enter> for 1 line, <space> for one page, or <q> to quit[ \t]*\Z")
PAGER_OPTIONS = re.compile(
    r"options: q=quit, n=next, p=prev, b=begin, e=end \(lines \d+ - (?P<shown>\d+) of (?P<all>\d+)\) :[ \t]*\Z"
)
# The pager of `file view` prints a line end of its own first, and a line about the end of the file on the last page.
PAGER_TEXT = re.compile(
    r"Press <enter> for 1 line, <space> for one page, or <q> to quit[ \t]*\Z"
    r"|(?:(?<=\n)end of the file reached[ \t]*\n+)?(?:(?<=\n)\n)?"
    r"options: q=quit, n=next, p=prev, b=begin, e=end \(lines \d+ - \d+ of \d+\) :[ \t]*\Z"
)

# Each alternative is a row of the questions seen; a line left open behind a question mark is one as well.
_CHOICE = re.compile(r"(?i)(?:\((?:y/n|yes/no|yes\|no)\)|\[(?:yes/no|yes|no|y/n)\])\s*+\??\s*+:{0,2}\s*+\Z")
QUESTION = re.compile(
    r"(?i)::\s*\Z|any other key to abort\s*\Z|hit enter\s*\Z|please answer 'y'[^\n]*:\s*\Z"
    r"|or \"q\" ?\) ?:?\s*\Z|(?:^|\n)[ \t]*choice:\s*\Z|(?:^|\n)[ \t]*enter [^\n]* ?:[ \t]*\Z"
    r"|(?:^|\n)[ \t]*(?:sftp server (?:ip|port[^\n]*)|user id|download directory):[ \t]*\Z"
    r"|[^\n?]\?[ \t]*\Z"
)
PASSWORD = re.compile(r"(?i)(?:^|\n)[^\n]*pass(?:word|phrase|code)[^\n]*:[ \t]*\Z")

FAILURE = re.compile(
    r"(?mi)^[ \t]*+(Executed command unsuccessfully\.?|No valid command entered.*|Incorrect number of .*"
    r"|Invalid command.*|Network request timed out.*|.*; aborting operation.*|Cisco DB is not running.*)$"
)
# One of these is in every line that the pattern finds; looking for them first spares long outputs the pattern.
_FAILURE_WORDS = (
    "executed command unsuccessfully",
    "no valid command entered",
    "incorrect number of ",
    "invalid command",
    "network request timed out",
    "; aborting operation",
    "cisco db is not running",
)
# This text is how a cluster of one answers, not a failure of the command.
_SINGLE_NODE = re.compile(r"single active node")

# A status line for each poll; the last one counts (vos-cli.md 3.7).
_SERVICE_COMMAND = re.compile(r"utils service (?P<does>start|restart|stop) (?P<name>.+)")
_SERVICE_STATE = re.compile(r"(?m)^(?P<name>[^\[\n]+)\[(?P<state>[A-Z ]+)\].*$")
# Without a table, what the database says of a statement is the answer (vos-cli.md 3.16).
_TABLE_RULE = re.compile(r"(?m)^=+(?: =+)*[ \t]*$")
_SQL_ERROR = re.compile(
    r"(?mi)^[ \t]*+(The specified table .* is not in the database.*|A syntax error has occurred.*)$"
)

# What these print is data: a line in it is not the node's own word about the command.
_DATA_COMMANDS = ("file view", "file search", "file tail", "run sql", "run pe sql")


def _any_of(*patterns: str) -> re.Pattern[str]:
    """What a whole command is that one of some patterns describes."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_READ_ONLY = _any_of(
    r"show( .*)?",
    r"utils service list( page)?",
    r"utils service auto-restart show .*",
    r"utils ntp (status|server list|config)",
    r"utils dbreplication (runtimestate|status)",
    r"utils network (host|ping|traceroute|ipv6 ping|ipv6 traceroute|arp list)( .*)?",
    r"utils network connectivity(?! reset\b)( .*)?",
    r"utils diagnose (test|list|version)",
    r"utils ha status( .*)?",
    r"utils (fips|vmtools|os secure) status",
    r"file (list|view|search|tail) .*",
    r"set cli pagination (on|off)",
    r"help( .*)?",
    r"quit|exit",
)
# One statement that only reads: a second one behind a semicolon or in parentheses, INTO, or a function of the database
# may write, FOR UPDATE locks, and a comment may hide any of them.
_SELECT = re.compile(r"run (?:sql|pe sql [a-z0-9_]+) (?P<statement>select\b.*)")
_WRITES = re.compile(
    r";|--|/\*|\{|\b(?:into|nextval|update|delete|insert|merge|execute|call|create|drop|alter|truncate|rename|grant|revoke"
    r"|lock|unlock|load|unload)\b"
)
_CALLS = re.compile(r"((?:[.:@]\s*)?[^\s(),=<>+*/|!-]+)\s*\(")
# What may stand before a parenthesis without being a function of somebody's own.
_HARMLESS_CALLS = re.compile(
    r"select|from|where|and|or|not|in|on|as|by|having|any|all|some|exists|between|like|matches|when|then|else|case"
    r"|join|union|minus|intersect|values|distinct|unique|limit|skip|first|over|partition|multiset|table|cast"
    r"|count|sum|avg|min|max|abs|mod|round|trunc|ceil|floor|power|sqrt|hex|length|char_length|octet_length|lower|upper"
    r"|initcap|trim|ltrim|rtrim|lpad|rpad|substr|substring|replace|nvl|nvl2|coalesce|nullif|decode|to_char|to_date"
    r"|to_number|date|datetime|extend|day|month|year|weekday|mdy|interval|char|n?varchar|lvarchar|nchar|decimal|dbinfo"
)
# What disrupts, by how it begins. Tab completes the words of this console; whether it takes them abbreviated is not
# known, so each may be.
_DISRUPTIVE = tuple(
    tuple(words.split())
    for words in (
        "set network",
        "unset network",
        "set cert delete",
        "set cert import",
        "set cert regen",
        "set replication-sync",
        "set tls client",
        "set tls min-version",
        "set tls server",
        "set web-security",
        "delete dns",
        "delete process",
        "utils dbreplication clusterreset",
        "utils dbreplication dropadmindb",
        "utils dbreplication forcedatasyncsub",
        "utils dbreplication rebuild",
        "utils dbreplication repair",
        "utils dbreplication reset",
        "utils dbreplication stop",
        "utils disaster_recovery restore",
        "utils enhancedsecuritymode",
        "utils fips",
        "utils ha failover",
        "utils ha fallback",
        "utils ha recover",
        "utils import config",
        "utils os secure",
        "utils service deactivate",
        "utils service restart",
        "utils service stop",
        "utils system restart",
        "utils system shutdown",
        "utils system switch-version",
        "utils system upgrade",
        "utils vmtools",
    )
)
# No command is chained or led elsewhere on this console; whatever looks as if it tried is no plain reading.
_CHAINED = re.compile(r"[;&<>`|$]")
_MAY_HOLD_EXPRESSIONS = ("file search ", "file tail ")
# Before these the node asks (vos-cli.md 2.4, 3.2, 3.3); of other disruptive commands no question is known.
_ASKS_BEFORE = _any_of(
    r"(set|unset) network domain\b.*",
    r"set network (dns (primary|secondary)|ip|hostname|mtu|pmtud|failover)\b.*",
    r"utils system (restart|shutdown|switch-version)\b.*",
    r"utils fips (enable|disable)\b.*",
    r"set tls min-version\b.*",
    r"set cert regen\b.*",
)
# These end with a restart of the node (vos-cli.md 4).
_RESTARTS = _any_of(
    r"(set|unset) network (domain|dns options)\b.*",
    r"set network (hostname|ip|gateway|dhcp)\b.*",
    r"utils system (restart|shutdown|switch-version)\b.*",
    r"utils fips (enable|disable)\b.*",
    r"set tls min-version\b.*",
)


# Seconds until the prompt is back at worst, for what takes longer than others (vos-cli.md 3.7, 3.8, 3.9, 3.14).
_SLOW = (
    (_RESTARTS, 600.0),
    (_any_of(r"utils service (start|stop|restart|activate|deactivate) .*"), 600.0),
    (_any_of(r"utils diagnose (test|module)\b.*", r"utils network (connectivity|traceroute)\b.*"), 300.0),
)
USUAL_PATIENCE = 120.0


class Quiet(Enum):
    """What the CLI is doing when nothing more arrives."""

    PROMPT = auto()
    MORE = auto()  # the general pager: space goes on
    OPTIONS = auto()  # the pager of `file view`: n goes on, q ends
    OPTIONS_END = auto()
    QUESTION = auto()
    PASSWORD = auto()
    NOTHING = auto()  # none of these: wait on


def classify(tail: str) -> Quiet:
    """What a quiet tail of output means, as it reads on a screen. The prompt wins: it ends in a colon too."""
    if PROMPT.search(tail):
        return Quiet.PROMPT
    if PAGER_MORE.search(tail):
        return Quiet.MORE
    options = PAGER_OPTIONS.search(tail)
    if options:
        return Quiet.OPTIONS_END if int(options["shown"]) >= int(options["all"]) else Quiet.OPTIONS
    if _CHOICE.search(tail):  # also one about a password
        return Quiet.QUESTION
    if PASSWORD.search(tail):
        return Quiet.PASSWORD
    return Quiet.QUESTION if QUESTION.search(tail) else Quiet.NOTHING


def asks_for_secret(question: str) -> bool:
    """Whether the answer to a question of the node must be seen nowhere."""
    return classify(question) is Quiet.PASSWORD


def failure_in(command: str, output: str) -> str | None:
    """The line by which the node says that a command failed; None where it does not. Data commands cannot say so."""
    lower = output.lower()
    if not any(words in lower for words in _FAILURE_WORDS):
        return None
    if _normalised(command).startswith(_DATA_COMMANDS):
        match = re.search(r"(?mi)^[ \t]*+(No valid command entered.*)$", output)
    else:
        match = FAILURE.search(output)
    if match is None or _SINGLE_NODE.search(match[1]):
        return None
    return match[1].strip()


def unconfirmed(command: str, output: str) -> str | None:
    """The line by which an output shows that a command which ended did not do what it is for; None where none does.

    `output` is the end of what was printed.
    """
    words = _normalised(command)
    service = _SERVICE_COMMAND.fullmatch(words)
    if service:
        wanted = "STOPPED" if service["does"] == "stop" else "STARTED"
        states = [line for line in _SERVICE_STATE.finditer(output) if line["name"].strip().lower() == service["name"]]
        return states[-1][0].strip() if states and states[-1]["state"] != wanted else None
    if words.startswith(("run sql", "run pe sql")) and not _TABLE_RULE.search(output):
        error = _SQL_ERROR.search(output)
        return error[1].strip() if error else None
    return None


def risk_of(command: str) -> Risk:
    """What a command can do. Unknown commands are changes, and of `run sql` only one plain SELECT reads."""
    if _only_reads(command) or _only_selects(command):
        return Risk.READ_ONLY
    words = _normalised(command).split()
    return Risk.DISRUPTIVE if any(_begins(words, with_) for with_ in _DISRUPTIVE) else Risk.CHANGE


def _begins(words: Sequence[str], with_: Sequence[str]) -> bool:
    """Whether a command begins with some words, each of them abbreviated or longer."""
    pairs = zip(words, with_, strict=False)
    return len(words) >= len(with_) and all(full.startswith(word) or word.startswith(full) for word, full in pairs)


def _only_reads(command: str) -> bool:
    """Whether it is a reading command, and nothing else is hung on to it."""
    plain = _CHAINED.search(command) is None or _normalised(command).startswith(_MAY_HOLD_EXPRESSIONS)
    return plain and _is_one_of(command, _READ_ONLY)


def _only_selects(command: str) -> bool:
    """Whether it is one plain SELECT, with no function in it but those that every database has."""
    found = _SELECT.fullmatch(_normalised(command))
    if found is None or _WRITES.search(found["statement"]):
        return False
    return all(_HARMLESS_CALLS.fullmatch(call[1]) for call in _CALLS.finditer(found["statement"]))


def asks_before(command: str) -> bool:
    """Whether the node itself is known to ask before it does this."""
    return _is_one_of(command, _ASKS_BEFORE)


def restarts(command: str) -> bool:
    """Whether the node restarts once this is confirmed, which ends the connection as it should."""
    return _is_one_of(command, _RESTARTS)


def patience(command: str) -> float:
    """How many seconds are waited for the prompt after this command, unless somebody says otherwise."""
    return next((seconds for pattern, seconds in _SLOW if _is_one_of(command, pattern)), USUAL_PATIENCE)


def leaves(command: str) -> bool:
    """Whether this ends the session, so that no prompt comes back."""
    return _normalised(command) in {"quit", "exit"}


def _is_one_of(command: str, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(_normalised(command)) is not None


def _normalised(command: str) -> str:
    return " ".join(command.split()).lower()


def typeable(text: str) -> bool:
    """Whether the console takes every character as text: no key that edits, completes, helps or ends the line."""
    return all(" " <= character <= "~" and character != "?" for character in text)


def refuse(node: str, command: str) -> None:
    """Refuse what this console would act on instead of taking as text. Raises CommandRefused."""
    bad = next((character for character in command if not " " <= character <= "~"), None)
    remedy = "Commands are printable ASCII, on one line, without a question mark."
    if bad is not None:
        raise CommandRefused(node, f"the command holds {bad!r}, which the console would act on", remedy)
    if "?" in command:
        raise CommandRefused(
            node, "the command holds a question mark, which the console takes as a call for help", remedy
        )
    if not command.strip():
        raise CommandRefused(node, "the command is empty", remedy)
