"""Balances that come as a short message: announced, asked for, unasked; and what is left alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.backends.base import SmsAnnounced, SmsReceived, SmsStorageFull
from modemd.errors import CommandError, SmsMaybeSent
from modemd.modem.requests import BalanceQuery, SmsList, SmsSend, SmsSent
from tests.backends.scripted import Fails, Silent

SOON = "Thank you, the answer will come by SMS"


@pytest.fixture
def told(make_house: Any, script: Any, sms_pack: str) -> Any:
    """A modem whose operator announces the balance by SMS; not open."""
    script.ussd["*"] = SOON
    return make_house(sms_pack)


@pytest.fixture
def arrives(script: Any, clock: Any) -> Any:
    """arrives(5, "Balance", "Balance 3"): so many seconds from now, announced."""
    places = iter(range(1, 99))

    def plan(after_s: float, sender: str, text: str, **more: Any) -> None:
        def put() -> None:
            sent_at = more.pop("sent_at", clock.now())
            place = script.shelf.put(next(places), sender, text, sent_at=sent_at, **more)
            if script.shelf.announces or script.shelf.listening:
                script.backend.tell(SmsAnnounced(place))

        clock.plan(after_s, put)

    return plan


def test_the_announced_message_is_the_answer(told: Any, script: Any, arrives: Any) -> None:
    """Its row is of channel sms; it stays unread and where it lies, and none is sent."""
    arrives(9, "Balance", "Balance 57.30")
    row = told.open().balance()
    assert (row.channel, row.origin, row.code, row.text) == ("sms", "query", "*100#", "Balance 57.30")
    assert (row.reading.balance, row.reading.confidence, row.error) == (Decimal("57.30"), "operator", None)
    assert [kept.channel for kept in told.store.history()] == ["sms"]
    assert script.shelf.unread == [1]
    assert script.sent == ["open", "ussd *100#"]
    busy = [(one.asking_code, one.asking_by_sms) for one in told.snapshots if one.state == "busy"]
    assert list(dict.fromkeys(busy)) == [(None, False), ("*100#", False), ("*100#", True)], "for who waits"


def test_none_comes(told: Any, script: Any) -> None:
    """After 90 s: the announcement is the row, with a line that says so. Nothing else is asked without leave."""
    began = told.clock.monotonic()
    row = told.open().balance()
    assert (row.reading.kind, row.reading.balance, row.channel) == ("sms_follows", None, "ussd")
    assert "modemd sms list" in (row.hint or "")
    assert 90 <= told.clock.monotonic() - began < 100
    assert script.dialled == ["*100#"]


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("+79261234567", "Balance 9999"),
        ("900", "VISA1234 12:30 payment 500р Balance 15000р"),
        ("Shop", "Code 4711, do not share. Balance 77"),
    ],
    ids=["a person", "a bank", "a one-time code"],
)
def test_strangers_do_not_answer(told: Any, arrives: Any, sender: str, text: str) -> None:
    arrives(9, sender, text)
    row = told.open().balance()
    assert (row.reading.balance, row.channel) == (None, "ussd")
    assert [kept.text for kept in told.store.history()] == [SOON]


def test_a_short_number_may_answer(told: Any, arrives: Any) -> None:
    """In the window, a sender of six digits at most that no pack names."""
    arrives(9, "5050", "Your balance is 57.30 RUB")
    row = told.open().balance()
    assert (row.reading.balance, row.reading.confidence) == (Decimal("57.30"), "generic")


def test_two_that_contradict_each_other(told: Any, arrives: Any) -> None:
    """Two balances in one window are unknown."""
    arrives(9, "Balance", "Balance 57.30")
    arrives(10, "5050", "Your balance is 1000 RUB")
    row = told.open().balance()
    assert (row.reading.balance, row.error) == (None, "contradiction")


@pytest.mark.parametrize(
    ("first", "last", "balance", "kind"),
    [
        ("Hello. Balance 123", "4.50. Bye", "1234.50", "balance"),
        ("Hello. Balance 123", None, None, "sms_follows"),
        ("Balance 12 RUB. Dear", None, "12", "balance"),
    ],
)
def test_parts(told: Any, arrives: Any, first: str, last: str | None, balance: str | None, kind: str) -> None:
    """A number that the border of two parts cuts is whole, or it is none; whatever order they come in. One that stands
    inside the part that came counts at the end of the window."""
    if last is not None:
        arrives(5, "Balance", last, reference=7, number=2, total=2)
    arrives(6, "Balance", first, reference=7, number=1, total=2)
    row = told.open().balance()
    assert row.reading.balance == (None if balance is None else Decimal(balance))
    assert row.reading.kind == kind


def test_yesterdays_answer_is_yesterdays_balance(told: Any, arrives: Any, clock: Any) -> None:
    """The network had kept it: its time is that of its stamp."""
    yesterday = clock.now() - timedelta(days=1)
    arrives(9, "Balance", "Balance 99", sent_at=yesterday)
    row = told.open().balance()
    assert (row.reading.balance, row.taken_at) == (Decimal(99), yesterday)
    arrives(9, "Balance", "Balance 99", sent_at=yesterday)
    arrives(9, "Balance", "Balance 12")
    row = told.balance()
    assert row.reading.balance == Decimal(12)
    assert row.taken_at > clock.now() - timedelta(minutes=1)


def test_one_that_could_only_be_read_by_marking_it(told: Any, script: Any, arrives: Any) -> None:
    """The answer that was waited for is read all the same; one that comes unasked is left alone."""
    script.shelf.marks = True
    arrives(9, "Balance", "Balance 57.30")
    assert told.open().balance().reading.balance == Decimal("57.30")
    arrives(100, "Balance", "Balance 1.00")
    told.advance(200)
    assert script.shelf.unread == [2]
    assert len(told.rows) == 1


def test_the_modem_that_does_not_announce(told: Any, script: Any, arrives: Any) -> None:
    """While an answer is waited for it is made to, and not for longer."""
    script.shelf.announces = False
    arrives(9, "Balance", "Balance 57.30")
    assert told.open().balance().reading.balance == Decimal("57.30")
    assert not script.shelf.listening


def test_one_that_cannot_be_read_at_once(told: Any, script: Any, arrives: Any) -> None:
    script.shelf.fails = 1
    arrives(9, "Balance", "Balance 57.30")
    assert told.open().balance().reading.balance == Decimal("57.30")


def test_an_answer_is_deleted_only_by_leave(told: Any, script: Any, arrives: Any) -> None:
    """sms_delete_own: what modemd caused, and that alone."""
    script.shelf.put(50, "+79261234567", "private")
    arrives(9, "Balance", "Balance 57.30")
    told.open(sms_delete_own=True).balance()
    assert [line for line in script.sent if line.startswith("delete")] == ["delete SM 1"]


# --- asked for by a message


def test_asked_by_a_message_where_that_is_free(told: Any, script: Any, arrives: Any) -> None:
    """USSD does not work: one message goes out, and its answer counts, whatever its sender's name."""
    script.ussd["*"] = Fails("not supported")
    arrives(30, "111", "Balance 5.00")
    row = told.open(sms_query="auto").balance()
    assert (row.channel, row.code, row.reading.balance) == ("sms", "sms:111:11", Decimal("5.00"))
    assert script.sent.count("sms to 111: 11") == 1


@pytest.mark.parametrize("reason", ["off", "roaming", "a code was named", "the pack says no price"])
def test_when_no_message_is_sent(make_house: Any, script: Any, sms_pack: str, reason: str) -> None:
    script.ussd["*"] = Fails("not supported")
    settings: dict[str, Any] = {"sms_query": "off" if reason == "off" else "auto"}
    if reason == "roaming":
        script.network = type(script.network)(registered=True, roaming=True)
        settings["roaming"] = True
    pack = sms_pack.replace('cost = "0"\n', "") if reason == "the pack says no price" else sms_pack
    make_house(pack).open(**settings).balance(**({"code": "*105#"} if reason == "a code was named" else {}))
    assert not [line for line in script.sent if line.startswith("sms")]


@pytest.mark.parametrize(
    ("raises", "error"),
    [
        (CommandError("no", code="CMS 21"), "not supported"),
        (SmsMaybeSent("no", code="no final result"), "not supported"),
    ],
    ids=["refused", "nobody knows"],
)
def test_a_message_is_never_sent_twice(told: Any, script: Any, raises: Exception, error: str) -> None:
    script.ussd["*"] = Fails("not supported")
    script.shelf.sending = raises
    row = told.open(sms_query="auto").balance()
    assert (row.error, row.reading.balance) == (error, None)
    assert script.sent.count("sms to 111: 11") == 1


# --- unasked


def test_a_balance_that_comes_by_itself(told: Any, arrives: Any) -> None:
    """Of the operator, with its own pattern: a row of origin sms."""
    told.open()
    arrives(60, "Balance", "Balance 3.00")
    told.advance(61)
    row = told.rows[-1]
    assert (row.origin, row.channel, row.reading.balance) == ("sms", "sms", Decimal("3.00"))


def test_what_is_private_leaves_no_trace(told: Any, script: Any, arrives: Any) -> None:
    """Neither a row nor a mark, and what lay there before is not read."""
    script.shelf.put(50, "Balance", "Balance 1.00")
    told.open()
    arrives(60, "+79261234567", "Balance 3.00")
    told.advance(200)
    assert (told.rows, script.shelf.unread) == ([], [50, 1])


def test_a_top_up_makes_the_next_question_due(told: Any, arrives: Any) -> None:
    told.open()
    arrives(60, "Balance", "Your account was topped up with 100 RUB.")
    told.advance(61)
    assert told.worker.snapshot.wanted_at is not None


@pytest.mark.parametrize("event", ["counted", "said"])
def test_a_full_storage_is_said(told: Any, script: Any, event: str) -> None:
    """From 80 % on, or when the modem complains: in status, with what to do."""
    if event == "counted":
        for index in range(16):
            script.shelf.put(100 + index, "x", "y")
    told.open()
    if event == "said":
        script.happens(SmsStorageFull(), 10)
    told.advance(12)
    assert (told.state, "modemd sms list" in told.error) == ("ready", True)


def test_a_message_that_is_handed_over(told: Any, script: Any) -> None:
    from modemd.at.pdu import SmsPart

    told.open()
    script.happens(SmsReceived(SmsPart(sender="Balance", text="Balance 3.00", raw=b"x")), 10)
    told.advance(100)
    assert told.rows[-1].reading.balance == Decimal("3.00")


def test_the_list(told: Any, script: Any) -> None:
    """Read only; what could be read only by marking it is counted, and read where somebody says so."""
    script.shelf.put(3, "Balance", "Balance 3.00")
    script.shelf.marks = True
    listing = told.open().messages()
    assert (listing.messages, listing.hidden, script.shelf.unread) == ((), 1, [3])
    assert [message.text for message in told.messages(may_mark=True).messages] == ["Balance 3.00"]
    assert script.shelf.unread == []


def test_a_list_does_not_wait_for_late_answers(house: Any, script: Any) -> None:
    """Behind a code without an answer nothing is dialled for a while; messages are read all the same."""
    script.ussd["*"] = Silent()
    script.shelf.put(1, "Balance", "Balance 5.00")
    house.open(quarantine_s=600.0).balance(code="*105#")
    waits = house.begin(BalanceQuery(code="*100#"))
    listed = house.begin(SmsList())
    assert [message.text for message in listed.result(0).messages] == ["Balance 5.00"]
    assert not waits.done()
    assert script.dialled == ["*105#"]


# --- messages of modemd's own


@pytest.mark.parametrize(
    ("raises", "sent"),
    [
        (None, SmsSent()),
        (CommandError("no", code="CMS 38"), SmsSent(error="CMS 38", hint="no")),
        (SmsMaybeSent("hm", code="no final result"), SmsSent(error="no final result", hint="hm", unknown=True)),
    ],
    ids=["sent", "refused", "nobody knows"],
)
def test_a_message_that_modemd_sends(told: Any, script: Any, raises: Exception | None, sent: SmsSent) -> None:
    """Once, whatever comes of it; nothing is asked, and the modem is ready again."""
    script.shelf.sending = raises
    house = told.open()
    assert house.ask(SmsSend(number="+7916", text="low")) == sent
    assert [line for line in script.sent if line != "open"] == ["sms to +7916: low"]
    assert house.state == "ready"


@pytest.mark.parametrize(
    ("network", "error"),
    [({"registered": True, "roaming": True}, "roaming"), ({"registered": False}, "not registered")],
)
def test_no_message_is_sent_abroad_or_without_a_network(
    told: Any, script: Any, network: dict[str, Any], error: str
) -> None:
    """Whatever the configuration says of queries."""
    script.network = type(script.network)(**network)
    assert told.open(roaming=True).ask(SmsSend(number="+7916", text="low")).error == error
    assert not [line for line in script.sent if line.startswith("sms")]
