"""The password of the practice network is in no file of the session but its own, and reaches no terminal."""

from collections.abc import Callable
from pathlib import Path

from tests.e2e.support import Ran


def test_the_password_is_nowhere(fedwizard: Callable[..., Ran], tmp_path: Path, home: Path) -> None:
    session = tmp_path / "S"
    ran = fedwizard("practice", "--auto", "--pace", "0", "--session", str(session))
    assert ran.status == 0, ran.out + ran.err
    exported = fedwizard("export", str(session), "--format", "all")
    assert exported.status == 0, exported.err
    own = session / "practice" / "password"
    password = own.read_text(encoding="utf-8").strip()
    assert len(password) >= 16
    assert own.stat().st_mode & 0o777 == 0o600
    holders = [
        path
        for folder in (session, home)
        for path in folder.rglob("*")
        if path.is_file() and path != own and password.encode() in path.read_bytes()
    ]
    assert holders == []
    assert password not in ran.out + ran.err + exported.out + exported.err
