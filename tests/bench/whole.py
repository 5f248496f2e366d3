"""What `check plan` asks about as many partners, with every finding: `whole.py PORT DOMAINS NAMESERVER-PORT ROOTS`.

Prints the same lines as the survey: there a chain is verified when no finding about a certificate fails.
"""

import json
import sys
import time
from pathlib import Path

from checks.finding import Findings, Severity
from checks.requests import DnsRequest, Network, TlsRequest
from checks.service import CheckService
from tests.bench.ours import most_kb


def main() -> None:
    edge_port, names, port, roots = sys.argv[1:5]
    network = Network(name_servers=(("127.0.0.1", int(port)),), trust=(Path(roots),))
    domains = Path(names).read_text().split()
    edges = [TlsRequest(host=f"sip.{domain}", port=int(edge_port), name=f"sip.{domain}") for domain in domains]
    began, service = time.monotonic(), CheckService(network)
    found = service.run_many([*(DnsRequest(domain=domain) for domain in domains), *edges])
    seconds = time.monotonic() - began
    service.close()
    for domain, findings in zip(domains, found[len(domains) :], strict=True):
        print(json.dumps({"domain": domain, "verified": is_verified(findings)}))
    print(json.dumps({"seconds": seconds, "most_kb": most_kb()}))


def is_verified(findings: Findings) -> bool:
    faults = {each.code for each in findings.findings if each.severity is Severity.FAIL}
    return bool(findings.chain) and not any(code.startswith("cert-") for code in faults)


if __name__ == "__main__":
    main()
