"""A sitting: one session opened by one person, with everything that its runner needs. Built by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from wizard.cast import Cast
from wizard.engine import Record
from wizard.exits import FilteredListener, FilteredPrompter
from wizard.lesson import Lesson
from wizard.ports import PageReader, Ports, Prompter, shown_as_expected
from wizard.resolve import Walk
from wizard.runner import Listener, Runner, Writer
from wizard.secrets import Secrets
from wizard.step import Kind

Recorder = Callable[[Record], None]


class _Late:
    """Records through a runner that is made after the ports that record."""

    def __init__(self) -> None:
        self.runner: Runner | None = None

    def __call__(self, record: Record) -> None:
        assert self.runner is not None
        self.runner.record(record)


@dataclass
class Sitting:
    """An open session.

    `make_ports` makes the ports for a front end: its prompter, and what records the questions that come up in an act.
    `closers` end what was started, last first. `head` is the hash of the last record. `hint` is what a trainee has to
    know about a kind of step besides; empty on a real cluster. `reads` is what a simulated person sees on a page.
    """

    walk: Walk
    folder: Path
    practice: bool
    secrets: Secrets
    cast: Cast
    writer: Callable[[], Writer]
    make_ports: Callable[[Prompter, Recorder], Ports]
    closers: list[Callable[[], None]] = field(default_factory=list)
    head: Callable[[], str] = str
    hint: Callable[[Kind], str] = field(default=lambda _does: "")
    lesson: Lesson | None = None
    reads: PageReader = shown_as_expected

    def runner(self, listener: Listener, prompter: Prompter) -> Runner:
        """A runner over this session; start it when the listener is ready."""
        late = _Late()
        ports = self.make_ports(FilteredPrompter(prompter, self.secrets), late)
        told = FilteredListener(listener, self.secrets, self.cast)
        runner = Runner(walk=self.walk, writer=self.writer(), ports=ports, listener=told)
        late.runner = runner
        self.closers += [ports.checks.close, ports.device.close]
        return runner

    def close(self) -> None:
        """End connections, the practice network and the lock, within a second or so."""
        while self.closers:
            self.closers.pop()()
