"""`data = "auto"`: the data left, asked for behind a scheduled balance query, and what that may not do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from modemd.alerts import raising, rules
from modemd.backends.base import SmsAnnounced
from modemd.modem.data_query import pause
from tests.backends.scripted import Fails, Says, Silent
from tests.owner_thread import PACK

DATA = '\n[[data]]\ncode = "*107#"\nconfidence = "medium"\nsource = "test"\n'
BY_SMS = 'reply = "sms"\n'
LEFT = "Remaining data: 1.5 GB until 31.12.2026"
HOUR_S = 3600.0


def scheduled(house: Any, **options: Any) -> Any:
    """The row of a scheduled query, which is there before the data is asked for, and the time for that."""
    row = house.balance(origin="schedule", **options)
    house.advance(60)
    return row


@pytest.fixture
def data_house(make_house: Callable[..., Any], script: Any) -> Any:
    """The test's operator with a code for the data, and answers to both codes."""
    script.ussd |= {"*100#": "Balance 60.00", "*107#": LEFT}
    return make_house(PACK + DATA)


def test_the_data_code_follows_a_scheduled_balance(data_house: Any, script: Any) -> None:
    """Its row has the data and no money, and stands behind the balance's."""
    row = scheduled(data_house.open(data="auto"))
    assert row.reading.balance == Decimal("60.00")
    assert script.dialled == ["*100#", "*107#"]
    balance, data = data_house.rows
    assert balance == row
    assert (data.code, data.origin, data.error, data.text) == ("*107#", "schedule", None, LEFT)
    assert (data.reading.kind, data.reading.balance, data.reading.data_left_mb) == ("other", None, 1536.0)
    assert data.reading.expires == "2026-12-31"
    assert data_house.store.history() == [balance, data]


def test_a_person_and_the_default_dial_no_data_code(make_house: Any, data_house: Any, script: Any) -> None:
    """Nor does a query by another code, or one whose answer did not come."""
    scheduled(make_house(PACK + DATA).open())
    data_house.open(data="auto").balance()
    data_house.advance(60)
    scheduled(data_house, code="#100#")
    script.ussd["*100#"] = script.ussd["#100#"] = Fails("network timeout")
    scheduled(data_house)
    assert "*107#" not in script.dialled


@pytest.mark.parametrize(
    "data",
    [
        DATA.replace("medium", "low"),
        DATA.replace("medium", "unverified"),
        DATA + 'cost = "0.50"\n',
        "",
        DATA.replace('code = "*107#"', 'kind = "sms"\nnumber = "107"\ntext = "data"'),
    ],
)
def test_a_doubtful_or_dear_code_is_not_dialled(make_house: Any, script: Any, data: str) -> None:
    script.ussd |= {"*100#": "Balance 60.00", "*107#": LEFT}
    scheduled(make_house(PACK + data).open(data="auto"))
    assert script.dialled == ["*100#"]


def test_the_short_form_names_trusted_codes(make_house: Any, script: Any) -> None:
    """`data_codes = [...]` of a pack is enough."""
    script.ussd |= {"*100#": "Balance 60.00", "*107#": LEFT}
    house = make_house(PACK.replace('name = "Test"', 'name = "Test"\ndata_codes = ["*107#", "*108#"]'))
    scheduled(house.open(data="auto"))
    assert script.dialled == ["*100#", "*107#"]


def test_once_per_every(data_house: Any, script: Any) -> None:
    """A query that a top-up brought forward does not dial it again; the next one in turn does."""
    data_house.open(data="auto", every_s=6 * HOUR_S)
    for hours in (0, 1, 5):
        data_house.advance(hours * HOUR_S)
        scheduled(data_house)
    assert script.dialled == ["*100#", "*107#", "*100#", "*100#", "*107#"]


def test_the_cap_of_the_day_holds(data_house: Any, script: Any, clock: Any) -> None:
    """Each of its questions is one of the 24, and there is no 25th."""
    data_house.open(data="auto", every_s=2 * HOUR_S)
    key = data_house.worker.snapshot.sim_key
    for _ in range(22):
        data_house.store.note_attempt("home", key, at=clock.now(), origin="schedule")
    scheduled(data_house)
    assert data_house.store.standing("home", key, now=clock.now()).attempts_today == 24
    data_house.advance(3 * HOUR_S)
    scheduled(data_house)
    assert script.dialled == ["*100#", "*107#", "*100#"]


@pytest.mark.parametrize(("hours", "apart"), [(6, 6), (2, 2), (1.5, 3), (1, 24), (0.1, 24)])
def test_the_balance_has_the_first_claim_on_the_day(hours: float, apart: float) -> None:
    assert pause(hours * HOUR_S) == pytest.approx(apart * HOUR_S)


def test_the_balance_stays_the_last_reading(data_house: Any, clock: Any) -> None:
    """`status`, `--cached` and `check` show what the balance's code said, and data ends no silence of the balance."""
    row = scheduled(data_house.open(data="auto"))
    key = data_house.worker.snapshot.sim_key
    assert data_house.store.standing("home", key, now=clock.now()).reading == row
    assert data_house.store.last_row("home") == row
    policy = rules.Policy()
    data = data_house.rows[-1]
    assert raising.measured(data_house.store, data, policy=policy, channels={}) == []
    assert data_house.store.alert_state(key) == {}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Fails("network timeout"), "network timeout"),
        (Silent(), "no answer"),
        ("Balance 99.00", "no data"),
        ("Hello", "no data"),
        (Says(None), "empty answer"),
    ],
    ids=str,
)
def test_an_answer_without_data(data_house: Any, script: Any, reply: Any, error: str) -> None:
    """It says so in a row of its own, and has no money, whatever it names."""
    script.ussd["*107#"] = reply
    row = scheduled(data_house.open(data="auto"))
    assert row.reading.balance == Decimal("60.00")
    data = data_house.rows[-1]
    assert (data.about, data.error, data.reading.balance, data.reading.data_left_mb) == ("data", error, None, None)
    policy = rules.Policy()
    assert raising.measured(data_house.store, data, policy=policy, channels={}) == []


def test_unanswered_data_codes_are_no_fault_of_the_modem(data_house: Any, script: Any) -> None:
    """Three balance queries without an answer heal a modem; an operator that knows no such code does not. It is asked
    more and more rarely: each silence costs the balance a quarantine."""
    script.ussd["*107#"] = Silent()
    data_house.open(data="auto", every_s=6 * HOUR_S)
    for _ in range(4 * 9):
        scheduled(data_house)
        data_house.advance(6 * HOUR_S)
    asked = [nth for nth, code in enumerate(script.dialled) if code == "*107#"]
    assert script.dialled.count("*100#") == 36
    assert asked == [1, 6, 15, 31]  # a day later, two, and nearly four
    assert data_house.state == "ready"
    assert script.sent.count("open") == 1


def test_an_answer_ends_the_longer_pauses(data_house: Any, script: Any) -> None:
    script.ussd["*107#"] = [Silent(), LEFT]
    data_house.open(data="auto", every_s=6 * HOUR_S)
    for _ in range(6):
        scheduled(data_house)
        data_house.advance(6 * HOUR_S)
    assert script.dialled == ["*100#", "*107#", *["*100#"] * 4, "*107#", "*100#", "*107#"]


@pytest.mark.parametrize("said", ["Thank you, the answer will come by SMS", None], ids=str)
def test_the_answer_may_come_as_a_message(make_house: Any, script: Any, clock: Any, said: str | None) -> None:
    """Where the pack says so, or the operator does, the message is waited for."""
    house = make_house(PACK.replace('plmn = ["25001"]', 'plmn = ["25001"]\nsms_senders = ["Test"]') + DATA + BY_SMS)
    script.ussd |= {"*100#": "Balance 60.00", "*107#": Says(said)}
    house.open(data="auto")
    clock.plan(9, lambda: script.backend.tell(SmsAnnounced(script.shelf.put(1, "Test", LEFT, sent_at=clock.now()))))
    scheduled(house)
    data = house.rows[-1]
    assert (data.about, data.channel, data.code, data.text) == ("data", "sms", "*107#", LEFT)
    assert (data.reading.kind, data.reading.data_left_mb, data.error) == ("other", 1536.0, None)
