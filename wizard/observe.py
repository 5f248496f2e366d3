"""Outputs of the CLI -> what they teach, as journal data. The names are those of `wizard.facts`."""

from collections.abc import Callable, Mapping

from checks.finding import Json


def observe(what: str, output: str) -> dict[str, Json]:
    """What an output teaches. What is not understood is left out, never invented. Raises KeyError.

    `what` may carry what was asked: `lookup sip.partner.example`.
    """
    return _OBSERVERS[what.partition(" ")[0]](output)


def service_state(output: str, service: str) -> str | None:
    """The last state that a service command printed for a service."""
    from cli_backend.output import last_state

    return last_state(output, service)


def _version(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_version

    version = parse_version(output)
    return {"text": version.text, "release": version.release}


def _network(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_network

    network = parse_network(output)
    return {
        "dhcp": network.dhcp,
        "domain": (network.domain or "").lower() if network.domain_known else None,
        "address": network.address,
        "primary_dns": network.primary_dns,
    }


def _ntp(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_ntp

    ntp = parse_ntp(output)
    return {"synchronised": ntp.synchronised, "server": ntp.server, "stratum": ntp.stratum}


def _replication(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_replication

    replication = parse_replication(output)
    # A cluster of one has nothing to replicate.
    return {"healthy": True if replication.single_node else replication.healthy}


def _services(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_services

    listed = parse_services(output).services
    states: dict[str, Json] = {service.name: service.state for service in listed}
    reasons: dict[str, Json] = {service.name: service.why for service in listed if service.why}
    return {"states": states, "reasons": reasons}


def _cluster(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_cluster

    names: list[Json] = []
    for node in parse_cluster(output).nodes:
        names += [name for name in (node.address, node.fqdn, node.host) if name]
    return {"nodes": names}


def _uptime(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_uptime

    uptime = parse_uptime(output)
    return {"seconds": None if uptime is None else uptime.seconds}


def _lookup(output: str) -> dict[str, Json]:
    from cli_backend.output import parse_lookup

    found = parse_lookup(output)
    # A target of "." says that there is no such service (RFC 2782).
    records: list[Json] = [[target, port] for _, _, port, target in found.records if target != "."]
    nothing = found.not_found or bool(found.records and not records)
    return {"addresses": list(found.addresses), "records": records, "not_found": nothing}


def _own_certificates(output: str) -> dict[str, Json]:
    from cli_backend.certificates import parse_certificate_list

    entries = parse_certificate_list(output).entries
    names: list[Json] = [f"{entry.unit}/{entry.file}" for entry in entries]
    return {"names": names if entries else None}


def _trust(output: str) -> dict[str, Json]:
    from cli_backend.certificates import parse_certificate_list

    entries = parse_certificate_list(output).entries
    trusted: list[Json] = []
    for entry in entries:
        if entry.unit == "cup-trust":
            trusted += [entry.name, entry.description]
    return {"trusted": trusted if entries else None}


def _certificate(output: str) -> dict[str, Json]:
    from cli_backend.certificates import parse_certificate

    shown = parse_certificate(output)
    return {
        "common_name": shown.common_name,
        "issuer": shown.issuer_name,
        "self_signed": shown.self_signed,
        "identity": shown.identity,
        "valid_to": shown.valid_to,
    }


def _mail_ids(output: str) -> dict[str, Json]:
    from cli_backend.tables import parse_table

    table = parse_table(output)
    if table is None or "userid" not in table.columns:
        return {"without": None}
    users: list[Json] = [row["userid"] for row in table.rows]
    return {"without": users}


_OBSERVERS: Mapping[str, Callable[[str], dict[str, Json]]] = {
    "version": _version,
    "network": _network,
    "ntp": _ntp,
    "replication": _replication,
    "services": _services,
    "cluster": _cluster,
    "uptime": _uptime,
    "lookup": _lookup,
    "own-certificates": _own_certificates,
    "trust": _trust,
    "certificate": _certificate,
    "exchanged-certificate": _certificate,
    "mail-ids": _mail_ids,
}
