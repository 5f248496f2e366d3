"""One session's dialogue with a console that is not always well-behaved."""

import threading
import time
from collections.abc import Callable

import pytest

from cli_backend.exchange import Answered, CommandRefused, Expected, Result, Unreachable
from cli_backend.shell import Shell
from tests.cli_backend.people import Operator, Reach
from tests.servers.paramiko_cli import PASSWORD, PROMPT, Console, serve

Eventually = Callable[[Callable[[], bool]], None]
CONTINUE = Expected(pattern=r"Continue \(y/n\)\?", answer="y")
SETUP = b"set cli pagination off\r"


def pause(seconds: float) -> None:
    """The console takes its time."""
    threading.Event().wait(seconds)


def after(event: threading.Event, act: Callable[[], None]) -> None:
    """Do something when something has happened."""

    def wait() -> None:
        if event.wait(20):
            act()

    threading.Thread(target=wait, daemon=True).start()


def ask(console: Console, command: str) -> None:
    """A console that asks, in various ways."""
    match command:
        case "utils unusual":
            console.out("\r\nShall the pumps be primed?")
            console.out(f"You said {console.line()}\r\n")
        case "utils twice":
            for _ in range(2):
                console.out("\r\nContinue (y/n)?")
                console.out(f"You said {console.line()}\r\n")
        case "utils odd":
            console.out("\r\nSpeak friend and enter> ")
            console.out(f"You said {console.line()}\r\n")
        case "set password user admin":
            console.out("\r\n   Please enter the new password: ")
            console.line(lambda _: "*")
            console.out("Password updated successfully.\r\n")
        case "utils fleeting":
            console.out("\r\nContinue (y/n)?")
            pause(2)
            console.out("\r\nno answer, going on\r\n")
        case "utils deaf":
            console.out("\r\nContinue (y/n)?")
            while True:
                console.key()
        case "utils system restart":
            console.out("\r\nContinue (y/n)?")
            console.line()
            console.out("Stopping Service Manager...\r\n")
            while True:
                console.key()
        case _:
            console.out("No valid command entered\r\n")


def test_only_what_reads_is_sent_with_its_enter(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[str] = []
    send = Shell.type

    def remembering(shell: Shell, text: str) -> bool:
        typed.append(text)
        return send(shell, text)

    monkeypatch.setattr(Shell, "type", remembering)
    with serve(ask) as server:
        device = reach(server, Operator(PASSWORD))
        device.run("imp1", "show anything")
        device.run("imp1", "utils anything")
    assert typed == [SETUP.decode(), "show anything\r", "utils anything", "\r"]


def test_nothing_is_typed_into_an_unannounced_question(reach: Reach) -> None:
    with serve(ask) as server:
        operator = Operator(PASSWORD)
        asked = reach(server, operator).run("imp1", "utils unusual", expect=(CONTINUE,))
        assert (asked.result, asked.question) == (Result.QUESTION, "Shall the pumps be primed?")
        assert operator.questions == ["Shall the pumps be primed?"]
        assert server.sessions[0].wait(5)
        assert bytes(server.received) == SETUP + b"utils unusual\r"


def test_an_announced_answer_is_used_once(reach: Reach) -> None:
    with serve(ask) as server:
        once: list[Answered] = []
        device = reach(server, Operator(PASSWORD))
        half = device.run("imp1", "utils twice", expect=(CONTINUE,), on_answer=once.append)
        assert (half.result, half.question, len(once)) == (Result.QUESTION, "You said y\n\nContinue (y/n)?", 1)
        whole = device.run("imp1", "utils twice", expect=(CONTINUE, CONTINUE))
        assert (whole.result, [a.answer for a in whole.answered]) == (Result.OK, ["y", "y"])
        assert bytes(server.received) == SETUP + b"utils twice\ry\r" + SETUP + b"utils twice\ry\ry\r"


def test_announced_answers_keep_their_order(reach: Reach) -> None:
    with serve(ask) as server:
        first = Expected(pattern="something else", answer="no")
        asked = reach(server, Operator(PASSWORD)).run("imp1", "utils twice", expect=(first, CONTINUE))
        assert asked.result is Result.QUESTION
        assert bytes(server.received) == SETUP + b"utils twice\r"


def test_an_announced_question_may_have_words_of_its_own(reach: Reach) -> None:
    with serve(ask) as server:
        odd = Expected(pattern=r"Speak friend and enter>", answer="mellon")
        done = reach(server, Operator(PASSWORD)).run("imp1", "utils odd", expect=(odd,))
        assert (done.result, done.output) == (Result.OK, "Speak friend and enter> mellon\nYou said mellon\n")


def test_a_password_is_typed_but_not_told(reach: Reach) -> None:
    with serve(ask) as server:
        told: list[Answered] = []
        secret = Expected(pattern=r"Please enter the new password:", answer="hush hush")
        done = reach(server, Operator(PASSWORD)).run(
            "imp1", "set password user admin", expect=(secret,), on_answer=told.append
        )
        assert done.result is Result.OK
        assert b"hush hush\r" in server.received
        assert [a.answer for a in told] == ["(not shown)"]
        assert "hush" not in repr(done)


def test_a_question_that_goes_away_is_not_answered_any_more(reach: Reach) -> None:
    with serve(ask) as server:
        operator = Operator(PASSWORD, answers={"utils fleeting": "y"}, thinking=threading.Event())
        done = reach(server, operator).run("imp1", "utils fleeting")
        assert (done.result, done.answered) == (Result.OK, ())
        assert operator.thinking is not None
        operator.thinking.set()
        assert bytes(server.received) == SETUP + b"utils fleeting\r"


def test_a_connection_that_ends_while_the_person_thinks(reach: Reach) -> None:
    with serve(ask) as server:
        operator = Operator(PASSWORD, answers={"utils unusual": "y"}, thinking=threading.Event())
        after(operator.asked, server.drop)
        done = reach(server, operator).run("imp1", "utils unusual")
        assert done.result is Result.CLOSED


def test_no_enter_where_the_answer_is_not_echoed(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli_backend.session.ECHO_SECONDS", 0.5)
    with serve(ask) as server:
        done = reach(server, Operator(PASSWORD)).run("imp1", "utils deaf", expect=(CONTINUE,))
        assert done.result is Result.QUESTION
        assert server.sessions[0].wait(5)
        assert bytes(server.received) == SETUP + b"utils deaf\ry"


def test_a_confirmed_restart_keeps_its_session_until_the_node_ends_it(reach: Reach) -> None:
    with serve(ask) as server:
        device = reach(server, Operator(PASSWORD))
        late = device.run("imp1", "utils system restart", expect=(CONTINUE,), reboots=True, timeout=4)
        assert late.result is Result.TIMED_OUT
        assert not server.sessions[0].wait(0.5)
        server.stop_listening()
        server.drop()
        assert device.wait_for_return("imp1", went_down=False, timeout=1) is False


def test_a_lost_connection_is_a_restart_only_after_an_answer(reach: Reach) -> None:
    def dies(console: Console, command: str) -> None:
        if command == "utils confirmed":
            console.out("Continue (y/n)?")
            console.line()
        console.channel.close()

    with serve(dies) as server:
        device = reach(server, Operator(PASSWORD))
        assert device.run("imp1", "utils dies", reboots=True).result is Result.CLOSED
        confirmed = device.run("imp1", "utils confirmed", expect=(CONTINUE,), reboots=True)
        assert confirmed.result is Result.REBOOTING


def test_cancelled_and_timed_out_commands_type_nothing_more(reach: Reach) -> None:
    def hang(console: Console, command: str) -> None:
        console.out("working\r\n")
        console.key()

    with serve(hang) as server:
        device = reach(server, Operator(PASSWORD))
        cancel = threading.Event()
        began = time.monotonic()
        stopped = device.run("imp1", "utils hang", on_output=lambda _: cancel.set(), cancel=cancel)
        assert (stopped.result, stopped.output) == (Result.CANCELLED, "working\n")
        assert time.monotonic() - began < 10
        assert device.run("imp1", "utils hang", timeout=1).result is Result.TIMED_OUT
        device.close()
        assert all(left.wait(5) for left in server.sessions)
        assert bytes(server.received) == (SETUP + b"utils hang\r") * 2


def test_split_reads_wrapped_echo_and_pagers(reach: Reach) -> None:
    pager = b"\x1b[1m\r\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines %d - %d of 4) : \x1b[0m"

    def prints(console: Console, command: str) -> None:
        if command == "file view activelog a":
            console.out(b"one\r\ntwo\r\n" + pager % (1, 2))
            assert console.key() == "n"
            console.out(b"\r\x1b[Kthree\r\nfour\r\nend of the file reached\r\n" + pager % (3, 4))
            assert console.key() == "q"
            console.out(b"\r\x1b[K")
        else:
            for byte in "Größe: 5 €\r\n\x1b]0;title\x07\x1b[1mbold\x1b[0m\r\nadmin: no prompt\r\n".encode():
                console.out(bytes((byte,)))

    with serve(prints) as server:
        device = reach(server, Operator(PASSWORD))
        assert device.run("imp1", "show bytes").output == "Größe: 5 €\n\x1b]0;title\x07bold\nadmin: no prompt\n"
        assert device.run("imp1", "file view activelog a").output == "one\ntwo\nthree\nfour\n"


def test_large_output_is_whole_and_streamed_in_batches(reach: Reach) -> None:
    line = b"x" * 78 + b"\r\n"

    def flood(console: Console, command: str) -> None:
        if command == "show slowly":
            for number in range(30):
                console.out(f"{number} ")
                pause(0.05)
        else:
            console.out(line * 40_000)

    with serve(flood) as server:
        device = reach(server, Operator(PASSWORD))
        batches: list[tuple[float, str]] = []
        began = time.monotonic()
        much = device.run("imp1", "show much", on_output=lambda text: batches.append((time.monotonic(), text)))
        assert much.output == (line * 40_000).decode().replace("\r", "")
        assert "".join(text for _, text in batches) == much.output
        assert len(batches) <= 2 + (time.monotonic() - began) / 0.1
        slow = device.run("imp1", "show slowly", timeout=3)
        assert slow.result is Result.TIMED_OUT  # its last line has no end, so the prompt is not at a line's start
        assert PROMPT in slow.output


def test_the_echo_is_found_though_megabytes_come_before_anybody_looks(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "y" * 78 + "\n"

    def flood(console: Console, _command: str) -> None:
        console.out(line.replace("\n", "\r\n") * 30_000)

    with serve(flood) as server:
        device = reach(server, Operator(PASSWORD))
        device.run("imp1", "show little")
        monkeypatch.setattr("cli_backend.session.GATHER", 1.0)
        much = device.run("imp1", "show much", timeout=20)
        assert (much.result, much.output) == (Result.OK, line * 30_000)


def test_late_output_is_not_the_next_command_s(reach: Reach) -> None:
    more = threading.Event()

    def chatty(console: Console, command: str) -> None:
        console.out(f"answer to {command}\r\n")
        if command == "show first":
            after(more, lambda: console.out("\r\nBroadcast\r\nadmin:"))

    with serve(chatty) as server:
        device = reach(server, Operator(PASSWORD))
        assert device.run("imp1", "show first").output == "answer to show first\n"
        more.set()
        pause(0.5)
        second = device.run("imp1", "show second")
        assert (second.output, second.late) == ("answer to show second\n", "Broadcast\n")
        assert device.run("imp1", "show third").late == ""
        assert len(server.sessions) == 1


def test_late_output_is_waited_for_to_its_prompt(reach: Reach) -> None:
    more = threading.Event()

    def pauses(console: Console, command: str) -> None:
        console.out(f"answer to {command}\r\n")
        if command == "show first":
            console.out("admin:")  # looks like the prompt, for long enough
            more.wait(30)
            console.out("two\r\n")
            pause(1)
            console.out("three\r\n")

    with serve(pauses) as server:
        device = reach(server, Operator(PASSWORD))
        assert device.run("imp1", "show first").output == "answer to show first\n"
        more.set()
        pause(0.2)
        second = device.run("imp1", "show second")
        assert (second.output, second.late) == ("answer to show second\n", "two\nthree\n")
        assert len(server.sessions) == 1


def test_nothing_is_typed_into_output_that_goes_on_after_a_prompt(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli_backend.session.ECHO_SECONDS", 1.0)
    taken, over = threading.Event(), threading.Event()

    def goes_on(console: Console, command: str) -> None:
        console.out("one\r\nadmin:")  # looks like the prompt, for long enough
        taken.wait(30)
        while command == "show first" and not over.wait(0.05):
            console.out("one more\r\n")

    with serve(goes_on) as server:
        device = reach(server, Operator(PASSWORD))
        assert device.run("imp1", "show first").output == "one\n"
        taken.set()
        pause(0.3)
        with pytest.raises(Unreachable):
            device.run("imp1", "utils change")
        over.set()
        assert b"utils change" not in server.received


def test_nothing_is_typed_into_a_question_that_comes_late(reach: Reach) -> None:
    more = threading.Event()

    def late(console: Console, command: str) -> None:
        console.out("well\r\n")
        if command == "show first":
            after(more, lambda: console.out("\r\nForce (yes/no)?"))

    with serve(late) as server:
        device = reach(server, Operator(PASSWORD))
        device.run("imp1", "show first")
        more.set()
        pause(0.5)
        assert device.run("imp1", "show second").output == "well\n"
        assert len(server.sessions) == 2
        assert bytes(server.received) == SETUP + b"show first\r" + SETUP + b"show second\r"


def test_a_session_that_ended_between_commands_is_opened_again(reach: Reach, eventually: Eventually) -> None:
    with serve(ask) as server:
        operator = Operator(PASSWORD)
        device = reach(server, operator)
        device.run("imp1", "show anything")
        server.drop()
        eventually(lambda: device._sessions["imp1"].closed)
        assert device.run("imp1", "show anything").result is Result.FAILED
        assert len(server.sessions) == 2


def test_a_failing_recorder_leaves_no_question_behind(reach: Reach) -> None:
    class StopError(Exception):
        pass

    def stop(_: Answered) -> None:
        raise StopError

    with serve(ask) as server:
        device = reach(server, Operator(PASSWORD))
        with pytest.raises(StopError):
            device.run("imp1", "utils twice", expect=(CONTINUE,), on_answer=stop)
        assert device.run("imp1", "show anything").result is Result.FAILED
        assert bytes(server.received) == SETUP + b"utils twice\r" + SETUP + b"show anything\r"


@pytest.mark.parametrize("command", ["show ?", "show\tstatus", "show\rstatus", "show \x1b", "", "show ü", "a\nb"])
def test_what_the_console_would_act_on_is_refused(reach: Reach, command: str) -> None:
    with serve(ask) as server, pytest.raises(CommandRefused):
        reach(server, Operator(PASSWORD)).run("imp1", command)
    assert not server.transports
