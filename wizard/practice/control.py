"""The control of the practice network: one JSON line in, one JSON line out, on a local socket in its folder."""

import contextlib
import json
import socket

from wizard.errors import FedwizardError, UsageError
from wizard.practice import acts
from wizard.practice.acts import Moment
from wizard.practice.socket_path import CONTROL, address
from wizard.practice.sockets import in_background, serve_connections
from wizard.practice.state import World

_LONGEST = 65536
_IDLE = 10.0  # seconds

Answer = dict[str, object]


class Control:
    """Performs acts on the world, and says what is in effect."""

    def __init__(self, world: World) -> None:
        """Raises OSError when the socket cannot be made."""
        self._world = world
        path = world.directory / CONTROL
        with contextlib.suppress(FileNotFoundError):
            path.unlink()  # a killed predecessor left it; the folder is locked, so nobody uses it
        listener = socket.socket(socket.AF_UNIX)
        with address(world.directory) as short:
            listener.bind(short)
        path.chmod(0o600)
        listener.listen(16)
        in_background(lambda: serve_connections(listener, self._serve, "control"), "control-accept")

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_IDLE)
        with connection.makefile("rwb") as stream:
            while line := stream.readline(_LONGEST):
                stream.write(json.dumps(self.answer(line)).encode() + b"\n")
                stream.flush()

    def answer(self, line: bytes) -> Answer:
        """What a request line brings about. Never raises for what stands in it."""
        try:
            verb, argument = _request(line)
            return {"ok": True, **self._perform(verb, argument)}
        except UsageError as wrong:
            return {"ok": False, "error": str(wrong), "remedy": wrong.remedy, "usage": True}
        except (FedwizardError, OSError) as failure:
            return {"ok": False, "error": str(failure), "remedy": getattr(failure, "remedy", ""), "usage": False}

    def _perform(self, verb: str, argument: object) -> Answer:
        moment = Moment(self._world.now(), self._world.pace)
        match verb:
            case "do":
                words = _words(argument)
                self._world.change(lambda state: acts.perform(state, words, moment))
                return {}
            case "in-effect":
                return {"in_effect": acts.in_effect(self._world.state, _words(argument), moment)}
            case "ignore":
                self._world.change(lambda state: acts.ignore(state, str(argument)))
                return {}
            case "heed":
                self._world.change(lambda state: acts.heed(state, str(argument)))
                return {}
            case "pending":
                return {"pending": [list(each) for each in self._world.state.pending]}
        raise UsageError(f"there is no request {verb!r}", "Requests are: do, in-effect, ignore, heed, pending.")


def _request(line: bytes) -> tuple[str, object]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as damage:
        raise UsageError("the request is not JSON", 'Send one line such as {"do": ["heal", "imp1"]}.') from damage
    if not isinstance(request, dict) or len(request) != 1:
        raise UsageError("the request is not an object with one key", 'Send one such as {"do": ["heal", "imp1"]}.')
    ((verb, argument),) = request.items()
    return verb, argument


def _words(argument: object) -> tuple[str, ...]:
    if not isinstance(argument, list) or not all(isinstance(word, str) for word in argument):
        raise UsageError("an act is a list of words", 'Send one such as {"do": ["heal", "imp1"]}.')
    return tuple(argument)
