"""What a step is about: the node it acts on, the name that confirms it, and what made a restart necessary."""

from cli_backend.exchange import Risk
from wizard.facts import Facts
from wizard.step import Command, Instruct, Kind, NodeReturns, NodeSettles, Restart, Step, Wait


def name_to_type(does: Kind) -> str:
    """What a person has to type before something that disrupts is sent, or counts as done; empty for all else."""
    match does:
        case Restart() | Command(risk=Risk.DISRUPTIVE):
            return does.node
        case Instruct():
            return does.disrupts
        case _:
            return ""


def node_of(does: Kind) -> str:
    """The node on which a kind acts, empty where there is none."""
    match does:
        case Command() | Restart():
            return does.node
        case Wait(until=NodeReturns() as until):
            return until.node
        case Wait(until=NodeSettles() as until):
            return until.reads[0].node
        case _:
            return ""


def made_necessary_by(does: Kind, facts: Facts) -> tuple[str, ...]:
    """The steps that made a restart necessary, whether it is pending or done; nothing for any other kind."""
    return facts.needed_by.get((does.node, does.service), ()) if isinstance(does, Restart) else ()


def home_of(step: Step, nodes: tuple[str, ...]) -> str:
    """The node, one of `nodes`, that a person looks at first for a step: its own, or else the first."""
    names = (node_of(step.does), step.id.partition("@")[2])
    return next((name for name in names if name in nodes), nodes[0])
