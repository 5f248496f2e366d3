"""k: the way to every AOL domain and to the default domain, traced live (domain reference 2.8)."""

from checks.names import for_display
from checks.requests import RouteRequest
from wizard.plan.model import Plan
from wizard.procedures.checklists import data_for_aol, differs_from_public, public_name
from wizard.procedures.common import ANSWER, NOWHERE, Verdict
from wizard.procedures.partner_side import all_presented
from wizard.procedures.routes import aol_routes
from wizard.standing import Applies, NotApplicable
from wizard.step import Check, Duration, Form, FormField, NothingToUndo, Procedure, Step


def some_aol(plan: Plan) -> Verdict:
    """Whether any domain is reached through AOL."""
    return NotApplicable("no domain is reached through AOL") if plan.aol is None else Applies()


def _steps(plan: Plan) -> tuple[Step, ...]:
    if plan.aol is None:
        return ()
    return (
        data_for_aol(plan, plan.aol),
        _entered(plan),
        *(trace("aol-routing", request) for request in aol_routes(plan)),
    )


_ENTERED = FormField("answer", "AOL says that we are entered", "yes", "Answer yes if it is so.")
_ANY_NAME = "As AOL answers: this name or another."


def _entered(plan: Plan) -> Step:
    return Step(
        id="aol-routing/entered",
        title="See that AOL has entered us",
        why="Only AOL can say when our name, our domains and the authority of our certificate are entered on its side."
        " Until then every request of theirs and of ours is refused. The walk may be held here (h) for as long as it"
        " takes; what is done stays done.",
        does=Form(
            interface=NOWHERE,
            menu=(),
            fields=(
                *_named(plan),
                _ENTERED,
            ),
            mismatch="Ask whoever took the order. Hold until AOL has answered; then go on from here.",
            wanted=ANSWER,
        ),
        reversal=NothingToUndo(),
        duration=Duration(2 * 60, 10 * 24 * 3600),
        after=("aol-routing/notify-aol",),
    )


def _named(plan: Plan) -> tuple[FormField, ...]:
    """What AOL answers to the question that its letter begins with; it is asked only where the names differ."""
    if not differs_from_public(plan):
        return ()
    shown = ", ".join(all_presented(plan))
    return (
        FormField(
            "name",
            "Name of ours that AOL enters",
            public_name(plan),
            "As AOL answers: this name or another.",
            free=True,
        ),
        FormField("accepted", f"AOL accepts our certificates: {shown}", "yes", "yes, if AOL has said so; else no."),
    )


_COMPARED = (
    "The records are looked up now. The static routes are those of the plan: that they are stored was read off the page"
    " before."
)


def trace(procedure: str, request: RouteRequest, after: tuple[str, ...] = ()) -> Step:
    """The step that traces the way to one domain; done again when a static route on it was stored."""
    shown = for_display(request.domain)
    stored = tuple(f"static-route/store@{route.domain}" for route in request.routes)
    return Step(
        id=f"{procedure}/trace@{request.domain}",
        title=f"Trace the way to {shown}",
        why=f"{_why(request)} {_COMPARED}",
        does=Check(request=request),
        reversal=NothingToUndo(),
        duration=Duration(2, 15),
        mistakes=()
        if request.kind == "aol-default"
        else ("A record of the company's own, which leads to its Microsoft edge: it is used before AOL is.",),
        after=(*stored, *after),
    )


def _why(request: RouteRequest) -> str:
    if request.kind == "aol-default":
        return (
            f"{for_display(request.domain)} is the default federation routing domain: AOL domains without a way of"
            " their own take its way. Its static route comes first, then its federation record."
        )
    return (
        "For a domain of the AOL type the cluster looks in this order: a static route for the domain; its own"
        f" federation record; a static route for {request.default_domain}, the default federation routing domain; the"
        f" record of {request.default_domain}. The first that is there is used."
    )


AOL_ROUTING = Procedure(
    id="aol-routing",
    title="AOL: what AOL is told, and the way there",
    heading="Routing of requests to AOL",
    why="AOL enters our public name by hand, so it has to be told. The way to each AOL domain follows a fixed order.",
    disrupts="Nothing: a letter is sent, and the DNS is asked.",
    applies=some_aol,
    steps=_steps,
)
