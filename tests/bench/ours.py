"""The questions by our own checks: `ours.py PROFILE DOMAINS NAMESERVER-PORT ROOTS`; raw or full."""

import asyncio
import json
import resource
import sys
import time
from hashlib import sha256
from pathlib import Path

from checks.requests import Network
from checks.survey import Surveyed, survey

AT_ONCE = 200


def main() -> None:
    profile, names, port, roots = sys.argv[1:5]
    network = Network(name_servers=(("127.0.0.1", int(port)),), trust=(Path(roots),), concurrency=AT_ONCE)
    domains = Path(names).read_text().split()
    began = time.monotonic()
    found = asyncio.run(survey(domains, network, "raw" if profile == "raw" else "full"))
    seconds = time.monotonic() - began
    document = {"domains": {one.domain: told(one) for one in found}}
    json.dump(
        {**document, "seconds": seconds, "rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}, sys.stdout
    )


def told(one: Surveyed) -> dict[str, object]:
    return {
        "srv": [[s.priority, s.weight, s.port, s.target] for s in one.services],
        "a": list(one.four),
        "aaaa": list(one.six),
        "chain": [sha256(der).hexdigest() for der in one.chain],
        "verified": one.verified,
    }


if __name__ == "__main__":
    main()
