"""The questions by our own checks: `ours.py PROFILE DOMAINS NAMESERVER-PORT ROOTS`; raw or full.

One line of JSON for each domain as soon as it is done, and one with what it took.
"""

import json
import sys
import time
from hashlib import sha256
from pathlib import Path

import uvloop

from checks.requests import Network
from checks.survey import Surveyed, survey

AT_ONCE = 200


def main() -> None:
    profile, names, port, roots = sys.argv[1:5]
    network = Network(name_servers=(("127.0.0.1", int(port)),), trust=(Path(roots),), concurrency=AT_ONCE)
    began = time.monotonic()
    with Path(names).open() as lines:
        uvloop.run(survey(map(str.strip, lines), network, tell, "raw" if profile == "raw" else "full"))
    print(json.dumps({"seconds": time.monotonic() - began, "most_kb": most_kb()}))


def tell(one: Surveyed) -> None:
    document = {
        "domain": one.domain,
        "srv": [[s.priority, s.weight, s.port, s.target] for s in one.services],
        "a": list(one.four),
        "aaaa": list(one.six),
        "chain": [sha256(der).hexdigest() for der in one.chain],
        "verified": one.verified,
    }
    print(json.dumps(document))


def most_kb() -> int:
    """The most memory that this program had; what the kernel counts for a process begins with that of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
