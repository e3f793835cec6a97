"""What the lines of one dialogue add up to, a row each: which message counts, which error, and what may be asked again.

Rows are lines as a modem gives them, in their order. `unreadable` stands for octets that no decoder reads.
"""

from __future__ import annotations

import itertools

import pytest

from modemd.at.classify import FinalResult, final_result
from modemd.at.ussd import parse_cusd
from modemd.backends.at.outcome import Outcome, better, choose, conclude, is_junk, may_repeat, not_sent
from modemd.records import UssdMessage


def message(line: str) -> UssdMessage | None:
    """A +CUSD line with its text, which needs no decoding here."""
    cusd = parse_cusd(line)
    if cusd is None:
        return None
    text = (cusd.payload or b"").decode("latin-1")
    readable = text if text and text != "unreadable" else None
    return UssdMessage(m=cusd.m, text=readable, dcs=cusd.dcs, decoder="plain", raw=cusd.payload or b"")


def ended(*lines: str) -> Outcome:
    """The outcome of a dialogue: the first final result code, and an error that came behind OK."""
    messages: list[UssdMessage] = []
    finals: list[FinalResult] = []
    for line in lines:
        if (found := message(line)) is not None:
            messages.append(found)
        else:
            final = final_result(line)
            assert final is not None, line
            finals.append(final)
    late = next((final for final in finals[1:] if not final.ok), None)
    return conclude(messages, finals[0] if finals else None, late)


def rows(*cases: tuple[object, ...]) -> list[object]:
    """Parameters with their first value, the lines, as the id."""
    return [pytest.param(*case, id=" | ".join(case[0]) or "silence") for case in cases]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "status", "error", "text"),
    rows(
        # an answer
        (("OK", '+CUSD: 0,"Balance 5",15'), "done", None, "Balance 5"),
        (('+CUSD: 0,"Balance 5",15', "OK"), "done", None, "Balance 5"),
        (('+CUSD: 0,"Balance 5",15',), "done", None, "Balance 5"),
        (("OK", '+CUSD: 1,"1 Balance",15'), "action_required", None, "1 Balance"),
        (("OK", '+CUSD: 2,"Balance 5",15'), "terminated", None, "Balance 5"),
        # an answer stays one, whatever error comes with it; only what was ended and then failed is taken back
        (('+CUSD: 0,"Balance 5",15', "+CME ERROR: 258"), "done", None, "Balance 5"),
        (('+CUSD: 2,"Balance 5",15', "ERROR"), "terminated", None, "Balance 5"),
        (("OK", '+CUSD: 0,"Balance 5",15', "ERROR"), "done", None, "Balance 5"),
        (("OK", '+CUSD: 2,"Balance 5",15', "ERROR"), "terminated", "network terminated", "Balance 5"),
        (("OK", "+CUSD: 2", "ERROR"), "terminated", "network terminated", None),
        # the modem's error says why, the empty end beside it does not
        (("+CUSD: 2", "+CME ERROR: 30"), "error", "CME 30", None),
        (("+CUSD: 0", "+CME ERROR: 30"), "error", "CME 30", None),
        (("+CUSD: 1", "+CME ERROR: 30"), "error", "CME 30", None),
        (("+CUSD: 3", "+CME ERROR: 30"), "error", "CME 30", None),
        (("+CUSD: 4", "+CME ERROR: 30"), "error", "CME 30", None),
        (("+CUSD: 5", "+CME ERROR: 30"), "error", "CME 30", None),
        (('+CUSD: 4,"echo",15', "+CME ERROR: 30"), "error", "CME 30", None),
        (('+CUSD: 0,"unreadable",15', "+CME ERROR: 30"), "error", "CME 30", None),
        (("OK", "+CUSD: 0", "+CME ERROR: 30"), "error", "CME 30", None),
        (("OK", "+CUSD: 4", "+CME ERROR: 30"), "error", "CME 30", None),
        # no +CUSD at all
        ((), "timeout", "no answer", None),
        (("OK",), "timeout", "no answer", None),
        (("ERROR",), "error", "ERROR", None),
        (("NO CARRIER",), "error", "NO CARRIER", None),
        (("+CME ERROR: 258",), "error", "CME 258", None),
        (("+CME ERROR: SIM busy",), "error", "CME SIM busy", None),
        (("OK", "+CME ERROR: 258"), "error", "CME 258", None),
        # a status and no text
        (("OK", "+CUSD: 0"), "done", "empty answer", None),
        (("OK", '+CUSD: 0,"",15'), "done", "empty answer", None),
        (("OK", '+CUSD: 0," ",15'), "done", None, " "),
        (("OK", "+CUSD: 1"), "action_required", "empty answer", None),
        (("OK", '+CUSD: 0,"unreadable",15'), "done", "undecodable", None),
        (("OK", '+CUSD: 1,"unreadable",15'), "action_required", "undecodable", None),
        (("OK", '+CUSD: 2,"unreadable",15'), "terminated", "network terminated", None),
        (("OK", "+CUSD: 2"), "terminated", "network terminated", None),
        # what these carry is the request's own echo
        (("OK", '+CUSD: 3,"*100#",15'), "error", "other client answered", None),
        (("OK", '+CUSD: 4,"*100#",15'), "not_supported", "not supported", None),
        (("OK", '+CUSD: 5,"*100#",15'), "timeout", "network timeout", None),
        (("OK", '+CUSD: 6,"*100#",15'), "error", "unknown status 6", None),
        (("OK", "+CUSD: -1"), "error", "unknown status -1", None),
        # several
        (("OK", '+CUSD: 0,"Advert",15', '+CUSD: 0,"Balance 5",15'), "done", None, "Balance 5"),
        (("OK", '+CUSD: 0,"Balance 5",15', "+CUSD: 2"), "done", None, "Balance 5"),
        (("OK", '+CUSD: 0,"Balance 5",15', "+CUSD: 4"), "done", None, "Balance 5"),
        (("OK", '+CUSD: 0,"Balance 5",15', '+CUSD: 2,"Bye",15'), "done", None, "Balance 5"),
        (("OK", '+CUSD: 2,"Balance 5",15', '+CUSD: 2,"Session released",15'), "terminated", None, "Balance 5"),
        (("OK", '+CUSD: 2,"Bye",15', '+CUSD: 1,"1 Balance",15'), "action_required", None, "1 Balance"),
        (("OK", "+CUSD: 2", '+CUSD: 0,"Balance 5",15'), "done", None, "Balance 5"),
        (("OK", "+CUSD: 4", "+CUSD: 2"), "not_supported", "not supported", None),
        (("OK", "+CUSD: 2", "+CUSD: 5"), "timeout", "network timeout", None),
        (("OK", "+CUSD: 5", "+CUSD: 4"), "not_supported", "not supported", None),
        (("OK", "+CUSD: 0", "+CUSD: 2"), "terminated", "network terminated", None),
    ),
)
def test_the_end_of_a_dialogue(lines: tuple[str, ...], status: str, error: str | None, text: str | None) -> None:
    """Status, error and text of the JSON."""
    outcome = ended(*lines)
    assert (outcome.status, outcome.error, outcome.text) == (status, error, text)
    assert outcome.answered == (error is None)
    assert not outcome.never_sent
    assert outcome.result("*100#", 1.0).status == status


@pytest.mark.parametrize(
    ("lines", "final", "after_ok"),
    rows(
        (("OK", '+CUSD: 0,"5",15'), None, False),
        (("OK",), None, False),
        (("OK", "+CUSD: 4"), None, False),
        (("ERROR",), "ERROR", False),
        (("+CUSD: 2", "+CME ERROR: 30"), "CME 30", False),
        (("+CUSD: 4", "+CME ERROR: 30"), "CME 30", False),
        (("OK", "+CME ERROR: 258"), "CME 258", True),
        (("OK", "+CUSD: 0", "+CME ERROR: 258"), "CME 258", True),
        (("OK", "+CUSD: 4", "+CME ERROR: 258"), "CME 258", True),
        (("OK", "+CUSD: 2", "+CME ERROR: 258"), "CME 258", True),
        (("OK", '+CUSD: 2,"5",15', "+CME ERROR: 258"), "CME 258", True),
        (("+CME ERROR: 30", "ERROR"), "CME 30", False),
    ),
)
def test_the_result_code_that_ended_it(lines: tuple[str, ...], final: str | None, after_ok: bool) -> None:
    """The failure is kept, with whether the modem had said OK before: then the request did go out."""
    outcome = ended(*lines)
    assert (outcome.final.error if outcome.final else None, outcome.after_ok) == (final, after_ok)


def test_the_result_carries_what_came() -> None:
    """All that the record shows: octets, decoder, dcs and whether the text is cut; none of them without a message."""
    whole = UssdMessage(m=0, text="5", dcs=15, decoder="packed", raw=b"\x35", cut=True)
    result = conclude([whole], None, None).result("*100#", 1.23456)
    assert (result.code, result.text, result.dcs, result.decoder) == ("*100#", "5", 15, "packed")
    assert (result.raw, result.cut, result.elapsed_s) == (b"\x35", True, 1.235)
    assert (result.turns, result.sent_as, result.error, result.hint) == ((), None, None, None)
    bare = conclude([UssdMessage(m=4, text="echo", dcs=15, decoder="plain", raw=b"echo")], None, None).result("*1#", 1)
    assert (bare.text, bare.dcs, bare.decoder, bare.raw, bare.cut) == (None, 15, None, b"echo", False)
    none = conclude([], None, None).result("*1#", 0.0)
    assert (none.text, none.dcs, none.decoder, none.raw, none.cut) == (None, None, None, b"", False)


@pytest.mark.parametrize(
    ("text", "made_by_the_stack"),
    [
        ("Initiating Release", True),
        ("\r\nrelease complete.\r\n", True),
        ("unexpected data value", True),
        ("data missing", True),
        ("System Failure", True),
        ("facility not supported", True),
        ("unknown subscriber", True),
        ("illegal subscriber", True),
        ("absent subscriber", True),
        ("call barred", True),
        ("USSD-busy", True),
        ("USSD busy", True),
        ("unknown alphabet", True),
        ("resources not available", True),
        ("session released", True),
        ("session terminated", True),
        ("session closed", True),
        ("Session closed. Balance 5", False),
        ("Your session closed", False),
        ("Balance 5", False),
        ("", False),
    ],
)
def test_what_the_modems_own_stack_says(text: str, made_by_the_stack: bool) -> None:
    """An m=2 with the stack's own words gives way to the operator's, before or behind it; alone it is what there is."""
    junk = UssdMessage(m=2, text=text, raw=text.encode())
    assert is_junk(junk) is made_by_the_stack
    own = UssdMessage(m=2, text="Balance 5", raw=b"Balance 5")
    assert choose([own, junk]) is (own if made_by_the_stack else junk)
    assert choose([junk, own]) is own
    assert choose([junk]) is junk
    for m in (0, 1):
        assert not is_junk(UssdMessage(m=m, text=text))


def test_nothing_to_choose() -> None:
    """No message, and messages without text: the last that says why."""
    assert choose([]) is None
    assert not is_junk(UssdMessage(m=2))
    empty, ended_it = UssdMessage(m=0), UssdMessage(m=2)
    assert choose([empty, ended_it]) is ended_it
    assert choose([ended_it, UssdMessage(m=5), empty]) == UssdMessage(m=5)


@pytest.mark.parametrize(
    ("lines", "nothing_went_out", "may_go_again"),
    rows(
        (("ERROR",), True, True),
        (("COMMAND NOT SUPPORT",), True, True),
        (("TOO MANY PARAMETERS",), True, True),
        (("+CME ERROR: 24",), True, True),
        (("+CME ERROR: 25",), True, True),
        (("+CME ERROR: 26",), True, True),
        (("+CME ERROR: 27",), True, True),
        (("+CME ERROR: 100",), True, True),
        (("+CME ERROR: 304",), True, True),
        (("+CME ERROR: text string too long",), True, True),
        (("+CME ERROR: invalid characters in text string",), True, True),
        (("+CME ERROR: dial string too long",), True, True),
        (("+CME ERROR: invalid characters in dial string",), True, True),
        (("+CME ERROR: Unknown ",), True, True),
        (("+CME ERROR: unknown error",), True, True),
        (("+CME ERROR: Incorrect parameters",), True, True),
        (("+CME ERROR: syntax error",), True, True),
        # refused with a reason: another way of writing the code changes nothing
        (("+CME ERROR: 23",), False, False),
        (("+CME ERROR: 28",), False, False),
        (("+CME ERROR: 30",), False, False),
        (("+CME ERROR: 99",), False, False),
        (("+CME ERROR: 101",), False, False),
        (("+CME ERROR: 258",), False, False),
        (("+CME ERROR: 303",), False, False),
        (("+CME ERROR: 305",), False, False),
        (("+CME ERROR: SIM busy",), False, False),
        (("+CME ERROR:",), False, False),
        (("+CMS ERROR: 100",), False, False),
        (("+CMS ERROR: 304",), False, False),
        (("NO CARRIER",), False, False),
        # after OK it went out; so it did where the network said something
        (("OK", "ERROR"), False, True),
        (("OK", "+CME ERROR: 100"), False, True),
        (("OK", "+CME ERROR: 258"), False, False),
        (("+CUSD: 4", "ERROR"), False, False),
        (("+CUSD: 2", "ERROR"), False, False),
        (("OK", "+CUSD: 5"), False, True),
        (("OK", "+CUSD: 2"), False, True),
        (("OK", "+CUSD: 2", "ERROR"), False, True),
        (("OK", "+CUSD: 4"), False, False),
        (("OK", "+CUSD: 3"), False, False),
        (("OK", "+CUSD: 0"), False, False),
        (("OK", '+CUSD: 0,"Balance 5",15'), False, False),
        # a second request would meet the first one's late answer
        (("OK",), False, False),
        ((), False, False),
    ),
)
def test_whether_it_may_be_asked_again(lines: tuple[str, ...], nothing_went_out: bool, may_go_again: bool) -> None:
    """`not_sent`: any code may be written another way. `may_repeat`: one that spends nothing may."""
    outcome = ended(*lines)
    assert not_sent(outcome) is nothing_went_out
    assert may_repeat(outcome) is may_go_again


def test_a_code_that_the_operator_did_not_understand_may_go_again() -> None:
    """An answer like "invalid code" is an answer, and still another encoding may help."""
    outcome = ended("OK", '+CUSD: 0,"Invalid MMI code",15')
    outcome.wrong_code = True
    assert may_repeat(outcome)
    assert not not_sent(outcome)


def test_the_better_of_two_tries() -> None:
    """From silence to a cancelled request; of two equals the first stays, and so does an answer against all below."""
    cancelled = Outcome(status="error", error="cancelled", cancelled=True)
    wrong = ended("OK", '+CUSD: 0,"Invalid MMI code",15')
    wrong.wrong_code = True
    worst_first = [
        ended("OK"),
        ended("+CME ERROR: 30"),
        ended("OK", "+CUSD: 4"),
        wrong,
        ended("OK", '+CUSD: 0,"Balance 5",15'),
        cancelled,
    ]
    for less, more in itertools.combinations(worst_first, 2):
        assert better(less, more) is more
        assert better(more, less) is more
    equals = (
        (ended("OK"), ended()),
        (ended("ERROR"), ended("+CME ERROR: 258")),
        (ended("OK", "+CUSD: 4"), ended("OK", "+CUSD: 2")),
        (ended("OK", "+CUSD: 4"), ended("+CUSD: 2", "+CME ERROR: 30")),
        (ended("OK", '+CUSD: 0,"5",15'), ended("OK", '+CUSD: 1,"6",15')),
    )
    for one, other in equals:
        assert better(one, other) is one
        assert better(other, one) is other
        assert better(None, one) is one
