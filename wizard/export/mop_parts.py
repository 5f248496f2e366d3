"""What the papers for a reviewer have in common: sections, sentences with code in them, what has work in it."""

import re

from wizard.export.document import Foreign, Heading, Line
from wizard.export.method import ProcedureMethod
from wizard.prospect import may_be_done

_CODE = re.compile(r"`([^`]*[^`\s][^`]*)`")


def section(title: str, anchor: str) -> Heading:
    """The heading of a part of the paper that is no procedure."""
    return Heading(2, (title,), f"about-{anchor}")


def has_work(procedure: ProcedureMethod) -> bool:
    """Whether any of its steps may have to be done."""
    return any(may_be_done(step.need) for step in procedure.steps)


def spoken(text: str) -> Line:
    """A sentence of ours, with what stands between backticks as code."""
    parts = enumerate(_CODE.split(text))
    return tuple(Foreign(part) if number % 2 else part for number, part in parts if part)
