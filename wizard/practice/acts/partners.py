"""Acts of the other side: a certificate that a server presents, and a partner who mends what is wrong there."""

from dataclasses import replace

from wizard.errors import UsageError
from wizard.practice.acts.act import Act, Moment, Words, domain_name, take
from wizard.practice.scenarios import SIP_PORT, PartnerSpec, Record, scenario
from wizard.practice.state import State, certificate_key

_SRV = "_sipfederationtls._tcp"


def _presented(state: State, words: Words) -> tuple[str, str]:
    host, common_name = take(words, 2, "present-certificate HOST CN")
    known = {edge.host for edge in scenario(state.scenario).edges}
    if host not in known:
        raise UsageError(f"there is no server {host!r}", f"Servers are: {', '.join(sorted(known))}.")
    return certificate_key(host), domain_name(common_name)


def _present(state: State, words: Words, _moment: Moment) -> State:
    key, common_name = _presented(state, words)
    return replace(state, settings={**state.settings, key: common_name})


def _presents(state: State, words: Words, _moment: Moment) -> bool:
    key, common_name = _presented(state, words)
    return state.settings.get(key) == common_name


def _partner(state: State, words: Words) -> PartnerSpec:
    (domain,) = take(words, 1, "mend-partner DOMAIN")
    partners = {partner.domain: partner for partner in scenario(state.scenario).partners}
    if domain not in partners:
        raise UsageError(f"there is no partner {domain!r}", f"Partners are: {', '.join(partners)}.")
    return partners[domain]


def _right_records(partner: PartnerSpec) -> tuple[Record, ...]:
    record = Record(f"{_SRV}.{partner.domain}", "SRV", f"0 0 {SIP_PORT} {partner.edge}.")
    return (record,) if partner.publishes_srv else ()


def _mend(state: State, words: Words, _moment: Moment) -> State:
    partner = _partner(state, words)
    right = _right_records(partner)
    others = tuple(each for each in state.records if (each.name, each.kind) not in {(r.name, r.kind) for r in right})
    settings = {key: value for key, value in state.settings.items() if key != certificate_key(partner.edge)}
    return replace(state, records=(*others, *right), settings=settings)


def _is_right(state: State, words: Words, _moment: Moment) -> bool:
    partner = _partner(state, words)
    right = _right_records(partner)
    standing = tuple(each for each in state.records if (each.name, each.kind) in {(r.name, r.kind) for r in right})
    return standing == right and certificate_key(partner.edge) not in state.settings


PARTNER_ACTS = (
    Act(words=("present-certificate",), usage="HOST CN", perform=_present, in_effect=_presents),
    Act(words=("mend-partner",), usage="DOMAIN", perform=_mend, in_effect=_is_right, ignored_as="dns"),
)
