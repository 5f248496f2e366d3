"""Fixtures of the screens' tests."""

import pytest


@pytest.fixture(autouse=True)
def _utf8_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal of these tests takes UTF-8 and colours, whatever runs them."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_CTYPE", raising=False)
