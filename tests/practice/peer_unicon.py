"""Cisco's own client, unicon with `os="vos"`, on a node: `peer_unicon.py HOST PORT`; the password on standard input.

Runs in a venv of its own (unicon, pyats, genie) and imports nothing of ours. Prints as JSON what each command returned.
"""

import json
import sys

from unicon import Connection  # type: ignore[import-not-found,unused-ignore]

COMMANDS = (
    "show network eth0",
    "show network cluster",
    "utils service list",
    "set network domain local.example",
)


def main() -> None:
    host, port = sys.argv[1:]
    password = sys.stdin.readline().rstrip("\n")
    way = "ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o PreferredAuthentications=password"
    connection = Connection(
        hostname="imp1",
        start=[f"{way} -p {port} administrator@{host}"],
        os="vos",
        credentials={"default": {"username": "administrator", "password": password}},
        log_stdout=False,
        connection_timeout=30,
    )
    connection.connect()
    found = {}
    for command in COMMANDS:
        try:
            found[command] = connection.execute(command, timeout=20)
        except Exception as problem:  # noqa: BLE001  (whatever it is, it is told)
            found[command] = f"{type(problem).__name__}: {problem}"
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
