"""OpenSSH's sshd on the loopback interface, running the scripted console for whoever logs in with a password."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SSHD = "/usr/sbin/sshd"
SCRIPT = Path(__file__).with_name("scripted_cli.py")


@dataclass(frozen=True)
class Sshd:
    """A running server. `log` is what its console received."""

    port: int
    user: str
    password: str
    host_key: Path
    state: Path

    @property
    def log(self) -> list[str]:
        """The lines the console received."""
        path = self.state / "log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def account() -> Iterator[tuple[str, str]]:
    """A throw-away account of this machine, for a password that sshd can check. Needs root."""
    name, password = f"fw{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    subprocess.run(["useradd", "--no-create-home", "--shell", "/bin/sh", name], check=True, capture_output=True)
    try:
        subprocess.run(["chpasswd"], input=f"{name}:{password}\n", text=True, check=True, capture_output=True)
        yield name, password
    finally:
        subprocess.run(["userdel", "--force", name], check=False, capture_output=True)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that the account can reach. Not below pytest's own: each pytest that starts closes that one again."""
    with tempfile.TemporaryDirectory(prefix="fedwizard-console-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def sshd(folder: Path, *options: str, key_type: str = "ed25519") -> Iterator[Sshd]:
    """A server with a host key of its own. `options` are lines of its configuration."""
    host_key = folder / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", key_type, "-N", "", "-f", str(host_key)], check=True)
    with account() as (user, password), open_folder() as opened:
        state = opened / "state"
        state.mkdir()
        os.chown(state, pwd.getpwnam(user).pw_uid, -1)
        port = free_port()
        # The account may read neither this checkout nor a Python in somebody's home.
        script = opened / SCRIPT.name
        shutil.copyfile(SCRIPT, script)
        script.chmod(0o644)
        python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
        config = folder / "sshd_config"
        lines = (
            *options,  # the first value of an option wins
            f"Port {port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {host_key}",
            f"PidFile {folder / 'pid'}",
            "UsePAM no",
            "PasswordAuthentication yes",
            "KbdInteractiveAuthentication no",
            "PubkeyAuthentication no",
            "StrictModes no",
            f"ForceCommand {python} {script} {state}",
        )
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        Path("/run/sshd").mkdir(exist_ok=True)
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=(folder / "sshd.log").open("w"))
        try:
            wait_for_port(port, process)
            yield Sshd(port, user, password, host_key.with_suffix(".pub"), state)
        finally:
            process.terminate()
            process.wait(10)


def wait_for_port(port: int, process: "subprocess.Popen[bytes]", seconds: float = 10) -> None:
    """Wait until something listens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as sock:
            sock.settimeout(0.5)
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"nothing listens on {port}")
