"""What a step does, as every paper prints it: the runbook and the method of procedure say it by the same lines."""

from collections.abc import Iterator, Sequence

from wizard.export.document import Block, Verbatim, paragraph


def planned(instructions: Sequence[str]) -> Iterator[Block]:
    """The exact words, values and commands of a step, each ready to be copied; nothing where there are none."""
    if instructions:
        yield paragraph("Planned:")
        yield Verbatim("\n".join(instructions))
