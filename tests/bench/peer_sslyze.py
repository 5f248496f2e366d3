"""The same questions by sslyze's API: `peer_sslyze.py DOMAINS NAMESERVER-PORT ROOTS [AT-ONCE]`.

Runs in a venv of its own (sslyze, dnspython) and imports nothing of ours. sslyze looks up no SRV records, so dnspython
does, asynchronously: the fastest that a user of sslyze could reasonably write.
"""

import asyncio
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import dns.asyncresolver  # type: ignore[import-not-found,unused-ignore]
from cryptography.hazmat.primitives.serialization import Encoding
from sslyze import (  # type: ignore[import-not-found,unused-ignore]
    CertificateInfoExtraArgument,
    ScanCommand,
    ScanCommandsExtraArguments,
    Scanner,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
)

LOOKUPS = 200  # in flight


def main() -> None:
    names, port, roots = sys.argv[1:4]
    at_once = int(sys.argv[4]) if len(sys.argv) > 4 else 40
    domains = Path(names).read_text().split()
    found = dict(zip(domains, asyncio.run(looked_up(domains, int(port))), strict=True))
    scanner = Scanner(per_server_concurrent_connections_limit=1, concurrent_server_scans_limit=at_once)
    extra = ScanCommandsExtraArguments(certificate_info=CertificateInfoExtraArgument(custom_ca_file=Path(roots)))
    requests, queued = {}, []
    for domain, seen in found.items():
        _, _, place, target = seen["srv"][0]
        request = ServerScanRequest(
            server_location=ServerNetworkLocation(hostname=target, port=place, ip_address=seen["a"][0]),
            network_configuration=ServerNetworkConfiguration(
                tls_server_name_indication=target, network_timeout=3, network_max_retries=2
            ),
            scan_commands={ScanCommand.CERTIFICATE_INFO},
            scan_commands_extra_arguments=extra,
        )
        requests[request.uuid] = domain
        queued.append(request)
    scanner.queue_scans(queued)
    for result in scanner.get_results():
        seen = found[requests[result.uuid]]
        if result.scan_result is None or result.scan_result.certificate_info.result is None:
            continue
        # The deployments are one for each kind of key and for no server name; the first is what we were shown.
        deployment = result.scan_result.certificate_info.result.certificate_deployments[0]
        chain = [one.public_bytes(Encoding.DER) for one in deployment.received_certificate_chain]
        seen["chain"] = [hashlib.sha256(der).hexdigest() for der in chain]
        ours = [one for one in deployment.path_validation_results if one.trust_store.path == Path(roots)]
        seen["verified"] = bool(ours) and ours[0].was_validation_successful
    for domain, seen in found.items():
        print(json.dumps({"domain": domain, **seen}))
    most = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    print(json.dumps({"most_kb": int(most)}))


async def looked_up(domains: list[str], port: int) -> list[dict[str, Any]]:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    gate = asyncio.Semaphore(LOOKUPS // 2)

    async def one(domain: str) -> dict[str, Any]:
        async with gate:
            services = await resolver.resolve(f"_sipfederationtls._tcp.{domain}.", "SRV")
            srv = sorted((s.priority, s.weight, s.port, s.target.to_text(True).lower()) for s in services)
            four, six = await asyncio.gather(*(resolver.resolve(f"{srv[0][3]}.", kind) for kind in ("A", "AAAA")))
        addresses = {"a": sorted(r.address for r in four), "aaaa": sorted(r.address for r in six)}
        return {"srv": srv, **addresses, "chain": [], "verified": False}

    return await asyncio.gather(*map(one, domains))


if __name__ == "__main__":
    main()
