"""Listeners, trust and certificates of the practice nodes, and the ASA in front: worked out of the state.

What pages store is in the settings: `listener/…` a port, `listening/NODE` the port the running proxy took up,
`trust/NODE/NAME` an entry of cup-trust, `cup/made|request|signed/NODE` the life of a certificate, `asa/…` the ASA.
"""

from dataclasses import dataclass, replace

from wizard.practice.scenarios import SIP_PORT, Scenario
from wizard.practice.state import State

PORTS = {"peer-auth": "5062", "server-auth": "5061"}  # listener -> the port after installation
ASA_SIDES = ("inside", "outside")
ASA_CONFIGURED = "asa/configured"


def stored(state: State, key: str, value: str) -> State:
    """The same with one setting."""
    return replace(state, settings={**state.settings, key: value})


def port_of(state: State, listener: str) -> str:
    """The port that the page shows for a listener."""
    return state.settings.get(f"listener/{listener}", PORTS[listener])


def listening(state: State, node: str) -> str:
    """The port at which the running SIP proxy of a node takes mutual TLS: what was stored when it started."""
    return state.settings.get(f"listening/{node}", PORTS["peer-auth"])


def take_up(state: State, node: str) -> State:
    """A SIP proxy that starts takes up the port that is stored."""
    return stored(state, f"listening/{node}", port_of(state, "peer-auth"))


@dataclass(frozen=True)
class Own:
    """One certificate of a node. `generation` changes whenever it is made anew; `signed` by the practice authority."""

    unit: str
    node: str
    common_name: str
    generation: str
    signed: bool

    @property
    def identity(self) -> str:
        """What tells it from every other certificate, fit for a file name."""
        return f"{self.unit}-{self.common_name}-{self.generation}-{'signed' if self.signed else 'self'}"


def own(state: State, node: str, unit: str = "cup") -> Own:
    """The certificate that a node has now. A change of the domain makes all of them anew, whoever had signed them."""
    known = state.nodes[node]
    made = state.settings.get(f"cup/made/{node}", "0") if unit == "cup" else "0"
    generation = f"{known.domain_changes}.{made}"
    signed = unit == "cup" and state.settings.get(f"cup/signed/{node}") == generation
    return Own(unit, node, f"{node}.{known.domain}" if known.domain else node, generation, signed)


def trusts(state: State, node: str, name: str) -> bool:
    """Whether a name is in the cup-trust of a node."""
    return f"trust/{node}/{name}" in state.settings


def trusted(state: State, node: str) -> tuple[str, ...]:
    """What was imported into the cup-trust of a node."""
    prefix = f"trust/{node}/"
    return tuple(key.removeprefix(prefix) for key in sorted(state.settings) if key.startswith(prefix))


def answers(state: State, scenario: Scenario, node: str) -> bool:
    """Whether a partner's handshake gets as far as the node: the right port, and with an ASA the exchange with it."""
    asa = scenario.asa
    if asa is None:
        return listening(state, node) == str(SIP_PORT)
    done = all(key in state.settings for key in (*(f"asa/enrolled/{side}" for side in ASA_SIDES), ASA_CONFIGURED))
    known = state.settings.get(f"asa/imported/{node}") == own(state, node).identity
    return done and known and trusts(state, node, asa.inside_address) and listening(state, node) == str(asa.maps_to)
