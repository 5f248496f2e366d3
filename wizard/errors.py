"""Errors that reach a person. Each says what happened, to what, and what to do next."""


class FedwizardError(Exception):
    """The root. `problem` is one sentence, `remedy` the next thing to do, `status` the exit status."""

    status = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


class UsageError(FedwizardError):
    """Wrong usage, an unreadable file, or an invalid plan: exit status 64, nothing half-written."""

    status = 64
