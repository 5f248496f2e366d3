"""The rules about those we federate with: partners and AOL."""

from collections.abc import Callable, Iterator

from wizard.plan.document import Table, name_of, table_in, tables_in, texts_in
from wizard.plan.fault import Fault, shown
from wizard.plan.lines import Place

_AIM_FIX = "Write aol.com: AOL takes user@aim.com addressed as user@aol.com."


def _somebody(data: Table) -> Iterator[Fault]:
    if "partners" in data and data["partners"] != []:
        return
    if "aol" not in data:
        yield Fault(("partners",), "names nobody to federate with", "Add [[partners]] or [aol].")


def _aol_domains(data: Table) -> Iterator[Fault]:
    ours, seen = _our_domains(data), dict[str, tuple[int, object]]()
    for number, domain in tables_in(table_in(data, "aol"), "domains"):
        place: Place = ("aol", "domains", number, "name")
        name, kind = name_of(domain.get("name")), domain.get("kind")
        if name == "aim.com":
            yield Fault(place, "is aim.com, which is never an entry of its own", _AIM_FIX)
        if name in ours:
            yield Fault(place, f"{name} is our own domain", "Name the domains reached through AOL.")
        if name in seen:
            first, first_kind = seen[name]
            differs = f", there of the kind {shown(first_kind)}" if kind != first_kind else ""
            yield Fault(place, f"{name} is also AOL domain {first + 1}{differs}", "Name each domain once, of one kind.")
        if name:
            seen.setdefault(name, (number, kind))


def _default_domain(data: Table) -> Iterator[Fault]:
    place = ("aol", "default_federation_routing_domain")
    name = name_of(table_in(data, "aol").get("default_federation_routing_domain"))
    partners = {name_of(partner.get("domain")) for _, partner in tables_in(data, "partners")}
    if name == "aim.com":
        yield Fault(place, "is aim.com, which AOL reaches as aol.com", _AIM_FIX)
    if name and name in _our_domains(data):
        yield Fault(place, f"{name} is our own domain", "Normally it is aol.com; it is a domain of AOL.")
    if name and name in partners:
        yield Fault(place, f"{name} is the domain of a partner", "Normally it is aol.com; it is a domain of AOL.")


def _partner_domains(data: Table) -> Iterator[Fault]:
    ours = _our_domains(data)
    aol = {name_of(domain.get("name")) for _, domain in tables_in(table_in(data, "aol"), "domains")} - {""}
    seen: dict[str, int] = {}
    for number, partner in tables_in(data, "partners"):
        place: Place = ("partners", number, "domain")
        name = name_of(partner.get("domain"))
        if name == "aim.com":
            yield Fault(place, "is aim.com, which is never an entry of its own", f"{_AIM_FIX} It belongs in [aol].")
        if name in ours:
            yield Fault(place, f"{name} is our own domain", "Name the partner's domain.")
        if name in aol:
            yield Fault(place, f"{name} is also an AOL domain", "A domain is reached one way: keep one of the two.")
        if name in seen:
            yield Fault(place, f"{name} is also partner {seen[name] + 1}", "Name each partner once.")
        if name:
            seen.setdefault(name, number)


def _partner_servers(data: Table) -> Iterator[Fault]:
    own = {name_of(node.get("fqdn")) for _, node in tables_in(data, "nodes")}
    own = (own | {name_of(table_in(data, "local").get("public_fqdn"))}) - {""}
    for number, partner in tables_in(data, "partners"):
        for key in ("external_fqdn", "peer_subject"):
            name = name_of(partner.get(key))
            if name in own:
                fix = "Name the partner's server, as its certificate names it."
                yield Fault(("partners", number, key), f"{name} is a name of our own", fix)


def _peer_subjects(data: Table) -> Iterator[Fault]:
    """Every server of a pool has a certificate of its own: one name beside their list would be left without effect."""
    for number, partner in tables_in(data, "partners"):
        place = ("partners", number, "peer_subject")
        if not partner.get("peer_subject"):
            continue
        if partner.get("transport", "tls") == "tcp":
            yield Fault(place, "is given for a partner that is reached by TCP", "Delete it: no certificate is shown.")
        elif partner.get("pool_fqdn") or partner.get("front_ends"):
            fix = "Delete it, and name in front_ends each front end as its certificate names it."
            yield Fault(place, "is given for several front ends", fix)


def _transport(data: Table) -> Iterator[Fault]:
    for number, partner in tables_in(data, "partners"):
        place = ("partners", number, "transport")
        if partner.get("transport", "tls") != "tcp":
            continue
        if partner.get("peer", "access-edge") != "front-end":
            fix = 'Only an OCS front end may be reached by TCP. Write "tls".'
            yield Fault(place, "is tcp towards an Access Edge", fix)
        elif str(partner.get("version", "lync-2010")).startswith("lync"):
            fix = 'Lync speaks TLS only. Write "tls", or say which OCS it is: version = "ocs-2007-r2".'
            yield Fault(place, "is tcp towards Lync", fix)


def _front_ends(data: Table) -> Iterator[Fault]:
    for number, partner in tables_in(data, "partners"):
        seen: set[str] = set()
        if partner.get("peer", "access-edge") == "access-edge":
            # Left in silence, a forgotten `peer` would leave Direct Federation unticked for a front end.
            for key in ("pool_fqdn", "front_ends"):
                if partner.get(key):
                    fix = 'Delete it, or write peer = "front-end" if the server stands inside your own enterprise.'
                    yield Fault(("partners", number, key), "is given for an Access Edge", fix)
        for index, text in texts_in(partner, "front_ends"):
            name = name_of(text)
            if name in seen:
                place = ("partners", number, "front_ends", index)
                yield Fault(place, f"{name} is there twice", "Name each front end once.")
            seen |= {name} - {""}


def _xmpp_partners(data: Table) -> Iterator[Fault]:
    sip = {name_of(partner.get("domain")) for _, partner in tables_in(data, "partners")}
    sip |= {name_of(domain.get("name")) for _, domain in tables_in(table_in(data, "aol"), "domains")}
    taken = (sip | _our_domains(data)) - {""}
    for number, text in texts_in(table_in(data, "email"), "xmpp_partners"):
        name = name_of(text)
        if name in taken:
            fix = "A domain is federated by SIP or by XMPP, not both, and never our own. Keep it in one place."
            yield Fault(("email", "xmpp_partners", number), f"{name} stands elsewhere in the plan too", fix)
        taken |= {name} - {""}


def _our_domains(data: Table) -> set[str]:
    local, email = table_in(data, "local"), table_in(data, "email")
    return {name_of(local.get("sip_proxy_domain")), name_of(email.get("domain"))} - {""}


FOREIGN_RULES: tuple[Callable[[Table], Iterator[Fault]], ...] = (
    _somebody,
    _aol_domains,
    _default_domain,
    _partner_domains,
    _partner_servers,
    _peer_subjects,
    _transport,
    _front_ends,
    _xmpp_partners,
)
