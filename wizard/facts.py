"""What evidence has taught us about nodes and records: a typed fold over the observations in the journal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checks.finding import Finding, Json, Owner, Severity


@dataclass(frozen=True)
class Network:
    """What `show network eth0` said. `domain` is empty when the node has none, None when the output did not tell."""

    dhcp: bool | None
    domain: str | None


@dataclass(frozen=True)
class Lookup:
    """What a node found out about a name. `records` are the targets of SRV records, as (target, port).

    `not_found`: a server said that there is nothing. Without it and without data, it is not known.
    """

    addresses: tuple[str, ...] = ()
    records: tuple[tuple[str, int], ...] = ()
    not_found: bool = False


@dataclass(frozen=True)
class Certificate:
    """A node's certificate for SIP, as `show cert own` told it. `identity` tells it from every other one.

    `self_signed` is None when the output did not tell; the names are CNs, empty when there is none.
    """

    common_name: str
    issuer: str
    self_signed: bool | None
    identity: str


@dataclass(frozen=True)
class NodeFacts:
    """What was observed of one node, the last word on each. None: not observed, or not understood."""

    release: str | None = None
    network: Network | None = None
    ntp_synchronised: bool | None = None
    replication_healthy: bool | None = None
    services: Mapping[str, str] = field(default_factory=dict)  # service -> state, such as STARTED
    reasons: Mapping[str, str] = field(default_factory=dict)  # service -> why it is not running
    cluster: tuple[str, ...] = ()
    uptime: int | None = None  # seconds
    booted: int | None = None  # seconds since the epoch, by our clock
    lookups: Mapping[str, Lookup] = field(default_factory=dict)  # name that was looked up -> what was found
    own_certificates: tuple[str, ...] | None = None  # as `unit/file`
    trusted: tuple[str, ...] | None = None  # names and descriptions in cup-trust
    certificate: Certificate | None = None
    exchanged: str = ""  # the identity of the certificate that others were given
    without_mail_id: tuple[str, ...] | None = None  # users whose Mail ID is no full email address

    def runs(self, service: str) -> bool:
        """Whether the service was seen STARTED."""
        return self.services.get(service) == "STARTED"


@dataclass(frozen=True)
class CheckFact:
    """How a check of a step ended, what it found, and when it was begun (RFC 3339)."""

    status: str
    findings: tuple[Finding, ...] = ()
    started: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all findings, of every severity."""
        return frozenset(found.code for found in self.findings)

    def to_mend(self, owner: Owner) -> tuple[Finding, ...]:
        """What keeps the check from passing and is somebody's to mend."""
        return tuple(found for found in self.findings if found.severity is Severity.FAIL and found.owner is owner)


@dataclass(frozen=True)
class Reading:
    """What a person read off a page or answered: the number and the time (RFC 3339) of that record, and the values."""

    seq: int
    at: str
    values: Mapping[str, str]


NOT_YET = 2**63  # in place of the number of a record that is still to be written


@dataclass(frozen=True)
class Facts:
    """Everything observed so far.

    `domain_set` are the nodes whose domain we changed; `sent_at` is when a step's command was last sent (RFC 3339);
    `pending` are the restarts that are still to be done, as (node, service), with the number of the record that made
    them necessary; `needed_by` are the steps that made it necessary, still so when it was done;
    `ran_before` are the services that ran on a node when its restart was sent;
    `restarted` are the (node, service) that were restarted; `stored` are the steps that stored something, of this plan
    or an earlier one, with the fingerprint of what they stored, empty when it was taken back; `answers` is what was
    read off a page in a form's step, and `readings` every such answer, the first one first; `done` are the numbers of
    the records with which a step was done, each time it was; `entered` is what was entered the last time, as label and
    value; `skipped` are the steps that a person left out.
    """

    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    checks: Mapping[str, CheckFact] = field(default_factory=dict)
    domain_set: frozenset[str] = frozenset()
    sent_at: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[tuple[str, str], int] = field(default_factory=dict)
    needed_by: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    ran_before: Mapping[str, frozenset[str]] = field(default_factory=dict)
    restarted: frozenset[tuple[str, str]] = frozenset()
    stored: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    readings: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    done: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    entered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()

    def node(self, name: str) -> NodeFacts:
        """The facts of a node; empty ones when nothing was observed."""
        return self.nodes.get(name, NodeFacts())

    def with_node(self, name: str, what: str, value: Mapping[str, Json]) -> "Facts":
        """These facts, with one more observation. What is not understood leaves them as they are.

        `what` may carry what was asked: `lookup sip.partner.example`.
        """
        kind, _, asked = what.partition(" ")
        if kind == "lookup" and asked:
            return replace(self, nodes={**self.nodes, name: _lookup(self.node(name), asked, value)})
        learn = _LEARN.get(what)
        if learn is None:
            return self
        return replace(self, nodes={**self.nodes, name: learn(self.node(name), value)})

    def with_check(self, step: str, check: CheckFact) -> "Facts":
        """These facts, with the outcome of a check."""
        return replace(self, checks={**self.checks, step: check})

    def with_sent(self, step: str, at: str, node: str) -> "Facts":
        """These facts, with a command sent; what runs on the node now has to run again afterwards."""
        running = frozenset(name for name, state in self.node(node).services.items() if state == "STARTED")
        ran_before = {**self.ran_before, node: running} if running else self.ran_before
        return replace(self, sent_at={**self.sent_at, step: at}, ran_before=ran_before)

    def with_stored(self, step: str, fingerprint: str, undone: Iterable[str]) -> "Facts":
        """These facts, with what a step stored, and without what it took back."""
        return replace(self, stored={**self.stored, step: fingerprint, **dict.fromkeys(undone, "")})

    def with_skipped(self, step: str, *, skipped: bool) -> "Facts":
        """These facts, with a step left out, or taken up again."""
        if skipped == (step in self.skipped):
            return self
        return replace(self, skipped=self.skipped ^ {step})

    def with_answers(self, step: str, values: Mapping[str, Json], seq: int = 0, at: str = "") -> "Facts":
        """These facts, with what was read off a page."""
        read = Reading(seq, at, _texts(dict(values)))
        readings = {**self.readings, step: (*self.readings.get(step, ()), read)}
        return replace(self, answers={**self.answers, step: read.values}, readings=readings)

    def with_done(self, step: str, seq: int, entered: Mapping[str, str] | None = None) -> "Facts":
        """These facts, with a step done once more, and what it entered."""
        done = {**self.done, step: (*self.done.get(step, ()), seq)}
        return replace(self, done=done, entered={**self.entered, step: entered} if entered else self.entered)

    def about_to(self, step: str) -> "Facts":
        """These facts, seen from right before a step is done."""
        return self.with_done(step, NOT_YET)

    def read_before(self, reading: str, writing: str) -> Reading | None:
        """What a person read between the last time that something was overwritten and the time before that."""
        earlier, last = (0, 0, *self.done.get(writing, (NOT_YET,)))[-2:]
        found = (read for read in self.readings.get(reading, ()) if earlier <= read.seq < last)
        return max(found, key=lambda read: read.seq, default=None)

    def with_pending(self, restarts: Mapping[tuple[str, str], int]) -> "Facts":
        """These facts, with more restarts to be done."""
        return replace(self, pending={**self.pending, **restarts})

    def with_need(self, step: str, restarts: Iterable[tuple[str, str]]) -> "Facts":
        """These facts, with one more step that makes restarts necessary; what led to an earlier restart is over."""
        before = {key: self.needed_by.get(key, ()) if key in self.pending else () for key in restarts}
        return replace(
            self,
            needed_by={**self.needed_by, **{key: tuple(dict.fromkeys((*said, step))) for key, said in before.items()}},
        )

    def without_pending(self, node: str, service: str) -> "Facts":
        """These facts, with one restart done."""
        left = {key: seq for key, seq in self.pending.items() if key != (node, service)}
        return replace(self, pending=left, restarted=self.restarted | {(node, service)})


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _truth(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _texts(value: Json) -> dict[str, str]:
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _version(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, release=_text(value.get("release")))


def _network(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, network=Network(dhcp=_truth(value.get("dhcp")), domain=_text(value.get("domain"))))


def _ntp(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, ntp_synchronised=_truth(value.get("synchronised")))


def _replication(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, replication_healthy=_truth(value.get("healthy")))


def _services(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, services=_texts(value.get("states")), reasons=_texts(value.get("reasons")))


def _cluster(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    names = value.get("nodes")
    return replace(node, cluster=tuple(n for n in names if isinstance(n, str)) if isinstance(names, list) else ())


def _uptime(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    seconds, read_at = _number(value.get("seconds")), _number(value.get("read_at"))
    booted = None if seconds is None or read_at is None else read_at - seconds
    return replace(node, uptime=seconds, booted=booted)


def _number(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _lookup(node: NodeFacts, asked: str, value: Mapping[str, Json]) -> NodeFacts:
    found = Lookup(
        addresses=tuple(each for each in _list(value.get("addresses")) if isinstance(each, str)),
        records=tuple(
            (str(each[0]), each[1])
            for each in _list(value.get("records"))
            if isinstance(each, list) and len(each) == 2 and isinstance(each[1], int)
        ),
        not_found=_truth(value.get("not_found")) is True,
    )
    return replace(node, lookups={**node.lookups, asked: found})


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else []


def _own_certificates(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, own_certificates=_strings(value.get("names")))


def _trust(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, trusted=_strings(value.get("trusted")))


def _certificate(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    identity = _text(value.get("identity"))
    if identity is None:
        return replace(node, certificate=None)
    found = Certificate(
        common_name=_text(value.get("common_name")) or "",
        issuer=_text(value.get("issuer")) or "",
        self_signed=_truth(value.get("self_signed")),
        identity=identity,
    )
    return replace(node, certificate=found)


def _exchanged(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    seen = _certificate(node, value)
    return replace(seen, exchanged=seen.certificate.identity) if seen.certificate else seen


def _mail_ids(node: NodeFacts, value: Mapping[str, Json]) -> NodeFacts:
    return replace(node, without_mail_id=_strings(value.get("without")))


def _strings(value: Json) -> tuple[str, ...] | None:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else None


_LEARN = {
    "version": _version,
    "network": _network,
    "ntp": _ntp,
    "replication": _replication,
    "services": _services,
    "cluster": _cluster,
    "uptime": _uptime,
    "own-certificates": _own_certificates,
    "trust": _trust,
    "certificate": _certificate,
    "exchanged-certificate": _exchanged,
    "mail-ids": _mail_ids,
}
