"""The login: by password or keyboard-interactive, as the server lists them; a password is tried once."""

import re
from typing import TYPE_CHECKING

from cli_backend.exchange import Endpoint, LoginRefused, NoPassword, Operator, RefusedByNode, Unreachable
from cli_backend.lockout import Account, Failures

if TYPE_CHECKING:
    from cli_backend.legacy import NodeTransport

LOGIN_SECONDS = 60.0
PERSON_SECONDS = 300.0  # a second factor is typed by a person

_SECOND_FACTOR = re.compile(r"(?i)\b(code|token|otp|pin|passcode|one-time|verification|duo|option)\b")


class _GaveUpError(Exception):
    """The person declined to answer a prompt."""


def log_in(
    endpoint: Endpoint, transport: "NodeTransport", host_key: str, operator: Operator, failures: Failures
) -> None:
    """Authenticate to the machine of this host key.

    Raises LoginRefused when the node or the person refuses, Unreachable when the connection ends.
    """
    from paramiko import SSHException

    try:
        transport.auth_timeout = LOGIN_SECONDS
        allowed = _allowed(endpoint, transport)
        if not allowed:
            return
        password = operator.password(endpoint.name)
        if password is None:
            raise NoPassword(endpoint.name, "no password was given", "Try again with the password of the CLI account.")
        account = Account(node=endpoint.name, user=endpoint.user, host_key=host_key)
        with failures.trial(account, password):
            _try(endpoint, account, transport, operator, failures, password, allowed)
    except _GaveUpError as problem:
        raise LoginRefused(
            endpoint.name, "a prompt of the login was not answered", "Try again with the answer at hand."
        ) from problem
    except (SSHException, EOFError, OSError) as problem:
        raise Unreachable(
            endpoint.name, f"the connection ended during the login ({problem})", "Try again in a minute."
        ) from problem


def _try(
    endpoint: Endpoint,
    account: Account,
    transport: "NodeTransport",
    operator: Operator,
    failures: Failures,
    password: str,
    allowed: list[str],
) -> None:
    from paramiko import SSHException
    from paramiko.ssh_exception import AuthenticationException

    try:
        _authenticate(endpoint, transport, operator, password, allowed)
    except AuthenticationException as problem:
        if transport.is_active() and "timeout" not in str(problem):
            failures.failed(account, password)
            raise RefusedByNode(
                endpoint.name,
                f"the node refused the login of {endpoint.user}",
                "Check account and password. A locked account looks the same; it unlocks after five minutes.",
            ) from problem
        # A server may refuse by hanging up. This counts against the lock-out, not against the password.
        failures.unclear(account)
        raise SSHException(str(problem)) from problem
    failures.succeeded(account, password)


def _allowed(endpoint: Endpoint, transport: "NodeTransport") -> list[str]:
    """The methods the server lists; empty when it wants none."""
    from paramiko.ssh_exception import BadAuthenticationType

    try:
        transport.auth_none(endpoint.user)
    except BadAuthenticationType as problem:
        listed = {"password", "keyboard-interactive"}
        allowed = [str(method) for method in problem.allowed_types if method in listed]
        if allowed:
            return allowed
        raise LoginRefused(
            endpoint.name,
            "the node takes neither a password nor keyboard-interactive",
            "This is not the platform CLI, or its SSH server is set up in an unusual way. Check address and port.",
        ) from problem
    return []


def _authenticate(
    endpoint: Endpoint, transport: "NodeTransport", operator: Operator, password: str, allowed: list[str]
) -> None:
    """One method; a server that then wants keyboard-interactive as well gets it, for a second factor."""
    from paramiko.ssh_exception import AuthenticationException

    relay = _Relay(endpoint, operator, password)
    if "password" in allowed:
        relay.used = True
        wanted = transport.auth_password(endpoint.user, password, fallback=False)
        if not wanted:
            return
        if "keyboard-interactive" not in wanted:
            raise AuthenticationException("the server wants a second method that is not known here")
    transport.auth_timeout = PERSON_SECONDS
    if transport.auth_interactive(endpoint.user, relay.answer):
        raise AuthenticationException("the server wants a third method")


class _Relay:
    """Answers keyboard-interactive prompts: the password once, everything else is the person's."""

    def __init__(self, endpoint: Endpoint, operator: Operator, password: str) -> None:
        self._node, self._operator, self._password = endpoint.name, operator, password
        self.used = False

    def answer(self, _title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        """The answers of one round; an empty round has none. Raises _GaveUpError."""
        return [self._one(prompt, echo, alone=len(prompts) == 1) for prompt, echo in prompts]

    def _one(self, prompt: str, echo: bool, *, alone: bool) -> str:
        hidden = not echo and not self.used
        # A prompt of its own, or one that says so, is for the password; a code must never be answered with it.
        if hidden and not _SECOND_FACTOR.search(prompt) and (alone or "password" in prompt.lower()):
            self.used = True
            return self._password
        said = self._operator.answer_prompt(self._node, prompt, echo)
        if said is None:
            raise _GaveUpError
        return said
