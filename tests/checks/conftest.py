"""The command line as monitoring calls it, and certificates to check."""

import json
import re
from pathlib import Path

import pytest

from tests.checks.support import Check, Checked
from tests.servers.pki import Authorities, authorities
from wizard.__main__ import main


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    """Run `fedwizard check WORDS --json`."""

    def run(*words: str | Path | int) -> Checked:
        capsys.readouterr()
        status = main(["check", *map(str, words), "--json"])
        document = json.loads(capsys.readouterr().out)
        for finding in document["findings"]:  # three dots stand where a judge forgot a value of the explanation
            assert "..." not in " ".join([finding["why"], *finding["fix"], finding["verify_with"]]), finding
            see = finding["verify_with"]
            if see.startswith(("nslookup ", "dig ")):  # neither knows ADDRESS:PORT
                assert not re.search(r"[0-9]:[0-9]+(\s|$)", see), see
                asked = "127.0.0.1" in see and "--authoritative" not in words  # a name server given with its port
                assert not asked or re.search(r" -port=\d+ | -p \d+ ", see), see
        return Checked(status, document)

    return run


@pytest.fixture
def pki(tmp_path: Path) -> Authorities:
    """A root, an intermediate, and leaves below it."""
    return authorities(tmp_path)
