"""Which encodings of a request go out, when another one may follow, and that a typed code reaches the network once."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import UssdRequest
from modemd.modem.worker import BalanceQuery, UssdQuery
from modemd.records import Device, UssdResult

PLAIN, UCS2, HEX, PACKED = "*100#", "002A0031003000300023", "2A31303023", "AA180C3602"
NOT_UNDERSTOOD = [("ERROR",), ("+CME ERROR: 100",), ("+CME ERROR: 304",), ("COMMAND NOT SUPPORT",)]
ANSWER = ("OK", '+CUSD: 0,"Balance 5.00",15')
WRONG = ("OK", '+CUSD: 0,"Wrong code",15')


@dataclass(frozen=True)
class Known:
    request: str | None = None
    decoder: str | None = None


@contextmanager
def opened(peer: Any, fast: Timeouts, charset: str = "GSM", **options: Any) -> Any:
    peer.answers["AT+CSCS?"] = (f'+CSCS: "{charset}"', "OK")
    peer.answers["AT+CSCS=*"] = ("OK",)
    modem = Modem(peer.path, timeouts=fast, **options)
    modem.connect()
    try:
        yield modem
    finally:
        modem.close()


def dial(modem: Modem, *, repeatable: bool = False, timeout_s: float = 0.15, **options: Any) -> UssdResult:
    return modem.ussd(
        UssdRequest(
            code="*100#",
            ask=lambda _message: None,
            repeatable=repeatable,
            timeout_s=timeout_s,
            **{"cancelled": lambda: False, "wrong_code": lambda text: text.startswith("Wrong"), **options},
        )
    )


def sent(peer: Any) -> list[str]:
    return [line.split('"')[1] for line in peer.requests]


@pytest.mark.parametrize(
    ("charset", "ways"),
    [
        ("GSM", [PLAIN, PACKED]),
        ("IRA", [PLAIN, PACKED]),
        ("UCS2", [UCS2, PLAIN, PACKED, PLAIN]),
        ("HEX", [HEX, PLAIN, PACKED, PLAIN]),
    ],
)
def test_what_was_not_understood_is_written_another_way(
    make_peer: Any, fast: Timeouts, together: Any, charset: str, ways: list[str]
) -> None:
    """ERROR, CME 100, 304: all of them, for any code; the last one changes the TE character set for one request,
    and puts it back."""

    def check(refusal: tuple[str, ...]) -> None:
        peer = make_peer()
        with opened(peer, fast, charset) as modem:
            peer.ussd(*refusal)
            assert dial(modem).status == "error"
            assert sent(peer) == ways
            changes = [line for line in peer.commands if line.startswith("AT+CSCS=")]
            assert changes == (['AT+CSCS="GSM"', f'AT+CSCS="{charset}"'] if len(ways) > 2 else [])

    together({refusal[0]: partial(check, refusal) for refusal in NOT_UNDERSTOOD})


@pytest.mark.parametrize(
    "says",
    [("ERROR",), ("OK",), ("OK", "+CUSD: 5"), ("OK", "+CME ERROR: 258"), ANSWER],
    ids=["error", "silence", "network timeout", "late error", "answer"],
)
def test_the_character_set_is_put_back_after_each_end(peer: Any, fast: Timeouts, says: Any) -> None:
    """The request that needs another TE character set ends as it may: the modem has its own again right behind it."""
    with opened(peer, fast, "UCS2") as modem:
        peer.answers["AT+CUSD=1*"] = [("ERROR",), ("ERROR",), ("ERROR",), says]
        dial(modem)
        changes = [line for line in peer.commands if line.startswith("AT+CSCS=")]
        assert changes == ['AT+CSCS="GSM"', 'AT+CSCS="UCS2"']
        assert modem.te_charset == "UCS2"


def test_a_character_set_that_could_not_be_put_back_is_put_back_at_close(peer: Any, fast: Timeouts) -> None:
    """The modem refuses the change back once: close() tries again."""
    with opened(peer, fast, "UCS2") as modem:
        peer.answers['AT+CSCS="UCS2"'] = [("ERROR",), ("OK",)]
        peer.ussd("ERROR")
        dial(modem)
    assert peer.commands.count('AT+CSCS="UCS2"') == 2


def test_what_worked_comes_first(peer: Any, fast: Timeouts) -> None:
    """The way that was understood is the first one of the next request; what the store knows of the model too."""
    with opened(peer, fast) as modem:
        peer.answers["AT+CUSD=1*"] = [("ERROR",), ANSWER]
        assert dial(modem).sent_as == "packed"
        assert dial(modem).sent_as == "packed"
        assert sent(peer) == [PLAIN, PACKED, PACKED]
    with opened(peer, fast, learned=Known("packed")) as modem:
        dial(modem)
    assert sent(peer)[3:] == [PACKED]


@pytest.mark.parametrize("says", [("OK", "+CUSD: 5"), WRONG, ("OK", "+CUSD: 2"), ("OK",)])
def test_a_balance_code_is_written_another_way(peer: Any, fast: Timeouts, says: Any) -> None:
    """After +CUSD: 5, a bare +CUSD: 2, a "wrong code" text or silence a code that spends nothing goes out packed."""
    with opened(peer, fast) as modem:
        peer.answers["AT+CUSD=1*"] = [says, ANSWER]
        result = dial(modem, repeatable=True)
        assert (result.text, result.error) == ("Balance 5.00", None)
        assert sent(peer) == [PLAIN, PACKED]


def test_the_same_wrong_code_text_of_every_encoding_is_the_answer(peer: Any, fast: Timeouts) -> None:
    """The operator understood every encoding: what it says is the result, without an error."""
    with opened(peer, fast) as modem:
        peer.ussd(*WRONG)
        result = dial(modem, repeatable=True)
        assert (result.status, result.text, result.error) == ("done", "Wrong code", None)
        assert sent(peer) == [PLAIN, PACKED]


def test_silence_brings_one_more_encoding_at_most(peer: Any, fast: Timeouts) -> None:
    """Two silences end the query, though the ladder has more; AT+CUSD=2 stands behind each, and two answers are due."""
    with opened(peer, fast, "UCS2") as modem:
        peer.ussd("OK")
        result = dial(modem, repeatable=True)
        assert (result.status, result.error) == ("timeout", "no answer")
        assert sent(peer) == [UCS2, PLAIN]
        assert [line[:9] for line in peer.commands[-4:]] == ["AT+CUSD=1", "AT+CUSD=2"] * 2
        assert modem.answers_due == 2


@pytest.mark.parametrize("second", [("ERROR",), ("OK", "+CUSD: 5"), ("OK", "+CUSD: 2"), WRONG, ("+CME ERROR: 258",)])
def test_nothing_but_an_answer_replaces_a_silence(peer: Any, fast: Timeouts, second: Any) -> None:
    """While the first request's answer may still come no third one goes out, and the result says so."""
    with opened(peer, fast, "UCS2") as modem:
        peer.answers["AT+CUSD=1*"] = [("OK",), second]
        result = dial(modem, repeatable=True)
        assert (result.text, result.error) == (("Wrong code", None) if second is WRONG else (None, "no answer"))
        assert len(sent(peer)) == 2
        assert modem.answers_due


@pytest.mark.parametrize("known", ["plain", "packed"])
def test_silence_of_a_modem_whose_encoding_is_known_is_silence(peer: Any, fast: Timeouts, known: str) -> None:
    """Where a way was seen to work, the encoding is not to blame: one request."""
    with opened(peer, fast, learned=Known(known)) as modem:
        peer.ussd("OK")
        assert dial(modem, repeatable=True).error == "no answer"
        assert len(sent(peer)) == 1


def test_the_first_ones_late_answer_answers_the_second(peer: Any, fast: Timeouts) -> None:
    """It answers the same code of the same SIM: taken, but as no proof of an encoding, and one answer stays due."""
    with opened(peer, fast) as modem:
        peer.answers["AT+CUSD=1*"] = [("OK",), ("OK", 0.05, '+CUSD: 0,"Balance 5.00",15'), ("ERROR",)]
        result = dial(modem, repeatable=True)
        assert (result.text, result.sent_as, modem.answers_due) == ("Balance 5.00", None, 1)
        dial(modem)
        assert sent(peer)[2] == PLAIN  # nothing was learned


def test_an_answer_during_the_cancel_is_just_in_time(peer: Any, fast: Timeouts) -> None:
    """The answer that comes with the cancel's own OK answers a balance code: no second request goes out. A typed code's
    is late, and reaches on_unsolicited."""
    heard: list[str] = []
    with opened(peer, fast, on_unsolicited=heard.append) as modem:
        peer.ussd("OK")
        peer.answers["AT+CUSD=2"] = [("OK",), ('+CUSD: 0,"Balance 5.00",15', "OK")]
        result = dial(modem, repeatable=True)
        assert (result.text, result.error, modem.answers_due) == ("Balance 5.00", None, 0)
        assert len(sent(peer)) == 1
        assert heard == []
        result = dial(modem)
        assert (result.error, modem.answers_due > 0) == ("no answer", True)
        modem.wait(0)
        assert heard == ['+CUSD: 0,"Balance 5.00",15']


def test_all_requests_together_keep_to_the_time(peer: Any, fast: Timeouts) -> None:
    """`total_s` ends the second request early, and lets none begin when it is over."""
    with opened(peer, fast) as modem:
        peer.ussd("OK")
        result = dial(modem, repeatable=True, timeout_s=0.3, total_s=0.45)
        assert len(sent(peer)) == 1
        assert result.elapsed_s < 0.8


def test_huawei_says_how_it_reads_requests(peer: Any, fast: Timeouts) -> None:
    """^USSDMODE? is read once and never written: 1 = packed first, 0 = plain first."""
    for value, first in (("1", PACKED), ("0", PLAIN)):
        peer.answers["AT^USSDMODE?"] = (f"^USSDMODE: {value}", "OK")
        with opened(peer, fast) as modem:
            modem.device = Device(manufacturer="huawei", model="E173")
            peer.ussd(*ANSWER)
            dial(modem)
            dial(modem)
            assert sent(peer)[-1] == first
    assert peer.commands.count("AT^USSDMODE?") == 2
    assert not [line for line in peer.commands if line.startswith("AT^USSDMODE=")]


def test_huawei_is_asked_again_how_it_reads_requests_while_nothing_shows_it(peer: Any, fast: Timeouts) -> None:
    """An ERROR in a noisy moment is no word of an old firmware: packed requests to a modem that wants plain ones would
    fail until the port is opened again."""
    with opened(peer, fast) as modem:
        modem.device = Device(manufacturer="huawei", model="E173")
        peer.answers["AT^USSDMODE?"] = ("ERROR",)
        peer.ussd("OK", "+CUSD: 4")
        dial(modem)
        peer.answers["AT^USSDMODE?"] = ("^USSDMODE: 0", "OK")
        peer.ussd(*ANSWER)
        dial(modem)
        assert sent(peer)[-1] == PLAIN


# What a modem may say to a request; the first of a pair: whether the network may have got it.
ENDS: list[tuple[bool, tuple[Any, ...]]] = [
    (False, ("ERROR",)),
    (False, ("+CME ERROR: 100",)),
    (False, ("+CME ERROR: 304",)),
    (True, ("OK",)),
    (True, ("OK", "+CUSD: 5")),
    (True, ("OK", "+CUSD: 2")),
    (True, ("OK", "+CUSD: 4")),
    (True, ("OK", "ERROR")),
    (True, ("OK", "+CME ERROR: 100")),
    (True, WRONG),
    (True, ("+CUSD: 5", "ERROR")),
    (True, ("NO CARRIER",)),
    (True, ("+CME ERROR: 258",)),
    (True, ()),
]


@pytest.mark.parametrize("seed", range(3))
def test_a_typed_code_reaches_the_network_once(make_peer: Any, start: Any, together: Any, seed: int) -> None:
    """Whatever the modem says, at most one request of a typed code is one that the network may have got."""
    chance = random.Random(seed)

    def check(script: list[tuple[bool, tuple[Any, ...]]], charset: str) -> None:
        peer = make_peer()
        peer.answers["AT+CSCS?"] = (f'+CSCS: "{charset}"', "OK")
        peer.answers["AT+CSCS=*"] = ("OK",)
        reached: list[bool] = []

        def answer(_command: str) -> tuple[Any, ...]:
            reaches, says = script[len(reached) % len(script)]
            reached.append(reaches)
            return says

        peer.answers["AT+CUSD=1*"] = answer
        worker = start(peer.path, wait=None)
        result = worker.submit(UssdQuery(code="*111*5#", timeout_s=0.15)).result(10)
        assert result.error is not None or result.text == "Wrong code"
        assert sum(reached) <= 1, (script, reached)

    scripts = [chance.choices(ENDS, k=4) for _ in range(12)]
    together({f"{n}": partial(check, script, chance.choice(("GSM", "UCS2"))) for n, script in enumerate(scripts)})


def test_a_balance_goes_out_twice_at_most_after_silence_and_no_other_code(
    peer: Any, start: Callable[..., Any], watch: Any
) -> None:
    """The pack has two codes: after silence the first one goes out packed, the second code does not go out at all, and
    the late answer of one of the two is kept as late with its reading, then the other's too."""
    worker = start(peer.path, quarantine_s=0.2)
    peer.ussd("OK")
    assert worker.submit(BalanceQuery()).result(10).error == "no answer"
    assert sent(peer) == [PLAIN, PACKED]
    peer.say('+CUSD: 0,"Balance 1.00",15', '+CUSD: 0,"Balance 1.00",15', '+CUSD: 0,"Balance 9.00",15')
    assert watch.wait_for(lambda w: len(w.rows) == 4)
    late = [(row.origin, row.code, row.reading.balance is not None) for row in watch.rows[1:]]
    assert late == [("late", "*100#", True), ("late", "*100#", True), ("network", None, False)]


def test_an_answer_after_silence_is_followed_by_quarantine(
    peer: Any, start: Callable[..., Any], watch: Any, store: Any, fast: Timeouts
) -> None:
    """The second encoding brought the balance; the first one's answer may still come, so nobody else dials before the
    quarantine is over, and no encoding is learned."""
    worker = start(peer.path, quarantine_s=0.4)
    peer.answers["AT+CUSD=1*"] = [("OK",), ANSWER, ("OK", '+CUSD: 0,"Fine",15')]
    assert str(worker.submit(BalanceQuery()).result(10).reading.balance) == "5.00"
    assert watch.state("quarantine")
    learned = store.learned("M1", "1.0")
    assert learned is None or learned.request is None
    waiting = worker.submit(UssdQuery(code="*111#", timeout_s=0.4))
    peer.say('+CUSD: 0,"Balance 5.00",15')
    assert watch.wait_for(lambda w: len(w.rows) == 2)
    assert len(sent(peer)) == 2
    assert watch.rows[1].origin == "late"
    assert waiting.result(10).text == "Fine"


def test_a_pause_longer_than_the_final_result_code_may_take(peer: Any, fast: Timeouts) -> None:
    """Telit holds its OK back until the network has answered: that is no silence there."""
    with opened(peer, replace(fast, final_s=0.1)) as modem:
        modem.device = Device(manufacturer="Telit", model="HE910")
        peer.ussd(0.3, "OK", '+CUSD: 0,"Balance 5.00",15')
        assert dial(modem, timeout_s=2).text == "Balance 5.00"


NOT_SUPPORTED = ("OK", "+CUSD: 4")


@pytest.mark.parametrize(
    ("repeatable", "known", "says", "ways", "error"),
    [
        (True, None, [NOT_SUPPORTED, ANSWER], [PLAIN, PACKED], None),
        (True, None, [NOT_SUPPORTED, NOT_SUPPORTED], [PLAIN, PACKED], "not supported"),
        (False, None, [NOT_SUPPORTED, ANSWER], [PLAIN], "not supported"),
        (True, "plain", [NOT_SUPPORTED, ANSWER], [PLAIN], "not supported"),
    ],
    ids=["packed works", "the network's word", "a code that may cost", "a way that worked before"],
)
def test_not_supported_may_mean_not_understood(
    peer: Any, fast: Timeouts, repeatable: bool, known: str | None, says: list[Any], ways: list[str], error: str | None
) -> None:
    peer.answers["AT+CUSD=1*"] = says
    with opened(peer, fast, learned=Known(request=known) if known else None) as modem:
        result = dial(modem, repeatable=repeatable)
        assert (result.error, sent(peer)) == (error, ways)
