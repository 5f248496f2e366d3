"""The overview, over a real runner: it follows the walk, and leads to what a person should look at."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checks.finding import Json, Severity
from screens.overview import detail_of
from tests.core.table import Recorded
from tests.screens.stage import Play, Stage
from tests.screens.trial import DNS, FINDINGS, Script, sitting_of, step, trial
from wizard.evidence import finding_body
from wizard.state import fold
from wizard.step import Check
from wizard.survey import Row, survey, warning_codes


def test_the_overview_leads_from_one_step_to_look_at_to_the_next(play: Play) -> None:
    warned = replace(FINDINGS[0], severity=Severity.WARN)

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("o")
        await stage.until("n next failed, warned or open")

        def detail() -> str:
            return stage.picture.splitlines()[-3].split()[0]

        assert detail() == "trial/instruct@imp1"
        seen = []
        for _ in range(3):
            await stage.press("n")
            seen.append(detail())
        assert seen == ["trial/check@imp1", "trial/instruct@imp1", "trial/check@imp1"]
        await stage.press("enter")
        await stage.until("looking")
        assert "Try check" in stage.picture

    steps = (step("read"), step("check"), step("read", name="more"), step("instruct"), step("notice"))
    play(steps, Script(findings=(warned,)), test)


def test_in_an_overview_without_anything_to_look_at_the_key_says_so(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Finished")
        await stage.press("o")
        await stage.until("Overview")
        await stage.press("n")
        await stage.until("No step warns, has failed or is open.")

    play((step("read"),), Script(), test)


def test_the_overview_follows_the_walk(play: Play) -> None:
    script = Script(gate=threading.Event())

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("x cancel")
        await stage.press("o")
        await stage.until("2 open")
        assert script.gate is not None
        script.gate.set()
        await stage.until("1 done")
        await stage.press("escape")
        await stage.until("I have done it")

    play((step("read"), step("instruct")), script, test)


def test_a_failure_that_the_walk_went_on_with_has_the_sign_of_one_and_n_leads_there_first(play: Play) -> None:
    """Seven harmless warnings were marked, and the one real fault was not."""
    paper = replace(FINDINGS[0], code="address-not-public", severity=Severity.WARN)
    warned = replace(FINDINGS[0], code="srv-weight", severity=Severity.WARN)
    looks = Check(request=DNS, stops=False)

    async def test(stage: Stage, folder: Path) -> None:
        told = "Found a failure: Find the partner: srv-name-missing. In the overview (o): 1 more marked x. "
        picture = await stage.until("I have sent it")
        assert told in " ".join(picture.split())
        fault = (
            "srv-name-missing at _sipfederationtls._tcp.partner.example. Found by: Find the partner (trial/look@imp1)"
        )
        assert f"Fault {fault}" in " ".join(picture.split())
        picture = await stage.press("o")
        assert "✗ done    observed x  Find the partner" in picture
        assert "observed !" not in picture
        await stage.press("home", "n")
        assert "trial/look@imp1 - went on with a failure: srv-name-missing" in " ".join(stage.picture.split())

    look = step("check", name="look", title="Find the partner", does=looks)
    letter = replace(step("notice"), reads=("trial/look@imp1",))
    steps = (step("read"), look, step("check", name="other", does=looks), letter)
    play(steps, Script(findings=(FINDINGS[0], warned, paper)), test)


def test_in_practice_an_address_that_is_made_up_raises_no_mark_and_in_reality_it_does() -> None:
    paper = {"code": "address-not-public", "severity": "warn"}
    assert warning_codes((paper,), practice=True) == ()
    assert warning_codes((paper,), practice=False) == ("address-not-public",)


def test_a_failure_loses_its_sign_once_a_later_look_that_asks_as_much_sees_it_mended(tmp_path: Path) -> None:
    found = [finding_body(FINDINGS[0])]
    right: Sequence[Json] = [{**found[0], "severity": "pass", "code": "srv-ok"}]
    unseen: Sequence[Json] = [{**found[0], "severity": "not-tested", "code": "dns-timeout"}]
    vague = Check(request=replace(DNS, expect_target=None))
    steps = (step("check", does=Check(request=DNS, stops=False)), step("wait"), step("check", name="vague", does=vague))
    walk = sitting_of(tmp_path / "S", (trial(*steps),), Script()).walk

    def first(*events: tuple[str, Sequence[Json]]) -> Row:
        told = (
            Recorded(n, "step.done", f"trial/{name}@imp1", {"how": "observed", "findings": [*findings]})
            for n, (name, findings) in enumerate((("check", found), *events), 1)
        )
        return survey(walk, fold(told))[0]

    assert first().fails == ("srv-name-missing",)
    assert first(("vague", right)).fails == ("srv-name-missing",), "it did not ask which target"
    assert first(("wait", unseen)).fails == ("srv-name-missing",), "it could not look"
    assert first(("wait", found)).fails == ("srv-name-missing",)
    mended = first(("wait", right))
    assert (mended.fails, mended.mended) == ((), ("srv-name-missing",))
    assert "a later step saw it mended" in detail_of(mended)
