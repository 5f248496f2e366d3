"""The platform CLI (VOS) as data: prompt, pagers, questions, failure texts, and the risk of each command.

Source: the wire behaviour in the CLI reference of the project; patterns work on normalised text.
"""

import re
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
QUESTION = re.compile(
    r"(?i)(?:\((?:y/n|yes/no|yes\|no)\)|\[(?:yes/no|yes|no|y/n)\])\s*\??\s*:{0,2}\s*\Z"
    r"|::\s*\Z|any other key to abort\s*\Z|hit enter\s*\Z|please answer 'y'[^\n]*:\s*\Z"
    r"|or \"q\" ?\) ?:?\s*\Z|(?:^|\n)[ \t]*choice:\s*\Z|(?:^|\n)[ \t]*enter [^\n]* ?:[ \t]*\Z"
    r"|(?:^|\n)[ \t]*(?:sftp server (?:ip|port[^\n]*)|user id|download directory):[ \t]*\Z"
    r"|[^\n?]\?[ \t]*\Z"
)
PASSWORD = re.compile(r"(?i)(?:^|\n)[^\n]*password[^\n]*:[ \t]*\Z")

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

# What these print is data: a line in it is not the node's own word about the command.
_DATA_COMMANDS = ("file view", "file search", "file tail", "run sql", "run pe sql")


def _any_of(*patterns: str) -> re.Pattern[str]:
    """What a whole command is that one of some patterns describes."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_READ_ONLY = _any_of(
    r"show\b.*",
    r"utils service list( page)?",
    r"utils service auto-restart show .*",
    r"utils ntp (status|server list|config)",
    r"utils dbreplication (runtimestate|status)",
    r"utils network (host|ping|traceroute|ipv6 ping|ipv6 traceroute|arp list)\b.*",
    r"utils diagnose (test|list|version)",
    r"utils ha status\b.*",
    r"utils (fips|vmtools|os secure) status",
    r"file (list|view|search|tail) .*",
    r"set cli pagination (on|off)",
    r"help\b.*",
    r"quit|exit",
    # One statement, and one that only reads: a second one behind a semicolon, or INTO, may write.
    r"run (?:sql|pe sql \S+) select\b(?!.*(?:;|\binto\b)).*",
)
_DISRUPTIVE = _any_of(
    r"(set|unset) network\b.*",
    r"delete dns\b.*",
    r"utils system (restart|shutdown|switch-version|upgrade)\b.*",
    r"utils service (restart|stop|deactivate)\b.*",
    r"utils (fips|vmtools|os secure)\b(?! status$).*",
    r"utils ha (failover|fallback|recover)\b.*",
    r"utils dbreplication (reset|stop|clusterreset|dropadmindb|forcedatasyncsub|repair)\w*\b.*",
    r"utils (import config|disaster_recovery restore)\b.*",
    r"set tls min-version\b.*",
    r"set cert (regen|delete|import)\b.*",
    r"set replication-sync\b.*",
)
# Before these the node asks (vos-cli.md 2.4, 3.2); of other disruptive commands no question is known.
_ASKS_BEFORE = _any_of(
    r"(set|unset) network (domain|dns|ip|hostname|gateway|mtu|pmtud|failover)\b.*",
    r"delete dns\b.*",
    r"utils system (restart|shutdown|switch-version)\b.*",
    r"utils fips (enable|disable)\b.*",
    r"set tls min-version\b.*",
    r"set cert regen\b.*",
)
_RESTARTS = _any_of(r"(set|unset) network (domain|hostname)\b.*", r"utils system (restart|shutdown|switch-version)\b.*")


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
    if PASSWORD.search(tail):
        return Quiet.PASSWORD
    return Quiet.QUESTION if QUESTION.search(tail) else Quiet.NOTHING


def failure_in(command: str, output: str) -> str | None:
    """The line by which the node says that a command failed; None where it does not. Data commands cannot say so."""
    lower = output.lower()
    if not any(words in lower for words in _FAILURE_WORDS):
        return None
    if command.lower().startswith(_DATA_COMMANDS):
        match = re.search(r"(?mi)^[ \t]*+(No valid command entered.*)$", output)
    else:
        match = FAILURE.search(output)
    if match is None or _SINGLE_NODE.search(match[1]):
        return None
    return match[1].strip()


def risk_of(command: str) -> Risk:
    """What a command can do. Unknown commands are changes, and of `run sql` only one plain SELECT reads."""
    if _is_one_of(command, _DISRUPTIVE):
        return Risk.DISRUPTIVE
    if _is_one_of(command, _READ_ONLY):
        return Risk.READ_ONLY
    return Risk.CHANGE


def asks_before(command: str) -> bool:
    """Whether the node itself is known to ask before it does this."""
    return _is_one_of(command, _ASKS_BEFORE)


def restarts(command: str) -> bool:
    """Whether the node restarts once this is confirmed, which ends the connection as it should."""
    return _is_one_of(command, _RESTARTS)


def _is_one_of(command: str, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(" ".join(command.split()).lower()) is not None


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
