"""Secrets in memory, and the filter that keeps them out of the record and off the screen.

A secret lives in one `Secrets` for one run and is never written. Whatever leaves the program passes `redact`, or a
`StreamFilter` where text arrives in pieces; both give the same result, wherever the pieces were cut.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import re
import shlex
import threading
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

SHORTEST = 4
_LONGEST_KEY = 16384  # characters; a PEM of RSA 16384 bits has about 12,500
_SHORTEST_CORE = 8  # characters; a shorter piece of base64 would be found in every certificate

# Filtering one of these would make outputs and records unreadable: words that nodes print, and that our records use.
_WORDS = """
access account accepted acknowledged action active activated activelog actor address administrator after alarm algorithm
already answer answered appliance applicable approved attempt attested authenticated authentication authorized
available average backup because before begin between body boot branch broadcast buffers bytes cached cancel cancelled
canonical certificate certificates change changed check checks cisco client closed cluster code command commanded
commands complete completed config configuration configured confirm confirmed connection connected connector connectors
contact continue could create created critical cucm current daemon data database dbreplication default deadlocks defined
delete deleted denied destination detected device diagnose diagnostic directory disable disabled disk disruptive
domain done down duplex duplicate duration enable enabled encipherment engine enter entries entropy error errors
established eth0 ethernet event events example execute executed export expected extension extensions external fail
failed failure false federated federation field fields file files finding findings first following found free
from full gateway generated getting groups hash hardware have held help hidden hold host hostname hosts html http https
idle impossible inactive info information inbound install installation installed instruct intent interface internal
invalid iowait issuer issues journal json kernel keystore last latest leave link list load local locale location
locked login logging lookup lost mail manager mask master mbytes memory message messages method minutes missing mode
modification module mono monitor monitoring move name names needed nameserver network next node nodeid nodes none
normal notice nslookup number observed open opened operation options outcome outbound output overview partitions
partner parameter passed passwd password patch pattern peer pending permission person ping plan platform please
policy port ports practice presence press prev primary private problem procedure processnode processor product
profile progress prompt properly protocol proxy public publisher query question quit read ready reason reboot rebooted
rebooting record recovered redacted refused regenerate release reload remedy remote replication replicator report
reported reporting requesting reset resolution resolved resolver resolves restart restarted restarting restarts
result resumed retry return reverse root route router routing running runtimestate schema seconds secondary secret
security select sent serial server servers service services session setup severity shared show shutdown signature signed
skip skipped sip soft software source sshd stale standard start started starting state static status step stop stopped
stopping string subject subscriber succeeded success successful successfully switch synchronized synchronization syntax
syslog system table target tcp terminal test tests text threads timed timeout time title tls tomcat total trace
transport true trust trusted type unified unknown unreachable unset until uploaded uptime usage used user users utils
vcpu validity value verify version virtual vmware wait waiting warn warning watchdog welcome were which will with
would write yes zone activation administration anonymous certificate-based commandcount console conference counter
dispatcher federated-domain fingerprint in-progress manual not-tested pagination point-of-no-return read-only
read-write replace sha256 sha1 ssh-rsa subnet timed-out tls-context unrestricted your-dns-admin
admin aborted activate added again all-nodes alternate application authority base64 blob changes cipher ciphers ccm
cleared close cluster-wide cname condition confirmation contents control corrupt count cups date days delay described
disconnected encrypted encryption exchange exists expired failover fault fedwizard flag followed handshake health
healthy history identity imported incoming initial insert intercluster ipsec issued item kind label length line lines
listener lock lync match maximum microsoft minimum model month monthly nothing once outgoing owner packet page pages
parse path pending-restart query-response question-mark reachable rejected reply request required response results
right rule same sample scenario secure send serving signing size some space spec standby sync tail task test-call
this topology trusted-peer under unexpected unlock update upgrade valid waited warnings week wizard year
Auto DHCP SignatureAlgorithm VMware aligned attempts being callmanager disk_space locally present service_manager
since using vCPU
"""
_DRAWN = frozenset("-=*.#_~+ \t")  # rules, stars and gaps are drawn with these

_MARK = "[A-Z0-9 ]{0,40}PRIVATE KEY-----"
_BEGIN = re.compile(f"-----BEGIN {_MARK}")
_END = re.compile(f"-----END {_MARK}")
_BEGINNING = re.compile(
    "(?:" + "|".join(re.escape("-----BEGIN "[:n]) for n in range(1, 11)) + r"|-----BEGIN [A-Z0-9 ]{0,51}-{0,4})\Z"
)
_KEY_TEXT = re.compile(r"(?:\s*(?:Proc-Type|DEK-Info|Comment|Subject): [^\n]{0,200}\n)*[A-Za-z0-9+/=\s]*")
_KIND = re.compile(r"[a-z][a-z-]*")


class Secrets:
    """The secrets of one run. Never written, never shown: the plain `repr` of an object holds nothing of it.

    `add` may be called from any thread while filters are at work.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._lock = threading.Lock()
        self._known: tuple[str, ...] = ()
        self._table = _Table({})

    def know(self, text: str) -> None:
        """Text that the record has to hold as it is, such as the plan: a secret found in it cannot be filtered."""
        with self._lock:
            self._known = (*self._known, text)

    def add(self, secret: str, kind: str = "password") -> str | None:
        """Filter `secret` and its encoded forms from now on.

        Returns a warning, which never holds the secret, when it cannot be filtered: it is shorter than four
        characters, or a word of the product's own output or of the plan, which filtering would make unreadable.
        Raises ValueError for a `kind` that is not a lower-case word.
        """
        if not _KIND.fullmatch(kind):
            raise ValueError("a kind of secret is a lower-case word")
        if len(secret) < SHORTEST:
            return (
                f"The {kind} is shorter than {SHORTEST} characters: it cannot be kept out of the record if it is shown."
            )
        if is_product_word(secret):
            return (
                f"The {kind} is a word that nodes print: it cannot be kept out of the record if it is shown. Change it."
            )
        with self._lock:
            if any(secret in text for text in self._known):
                return f"The {kind} stands in the plan: it cannot be kept out of the record. Change it."
            token = self.token(secret, kind)
            self._table = _Table({**dict.fromkeys(forms(secret), token), **self._table.tokens, secret: token})
        return None

    def token(self, secret: str, kind: str) -> str:
        """What stands in the place of a secret: tells same from different, gives nothing to guess against."""
        digest = hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"[redacted:{kind}:{digest.hexdigest()[:8]}]"

    def redact(self, text: str) -> str:
        """The text without secrets and without private keys in PEM form."""
        stream = self.stream()
        return stream.feed(text) + stream.flush()

    def stream(self) -> "StreamFilter":
        """A filter for text that arrives in pieces; one for each stream."""
        return StreamFilter(self)

    @property
    def table(self) -> "_Table":
        """What is filtered at this moment."""
        return self._table


class StreamFilter:
    """Filters text in pieces. Text that may be the beginning of a secret is held back until that is decided."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._keys_held = ""
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be shown now."""
        clear, self._keys_held = _without_keys(self._keys_held + text, self._secrets, final=False)
        out, self._held = self._secrets.table.replace(self._held + clear, final=False)
        return out

    def flush(self) -> str:
        """What was held back, at the end of the stream; earlier it could show the beginning of a secret."""
        clear, self._keys_held = _without_keys(self._keys_held, self._secrets, final=True)
        out, self._held = self._secrets.table.replace(self._held + clear, final=True)
        return out


class _Table:
    """The forms to look for. Matching is leftmost, then longest, so that it does not depend on where text was cut."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self.tokens = tokens
        longest_first = sorted(tokens, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if tokens else None
        self._longest = max(map(len, tokens), default=0)
        self._prefixes = frozenset(form[:n] for form in tokens for n in range(1, len(form)))

    def replace(self, text: str, *, final: bool) -> tuple[str, str]:
        """The filtered text, and the rest that more text could make a secret (empty when `final`)."""
        if self._pattern is None:
            return text, ""
        out: list[str] = []
        done = 0
        while True:
            undecided = len(text) if final else self._undecided(text, done)
            match = self._pattern.search(text, done)
            if match is None or match.start() >= undecided:
                out.append(text[done:undecided])
                return "".join(out), text[undecided:]
            out += (text[done : match.start()], self.tokens[match.group()])
            done = match.end()

    def _undecided(self, text: str, start: int) -> int:
        for position in range(max(start, len(text) - self._longest + 1), len(text)):
            if text[position:] in self._prefixes:
                return position
        return len(text)


def is_product_word(secret: str) -> bool:
    """Whether the product's own output or our record is full of `secret`, so that filtering it would garble them."""
    if set(secret) <= _DRAWN:
        return True
    return secret.split() == [secret] and any(secret in words for words in (_WORDS, _WORDS.upper(), _WORDS.title()))


def forms(secret: str) -> frozenset[str]:
    """The secret and the ways in which it is written by encoders, quoters and escapers."""
    raw = secret.encode("utf-8", "replace")
    percent = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    found = {
        secret,
        *percent,
        *(re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), form) for form in percent),
        *(json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)),
        repr(secret)[1:-1],
        html.escape(secret),
        shlex.quote(secret),
        secret.replace("'", "'\\''"),
        re.sub(r"([^\w@%+=:,./-])", r"\\\1", secret),
        re.sub(r'([$`"\\])', r"\\\1", secret),
        *_base64_forms(raw),
    }
    return frozenset(form for form in found if len(form) >= SHORTEST)


def _base64_forms(raw: bytes) -> Iterable[str]:
    """Base64 of the secret alone, and what of it is the same inside a longer text, for each of three alignments."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        alone = encode(raw).decode("ascii")
        yield from (alone, alone.rstrip("="))
        for offset in range(3):
            whole = encode(b"\0" * offset + raw).decode("ascii")
            core = whole[-(-8 * offset // 6) : 8 * (offset + len(raw)) // 6]
            if len(core) >= _SHORTEST_CORE:
                yield core


def _without_keys(text: str, secrets: Secrets, *, final: bool) -> tuple[str, str]:
    """The text without private keys, and the rest that may be the beginning of one."""
    out: list[str] = []
    done = 0
    while begin := _BEGIN.search(text, done):
        out.append(text[done : begin.start()])
        limit = begin.start() + _LONGEST_KEY
        end = _END.search(text, begin.end(), limit)
        if end is None and len(text) < limit and not final:
            return "".join(out), text[begin.start() :]
        # A key whose end was cut off still goes, as far as it looks like one.
        stop = end or _KEY_TEXT.match(text, begin.end(), limit)
        done = stop.end() if stop else begin.end()
        out.append(secrets.token(text[begin.start() : done], "private-key"))
    beginning = None if final else _BEGINNING.search(text, done)
    held = beginning.start() if beginning else len(text)
    return "".join(out) + text[done:held], text[held:]
