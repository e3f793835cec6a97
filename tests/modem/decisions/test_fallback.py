"""The way to 3G or 2G for one query: when, for whom, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from modemd.errors import StoreError
from tests.backends.scripted import Fails, Silent

AWAY = ["radio UMTS", "radio back to auto"]


@pytest.fixture
def on_lte(script: Any) -> Any:
    """A modem on LTE, whose network takes USSD on 3G and 2G alone."""
    script.radio.cells = ["LTE", "UMTS", "GSM"]
    script.radio.ussd_on = frozenset({"UMTS", "GSM"})
    script.radio.without = Fails("not supported")
    script.ussd["*"] = "Balance 7.50"
    return script


def radio(script: Any) -> list[str]:
    return [line for line in script.sent if line.startswith("radio")]


def test_there_and_back(house: Any, on_lte: Any) -> None:
    """One reading, and the modem has its own setting again before it is handed over."""
    row = house.open(radio_fallback="auto").balance()
    assert (row.reading.balance, row.error) == (Decimal("7.50"), None)
    assert radio(on_lte) == AWAY
    assert (on_lte.radio.setting, house.store.rats_to_put_back()) == ("auto", {})
    assert len(house.rows) == 1
    went = [seen.asking_rat for seen in house.snapshots if seen.asking == "balance"]
    assert [rat for rat, before in zip(went, [None, *went], strict=False) if rat != before] == ["UMTS", None]


def test_off_says_what_would_help(house: Any, on_lte: Any) -> None:
    row = house.open().balance()
    assert (row.error, radio(on_lte)) == ("not supported", [])
    assert 'radio_fallback = "auto"' in (row.hint or "")
    assert "3G or 2G" in (row.hint or "")
    assert house.store.last_fallback(row.sim_key) is None


@pytest.mark.parametrize(
    ("phrase", "said"), [("CME 30", "check the code"), ("not supported", "check the code"), ("no answer", "ask again")]
)
def test_no_other_radio_is_advised_where_ussd_worked(house: Any, script: Any, phrase: str, said: str) -> None:
    """A code that fails on LTE behind one that was answered there: the code is in doubt and not LTE. A new opening of
    the modem knows nothing of it."""
    script.radio.cells = ["LTE", "UMTS", "GSM"]
    script.ussd = {"*100#": "Balance 7.50", "*999#": Fails(phrase)}
    house.open()
    assert "3G" in (house.ussd("*999#").hint or "")
    assert house.balance().reading.balance == Decimal("7.50")
    hint = house.ussd("*999#").hint or ""
    assert "on LTE" in hint
    assert said in hint
    assert "3G" not in hint
    script.ussd = {"*": Fails(phrase)}
    house.advance(60)
    row = house.balance()
    assert (row.error, "3G" in (row.hint or "")) == (phrase, False)
    assert said in (row.hint or "")


def test_an_answer_of_a_fall_back_says_nothing_of_lte(house: Any, on_lte: Any) -> None:
    house.open(radio_fallback="auto").balance()
    assert "3G" in (house.ussd("*100#").hint or "")


def test_a_typed_code_stays_where_it_is(house: Any, on_lte: Any) -> None:
    assert house.open(radio_fallback="auto").ussd("*100#").error == "not supported"
    assert (radio(on_lte), on_lte.dialled) == ([], ["*100#"])


@pytest.mark.parametrize(
    ("phrase", "rats", "goes"),
    [
        ("not supported", ["LTE", "UMTS"], True),
        ("CME 30", ["LTE", "UMTS"], True),
        ("network timeout", ["LTE", "UMTS"], True),
        ("CME 258", ["LTE", "UMTS"], True),
        ("ERROR", ["LTE", "UMTS"], False),
        ("not supported", ["UMTS", "GSM"], False),
    ],
)
def test_the_reason(house: Any, on_lte: Any, phrase: str, rats: list[str], goes: bool) -> None:
    """Only an end that a network without circuit-switched services has, and only in such a network."""
    on_lte.radio.cells, on_lte.radio.without = rats, Fails(phrase)
    on_lte.radio.ussd_on = frozenset({"GSM"})
    house.open(radio_fallback="auto").balance()
    assert bool(radio(on_lte)) is goes


def test_the_only_link_is_not_cut(house: Any, on_lte: Any) -> None:
    """A modem that carries the machine's connection stays, unless the configuration allows it by name."""
    on_lte.uplink = "wwan0"
    row = house.open(radio_fallback="auto").balance()
    assert radio(on_lte) == []
    assert "wwan0" in (row.hint or "")
    assert "radio_fallback_on_uplink" in (row.hint or "")
    house.worker.stop()
    row = house.open(radio_fallback="auto", radio_fallback_on_uplink=True).balance()
    assert row.reading.balance == Decimal("7.50")


def test_what_cannot_be_written_down_is_not_done(house: Any, on_lte: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise StoreError("the disk is full: free some space")

    house.open(radio_fallback="auto")
    monkeypatch.setattr(house.store, "save_rat", full)
    row = house.balance()
    assert "the disk is full" in (row.hint or "")
    assert radio(on_lte) == []


def test_one_per_every(house: Any, on_lte: Any) -> None:
    """A query that failed there as well does not go there again before `every` is over."""
    on_lte.radio.ussd_on = frozenset()
    house.open(radio_fallback="auto", every_s=3600.0).balance()
    went = len(radio(on_lte))
    assert "per `every`" in (house.balance().hint or "")
    assert len(radio(on_lte)) == went
    house.advance(3600)
    house.balance()
    assert len(radio(on_lte)) > went


def test_a_code_that_may_cost_is_not_sent_twice(house: Any, on_lte: Any) -> None:
    """One that no pack calls free goes again only where nothing was sent."""
    house.open(radio_fallback="auto", code="*999#")
    assert "not sent twice" in (house.balance().hint or "")
    assert radio(on_lte) == []
    on_lte.radio.without = Fails("CME 30")
    assert house.balance().reading.balance == Decimal("7.50")


def test_silence_leaves_an_answer_due(house: Any, on_lte: Any) -> None:
    """The first request may still be answered: quarantine, and nothing is learned of the way it was written."""
    on_lte.radio.without = Silent()
    row = house.open(radio_fallback="auto").balance()
    assert (row.reading.balance, house.state) == (Decimal("7.50"), "quarantine")


def test_a_setting_that_is_not_taken_back_is_said(house: Any, on_lte: Any) -> None:
    on_lte.radio.puts_back = False
    row = house.open(radio_fallback="auto").balance()
    assert row.reading.balance == Decimal("7.50")
    house.advance(6)
    assert "by hand" in house.error
    assert house.store.rats_to_put_back()


@pytest.mark.parametrize("setting", ["auto", "off"])
def test_the_next_start_puts_back(house: Any, on_lte: Any, setting: str) -> None:
    """What a killed daemon left changed, whatever the configuration says now, before anything else."""
    on_lte.radio.setting = "UMTS"
    house.store.save_rat("860000000000017", "script auto")
    house.open(radio_fallback=setting)
    assert on_lte.sent == ["open", "radio back to auto"]
    assert (on_lte.radio.setting, house.store.rats_to_put_back()) == ("auto", {})


def test_another_modems_setting_is_not_ours(house: Any, on_lte: Any) -> None:
    house.store.save_rat("860000000000099", "script auto")
    house.open()
    assert radio(on_lte) == []
    assert house.store.rats_to_put_back() == {"860000000000099": "script auto"}


def test_unplugged_on_the_way(house: Any, on_lte: Any) -> None:
    """The stick is pulled while it is away: it is put back at the next opening."""

    def pull() -> None:
        on_lte.present = False

    on_lte.ussd["*"] = [Silent(), "Balance 7.50"]
    house.clock.plan(12, pull)
    row = house.open(radio_fallback="auto").balance()
    assert row.error == "unplugged"
    assert house.store.rats_to_put_back()
    on_lte.present = True
    house.advance(90)
    assert (on_lte.radio.setting, house.store.rats_to_put_back()) == ("auto", {})
