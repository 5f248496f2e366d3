"""h: TLS peer subjects: the names under which peers may present themselves to the cluster."""

from collections.abc import Callable
from dataclasses import dataclass

from checks.names import SIP_TLS_PORT, for_display
from checks.requests import TlsRequest
from wizard.facts import Facts
from wizard.plan.model import Partner, Plan
from wizard.procedures.common import ANSWER, NOWHERE, Verdict, always_applies
from wizard.procedures.releases import LABELS
from wizard.procedures.stored import (
    Leftover,
    deleted_by,
    deletion,
    key,
    left_behind,
    on_every_node,
    tick_it,
    unless_read_so,
)
from wizard.standing import NotApplicable
from wizard.step import (
    SIP_PROXY,
    Check,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Procedure,
    Step,
    Undo,
    When,
    always,
)

_READ_IMPORTED = "peer-subject/read-imported"
_READ = Duration(60, 600)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A subject CN to be allowed. `host` is where its server is asked; `certain`: whether that one server answers.

    `imported`: the import of its certificate adds it; so it is with the ASA's. `in_front`: it ends the TLS of others
    and opens its own towards the nodes, as a load balancer does.
    """

    name: str
    host: str
    whose: str
    certain: bool = True
    imported: bool = False
    in_front: bool = False


def subjects_of(plan: Plan) -> tuple[Subject, ...]:
    """Every subject CN that peers present to the cluster itself, each once.

    An ASA stands between the cluster and everybody outside: then it is the ASA's, whose inside certificate carries its
    inside address, beside those of front ends in the same enterprise. A load balancer speaks to the nodes under its own
    name. Source: domain reference 2.6, 4.5.1 and 4.9.
    """
    found: dict[str, Subject] = {}
    if plan.asa is not None:
        name = plan.asa.inside_address
        found[name] = Subject(name=name, host=name, whose="the ASA", imported=True)
    for partner in plan.partners:
        if partner.transport == "tls" and (plan.asa is None or partner.peer == "front-end"):
            for name in partner.peer_subjects:
                found.setdefault(name, _subject(partner, name))
    if plan.load_balancer is not None:
        name = plan.load_balancer.fqdn
        whose = "the load balancer"
        found[name] = Subject(name=name, host=plan.load_balancer.address, whose=whose, in_front=True)
    if plan.aol is not None and plan.asa is None:
        name = plan.aol.gateway_fqdn
        found.setdefault(name, Subject(name=name, host=plan.aol.route_target, whose="AOL"))
    return tuple(found.values())


def _subject(partner: Partner, name: str) -> Subject:
    host = name if partner.peer == "front-end" and name != partner.subject else partner.route_target
    # Behind a pool it is not known which name a member presents: its own or the pool's.
    return Subject(name=name, host=host, whose=partner.domain, certain=partner.pool_fqdn is None)


def only_imported(plan: Plan) -> bool:
    """Whether everything is there once the ASA's certificate is imported, and nothing has to be entered by hand."""
    return all(subject.imported for subject in subjects_of(plan))


def some_tls(plan: Plan) -> Verdict:
    """Whether any peer speaks TLS with the cluster."""
    return always_applies(plan) if subjects_of(plan) else NotApplicable("every partner is reached by TCP")


def _steps(plan: Plan) -> tuple[Step, ...]:
    subjects = subjects_of(plan)
    return (
        *((_read_imported(plan),) if plan.asa is not None else ()),
        *(_agreed(partner) for partner in plan.partners if _under_another_name(plan, partner)),
        *(_add(plan, subject) for subject in subjects),
        *((_read_back(plan, subjects),) if subjects else ()),
        *(_presented(subject) for subject in subjects if not subject.imported),
    )


def _id(step: str, name: str) -> str:
    return f"peer-subject/{step}@{name.replace(':', '-')}"


def _list_form(plan: Plan, subjects: tuple[Subject, ...], mismatch: str, *, stops: bool) -> Form:
    labels = LABELS[plan.release]
    return Form(
        interface=labels.administration,
        menu=labels.peer_subjects,
        fields=tuple(
            FormField(
                f"subject_{key(subject.name)}", subject.name, "yes", f"Press {labels.find}. Is it listed: yes or no?"
            )
            for subject in subjects
        ),
        mismatch=mismatch,
        wanted=ANSWER,
        stops=stops,
    )


# --- with an ASA: the import of its certificate has added it ---------------------------------------------------------


def _imported_form(plan: Plan) -> Form:
    imported = tuple(subject for subject in subjects_of(plan) if subject.imported)
    return _list_form(plan, imported, "The next step adds it by hand.", stops=False)


def _read_imported(plan: Plan) -> Step:
    return Step(
        id=_READ_IMPORTED,
        title="See that the import added the ASA as a TLS peer",
        why="With an ASA, only the ASA speaks TLS with the cluster. Importing its certificate adds it as a peer by"
        " itself. That can fail, so look. Where it is missing, the next step adds it.",
        does=_imported_form(plan),
        reversal=NothingToUndo(),
        duration=_READ,
    )


def _when_missing(plan: Plan) -> When:
    return unless_read_so(_READ_IMPORTED, _imported_form(plan), "the import of the ASA's certificate has added it")


# --- another name than the published one: their word for it comes first --------------------------------------------


def _under_another_name(plan: Plan, partner: Partner) -> bool:
    name = partner.peer_subject
    return name in {subject.name for subject in subjects_of(plan)} and name not in {None, partner.external_fqdn}


def _agreed(partner: Partner) -> Step:
    shown = for_display(partner.domain)
    return Step(
        id=f"peer-subject/agreed@{partner.domain}",
        title=f"Note who at {shown} said that the name is right",
        why=f"The server of {shown} is known as {partner.external_fqdn}, and the plan trusts {partner.peer_subject}."
        " From here on, a server with that name in a trusted certificate is let in as theirs. That it was seen there"
        " proves nothing: it may be a mistake of theirs, or another server in between. Their word for it does.",
        does=Form(
            interface=NOWHERE,
            menu=(),
            fields=(
                FormField("answer", f"They said that {partner.peer_subject} is right and stays", "yes", "yes or no"),
                _own_words("by", "Who said so, and by which way", "In your own words: a name, and how you reached it."),
                _own_words("when", "When they said so", "In your own words: day and time."),
            ),
            mismatch=f"Ask them, by a telephone number or address that you had before. If {partner.external_fqdn} is"
            " the right name, take peer_subject out of the plan again, and resume.",
            wanted=ANSWER,
        ),
        reversal=NothingToUndo(),
        duration=Duration(10 * 60, 24 * 3600),
        mistakes=("Taking the word of whoever rang you: ring them, by a number that you had before.",),
    )


def _own_words(name: str, label: str, help_text: str) -> FormField:
    return FormField(name, label, "said by the simulated person", help_text, free=True, own_words=True)


# --- entering --------------------------------------------------------------------------------------------------------


def _add(plan: Plan, subject: Subject) -> Step:
    labels = LABELS[plan.release]
    return Step(
        id=_id("add", subject.name),
        title=f"Allow the TLS peer {subject.name}",
        why=_why(subject),
        does=Instruct(
            interface=labels.administration,
            menu=labels.peer_subjects,
            first=f"press {labels.add_new}",
            fields=(
                Field(labels.peer_subject_name, subject.name, "exactly the CN, letter by letter"),
                Field(labels.description, subject.name, "the name of the foreign server"),
            ),
            button=labels.save,
            act=("add-peer-subject", subject.name),
        ),
        reversal=Undo(f"Delete it on the same page. {SIP_PROXY} must then be restarted once more."),
        duration=Duration(60, 600),
        when=_when_missing(plan) if subject.imported else always,
        effects=("It counts only once it is selected in the TLS context, which comes next.",),
        restarts=on_every_node(plan, SIP_PROXY),
        verified_by="peer-subject/read-back",
        mistakes=(
            "The SIP domain, or an alternative name, instead of the subject CN: the cluster compares the CN.",
            "The inside name of the Access Edge.",
            "Forgetting it when the other side renews its certificate under another CN.",
        ),
        reads=(_READ_IMPORTED,) if subject.imported else (),
        undoes=(deleted_by(_id("add", subject.name)),),
    )


def _why(subject: Subject) -> str:
    if subject.imported:
        return "The import of the ASA's certificate did not add it. The CN of that certificate is its inside address."
    if subject.in_front:
        return (
            "The load balancer ends the TLS of others and opens its own towards the nodes. They let it in only under"
            " a name that is listed here, and nothing adds that name by itself."
        )
    return (
        f"TLS is mutual. The server of {subject.whose} is let in only under a name that is listed here. Nothing adds it"
        " by itself, for no ASA stands between. The guide's example is federation inside one enterprise, over secure"
        " TLS; it is an example and no limit: that there is no ASA is what makes this step necessary."
    )


def _read_back(plan: Plan, subjects: tuple[Subject, ...]) -> Step:
    return Step(
        id="peer-subject/read-back",
        title="Read the TLS peer subjects back",
        why="No command of the CLI shows them. A letter left out here is a handshake refused later.",
        does=_list_form(plan, subjects, "Add the missing name, or correct it, and save.", stops=True),
        reversal=NothingToUndo(),
        duration=_READ,
        when=_when_missing(plan) if only_imported(plan) else always,
        after=tuple(_id("add", subject.name) for subject in subjects),
        reads=(_READ_IMPORTED,) if only_imported(plan) else (),
    )


def _presented(subject: Subject) -> Step:
    why = f"The cluster compares {subject.name} with the subject CN of the certificate, and with nothing else in it."
    if not subject.certain:
        why += " Behind a pool the members may show their own name or the pool's, so a difference does not stop here."
    return Step(
        id=_id("presented", subject.name),
        title=f"See {subject.name} in the certificate",
        why=why,
        does=Check(request=TlsRequest(host=subject.host, port=SIP_TLS_PORT, name=subject.name), stops=subject.certain),
        reversal=NothingToUndo(),
        duration=Duration(2, 15),
        after=(_id("add", subject.name),),
    )


# --- what an earlier plan left behind --------------------------------------------------------------------------------


def _revise(plan: Plan, facts: Facts, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    wanted = frozenset(subject.name.replace(":", "-") for subject in subjects_of(plan))
    gone = left_behind(facts, "peer-subject/add", wanted)
    return (*steps, *(step for name in gone for step in deletion(plan, _leftover(plan, name))))


def _until_deselected(plan: Plan, name: str) -> Callable[[Facts], str]:
    """An old name is of no use once the new one was seen and selected, and does no harm before."""
    context, selected = "tls-context/set", LABELS[plan.release].selected_subjects

    def waits(facts: Facts) -> str:
        if only_imported(plan) or context in facts.skipped:
            return ""
        still = name in facts.entered.get(context, {}).get(selected, "").split(", ")
        return (
            f"{name} goes once the new names were seen, and selected in the TLS context in its place" if still else ""
        )

    return waits


def _leftover(plan: Plan, name: str) -> Leftover:
    labels = LABELS[plan.release]
    return Leftover(
        stored_by=_id("add", name),
        what=f"the TLS peer {name}",
        why=f"It was added in this session, and in the plan nobody presents {name} any more. What is listed and not"
        " needed is a way in. If the page refuses because the TLS context has it selected, take it out there first.",
        menu=labels.peer_subjects,
        field=Field(labels.peer_subject_name, name, tick_it(labels)),
        act=("delete-peer-subject", name),
        restart=SIP_PROXY,
        mistake="Deleting a name that another partner still presents.",
        gone=(FormField("listed", f"{name} is listed", "no", "yes or no"),),
        waits=_until_deselected(plan, name),
    )


PEER_SUBJECT = Procedure(
    id="peer-subject",
    title="TLS peer subjects",
    heading="Add a TLS peer subject",
    why="Certificates are checked both ways. A peer is let in only under a subject CN that is listed here.",
    disrupts="Nothing at once. It makes a restart of Cisco SIP Proxy necessary, which comes later.",
    applies=some_tls,
    steps=_steps,
    revise=_revise,
)
