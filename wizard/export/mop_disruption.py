"""What the work of a method of procedure disrupts, and what of it cannot be taken back."""

from collections.abc import Iterator

from wizard.export.document import Block, Bullets, Foreign, Item, Line, Link, Mark, Table, bullets, joined, paragraph
from wizard.export.method import Method, StepMethod
from wizard.export.mop_parts import has_work, section, spoken
from wizard.prospect import may_be_done


def disruption(method: Method) -> Iterator[Block]:
    """What users, nodes and other clusters lose, and what cannot be taken back."""
    yield section("What it disrupts", "disruption")
    affected = [procedure for procedure in method.procedures if has_work(procedure)]
    yield bullets((f"{procedure.title}: ", *spoken(procedure.disrupts)) for procedure in affected)
    restarts = {restart.step for restart in method.restarts}
    disruptive = [step for step in method.steps if may_be_done(step.need) and step.typed and step.id not in restarts]
    if disruptive:
        yield paragraph("Commands and acts that disrupt; for each of them a name is typed:")
        yield Bullets(tuple(_disruptive(step) for step in disruptive))
    if method.restarts:
        yield paragraph("Service restarts, in this order:")
        heads = ("Node", "Service", "Goes down", "Made necessary by", "Step")
        yield Table(
            heads,
            tuple(
                (
                    (Foreign(restart.node),),
                    (restart.service,),
                    (restart.takes_down,),
                    joined(Link(step) for step in restart.because) or ("what is found",),
                    (Link(restart.step),),
                )
                for restart in method.restarts
            ),
        )
    yield from _no_return(method)


def _no_return(method: Method) -> Iterator[Block]:
    """What cannot be taken back: nodes and services first, for letters can be followed by a correction."""
    final = [step for step in method.steps if may_be_done(step.need) and step.reversal == "no-return"]
    restarts = {restart.step for restart in method.restarts}
    nodes = [step for step in final if step.kind != "notice" and step.id not in restarts]
    letters = [step for step in final if step.kind == "notice"]
    if nodes:
        yield paragraph("Points of no return, on nodes and clusters:")
        yield bullets((Link(step.id), f", {step.title}: ", *spoken(step.reversal_text)) for step in nodes)
    if restarts:
        yield paragraph("The service restarts of the table above cannot be taken back either; they are over soon.")
    if letters:
        yield paragraph(
            "Letters, which a correction can follow, but which cannot be called back: ",
            *joined(Link(step.id) for step in letters),
            ".",
        )


def _disruptive(step: StepMethod) -> Item:
    head: Line = (Link(step.id), f", {step.title} (", Mark(step.need), ")")
    if not step.effects:
        return Item((*head, "."))
    return Item((*head, ":"), (bullets(spoken(effect) for effect in step.effects),))
