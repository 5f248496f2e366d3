"""The acts of the control: what people do in web pages and in the DNS. One small pair of functions for each.

An act is pure: state in, state out. `in_effect` says whether the network is as the act would make it.
"""

from dataclasses import replace

from wizard.errors import UsageError
from wizard.practice import changes
from wizard.practice.acts.acceptance import ACCEPTANCE_ACTS
from wizard.practice.acts.act import Act, Moment, Words, one_of
from wizard.practice.acts.certificates import CERTIFICATE_ACTS
from wizard.practice.acts.dns import DNS_ACTS
from wizard.practice.acts.email import EMAIL_ACTS
from wizard.practice.acts.foreign import FOREIGN_ACTS
from wizard.practice.acts.modes import MODE_ACTS
from wizard.practice.acts.pages import PAGE_ACTS, with_another_default_domain
from wizard.practice.acts.partners import PARTNER_ACTS
from wizard.practice.acts.people import PEOPLE_ACTS
from wizard.practice.acts.services import SERVICE_ACTS
from wizard.practice.scenarios import scenario
from wizard.practice.state import State

__all__ = ["ACTS", "IGNORABLE", "Moment", "heed", "ignore", "in_effect", "perform", "usages"]

ACTS: tuple[Act, ...] = (
    *DNS_ACTS,
    *SERVICE_ACTS,
    *PAGE_ACTS,
    *FOREIGN_ACTS,
    *CERTIFICATE_ACTS,
    *PARTNER_ACTS,
    *PEOPLE_ACTS,
    *MODE_ACTS,
    *EMAIL_ACTS,
    *ACCEPTANCE_ACTS,
)
_NOT_ACTS = ("domain", "restarts")  # what nodes do at a command
IGNORABLE = tuple(dict.fromkeys((*_NOT_ACTS, *(act.ignored_as for act in ACTS if act.ignored_as))))


def perform(state: State, words: Words, moment: Moment) -> State:
    """The state after an act. Raises UsageError for words that are no act."""
    act, rest = _find(words)
    after = act.perform(state, rest, moment)
    return state if act.ignored_as and act.ignored_as in state.ignored else after


def in_effect(state: State, words: Words, moment: Moment) -> bool:
    """Whether the network is as an act would make it. Raises UsageError for words that are no act."""
    act, rest = _find(words)
    return act.in_effect(state, rest, moment)


def ignore(state: State, what: str) -> State:
    """From now on acknowledge a kind of act without doing it, and make it necessary where it would not be.

    For `health` a node falls ill. Raises UsageError.
    """
    one_of(what, IGNORABLE, "nothing can be ignored under the name")
    after = replace(state, ignored=tuple(dict.fromkeys((*state.ignored, what))))
    if what == "health":
        return changes.make_unwell(after, scenario(after.scenario).publisher.name, "ntp")
    # Nothing is to be done about this value as long as it is right, so somebody has changed it before.
    return with_another_default_domain(after) if what == "default-routing-domain" else after


def heed(state: State, what: str) -> State:
    """Take `ignore` back. Raises UsageError."""
    one_of(what, IGNORABLE, "nothing can be ignored under the name")
    after = replace(state, ignored=tuple(each for each in state.ignored if each != what))
    return changes.heal(after, scenario(after.scenario).publisher.name) if what == "health" else after


def usages() -> tuple[str, ...]:
    """Every act, as it is typed."""
    return tuple(" ".join((*act.words, act.usage)).strip() for act in ACTS)


def _find(words: Words) -> tuple[Act, Words]:
    for act in ACTS:
        count = len(act.words)
        if tuple(words[:count]) == act.words:
            return act, words[count:]
    raise UsageError(f"there is no act {' '.join(words)!r}", "Acts are:\n  " + "\n  ".join(usages()))
