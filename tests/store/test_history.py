"""Readings, failures and attempts: what goes in comes out, for the right SIM, whatever the clock does."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modemd.records import Measurement, Reading, Sim
from modemd.store import Store, summaries

Row = Callable[..., Measurement]


def balances(rows: list[Measurement]) -> list[str]:
    return [str(m.reading.balance) for m in rows]


def test_all_columns_come_back(store: Store, row: Row) -> None:
    """A row with everything on it is equal after the round trip: raw bytes, decimals, zone, failure and its hint."""
    m = row(
        sim=Sim(iccid="89701", imsi="25001", spn="МТС"),
        reading=Reading(
            kind="balance",
            balance=Decimal("-5.20"),
            currency="RUB",
            data_left_mb=1024.5,
            expires="2024-06-01",
            pattern="main",
            confidence="operator",
        ),
        channel="sms",
        origin="late",
        code="*100#",
        text="Баланс: -5.20 р.\nещё\0строка",
        raw=bytes(range(256)),
        decoder="ucs2",
        error="no answer",
        hint="ask again",
    )
    number = store.add(m)
    assert number is not None
    assert number > 0
    assert store.history() == [m]


def test_unset_stays_unset(store: Store, row: Row) -> None:
    """Unknown comes back as None, never as 0 or an empty text."""
    m = row(sim=Sim(), operator=None, country=None)
    store.add(m)
    (back,) = store.history()
    assert back == m
    assert back.reading.balance is None


amounts = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
texts = st.none() | st.text(st.characters(), max_size=40)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(balance=amounts | st.sampled_from([Decimal("1E+3"), Decimal("33.70"), Decimal("0")]), text=texts)
def test_any_text_can_be_stored(shared: Store, row: Row, balance: Decimal, text: str | None) -> None:
    """No text an operator can send makes the store fail; the amount keeps its value and decimals."""
    shared.add(row(reading=Reading(kind="balance", balance=balance), text=text, raw=b"\x00"))
    back = shared.history(limit=1)[0]
    assert back.reading.balance == balance
    assert "E" not in str(back.reading.balance) or balance.as_tuple().exponent == 0
    if text is None or text.isprintable():
        assert back.text == text


@pytest.fixture(scope="module")
def shared() -> Any:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "state")
        yield store
        store.close()


def test_lone_surrogates(store: Store, row: Row) -> None:
    """Half a surrogate pair, as a cut UCS2 reply gives, is stored as "?"; the bytes beside it are whole."""
    store.add(row(text="a\ud83d", raw=b"\xd8\x3d"))
    (back,) = store.history()
    assert (back.text, back.raw) == ("a?", b"\xd8\x3d")


def test_times_are_utc(store: Store, row: Row, folder: Path) -> None:
    """A time of another zone is the same instant in UTC, and in the file it is RFC 3339 with Z."""
    moscow = datetime(2024, 5, 1, 15, tzinfo=timezone(timedelta(hours=3)))
    store.add(row("1", taken_at=moscow))
    (back,) = store.history()
    assert back.taken_at == moscow
    assert back.taken_at.utcoffset() == timedelta(0)
    with sqlite3.connect(folder / "modemd.sqlite") as other:
        assert other.execute("SELECT taken_at FROM readings").fetchall() == [("2024-05-01T12:00:00.000000Z",)]
    other.close()


def test_a_time_without_zone_is_a_bug(store: Store, row: Row) -> None:
    """A naive time is refused rather than guessed."""
    with pytest.raises(ValueError, match="without a zone"):
        store.add(row("1", taken_at=datetime(2024, 5, 1)))
    assert store.history() == []


def test_history_filters(store: Store, row: Row, clock: Any) -> None:
    """In the order of arrival, whatever the clock said; by modem, SIM and time; `limit` keeps the newest."""
    start = clock.now
    store.add(row("3", taken_at=start + timedelta(hours=3)))
    store.add(row("1", taken_at=start + timedelta(hours=1)))
    store.add(row("2", taken_at=start + timedelta(hours=2), modem="van", sim_key="iccid:2"))
    assert balances(store.history()) == ["3", "1", "2"]
    assert balances(store.history(modem="home")) == ["3", "1"]
    assert balances(store.history(sim_key="iccid:2")) == ["2"]
    assert balances(store.history(since=start + timedelta(hours=2))) == ["3", "2"]
    assert balances(store.history(limit=2)) == ["1", "2"]
    assert store.history(limit=0) == []
    assert store.history(modem="nobody") == []


def test_last_reading_skips_failures(store: Store, row: Row) -> None:
    """A failure after a reading is the last row, but not the last reading; data alone is a reading."""
    store.add(row("12"))
    store.add(row(error="no answer"))
    assert store.last_reading("home").reading.balance == Decimal(12)  # type: ignore[union-attr]
    assert store.last_row("home").error == "no answer"  # type: ignore[union-attr]
    store.add(row(reading=Reading(kind="other", data_left_mb=5.0)))
    assert store.last_reading("home").reading.data_left_mb == 5.0  # type: ignore[union-attr]
    assert store.last_reading("van") is None
    assert store.last_row("van") is None


def test_a_swapped_sim_does_not_show_the_old_money(store: Store, row: Row) -> None:
    """Once a new SIM was seen in the modem, the old one's balance is not the modem's, though nothing was read yet."""
    store.add(row("500"))
    store.add(row(sim_key="iccid:new", error="no answer"))
    assert store.last_reading("home") is None
    assert store.last_reading("home", "iccid:new") is None
    assert store.last_reading("home", "iccid:8970101").reading.balance == Decimal(500)  # type: ignore[union-attr]
    assert store.current_sim_key("home") == "iccid:new"
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert store.standing("home", "iccid:new", now=now).had_other_sim
    assert not store.standing("van", "iccid:new", now=now).had_other_sim


def test_a_sim_that_cannot_be_named_now(store: Store, row: Row) -> None:
    """A failure while the modem was away (no SIM known) does not hide the last reading of the SIM in it."""
    store.add(row("7"))
    store.add(row(sim=Sim(), sim_key="modem:home", error="absent"))
    assert store.last_reading("home").reading.balance == Decimal(7)  # type: ignore[union-attr]


def test_a_sim_moves_to_another_modem(store: Store, row: Row) -> None:
    """The history follows the SIM."""
    store.add(row("7", modem="van"))
    assert store.last_reading("home", "iccid:8970101").modem == "van"  # type: ignore[union-attr]


def test_a_wrong_clock_cannot_pin_an_old_number(store: Store, row: Row, clock: Any) -> None:
    """A reading stamped years ahead gives way to the next query's, though that looks older."""
    store.add(row("900", taken_at=clock.now + timedelta(days=5000)))
    store.add(row("8"))
    assert store.last_reading("home").reading.balance == Decimal(8)  # type: ignore[union-attr]


@pytest.mark.parametrize(("hours", "expected"), [(1, "6"), (-1, "8")])
def test_late_counts_only_when_newer(store: Store, row: Row, clock: Any, hours: int, expected: str) -> None:
    """A late answer replaces the last reading only where it was taken after it."""
    store.add(row("8"))
    store.add(row("6", origin="late", taken_at=clock.now + timedelta(hours=hours)))
    assert str(store.last_reading("home").reading.balance) == expected  # type: ignore[union-attr]


def test_attempts(store: Store, folder: Path, clock: Any) -> None:
    """The last attempt survives a restart, per SIM; scheduled ones are counted apart from those of people."""
    start = clock.now
    store.note_attempt("home", "iccid:1", at=start, origin="schedule")
    store.note_attempt("home", "iccid:1", at=clock.move(hours=1), origin="query")
    store.close()
    store = Store(folder, clock=clock)
    assert store.last_attempt("home", "iccid:1") == clock.now
    assert store.last_attempt("home", None) == clock.now
    assert store.last_attempt("home", "iccid:other") is None
    assert store.last_attempt("van", None) is None
    today = [store.standing("home", "iccid:1", now=start + timedelta(days=1, seconds=s)).attempts_today for s in (0, 1)]
    assert today == [1, 0]
    store.close()


def test_an_attempt_for_a_nameless_sim_counts(store: Store, clock: Any) -> None:
    """Asked while the SIM could not be named: once it can, the operator is not asked again at once."""
    store.note_attempt("home", "modem:home", at=clock.now, origin="schedule")
    assert store.last_attempt("home", "iccid:1") == clock.now
    assert store.last_attempt("van", "iccid:1") is None


def test_attempts_of_a_wrong_clock(store: Store, folder: Path, clock: Any) -> None:
    """Attempts stamped years ahead, by a daemon of before, do not eat the daily budget for years; the next one brings
    the record back to the present."""
    for _ in range(24):
        store.note_attempt("home", "iccid:1", at=clock.now + timedelta(days=5000), origin="schedule")
    store.close()
    store = Store(folder, clock=clock)
    assert store.last_attempt("home", "iccid:1") > clock.now
    assert store.standing("home", "iccid:1", now=clock.now).attempts_today == 0
    store.note_attempt("home", "iccid:1", at=clock.now, origin="schedule")
    assert store.last_attempt("home", "iccid:1") == clock.now
    assert store.standing("home", "iccid:1", now=clock.now).attempts_today == 25
    store.close()


def test_learned(store: Store) -> None:
    """What was learned is kept per model and firmware, and one half does not erase the other."""
    assert store.learned("E3372", "22.1") is None
    store.learn("E3372", "22.1", request="packed")
    store.learn("E3372", "22.1", decoder="ucs2")
    known = store.learned("E3372", "22.1")
    assert known is not None
    assert (known.request, known.decoder) == ("packed", "ucs2")
    assert store.learned("E3372", "23.0") is None


def test_codes_tried(store: Store) -> None:
    """A code asked for by hand is remembered for that SIM and that code alone."""
    store.note_code_tried("iccid:1", "*100#")
    store.note_code_tried("iccid:1", "*100#")
    assert store.code_tried("iccid:1", "*100#")
    assert not store.code_tried("iccid:2", "*100#")
    assert not store.code_tried("iccid:1", "*102#")


def test_first_seen_stays(store: Store, clock: Any) -> None:
    """The first time is the one that counts."""
    first = store.first_seen("home", clock.now)
    assert store.first_seen("home", clock.move(days=1)) == first


def test_a_refused_pin_is_refused_for_good(store: Store, folder: Path, clock: Any) -> None:
    """After a refusal, also after a restart; another PIN or SIM is another matter; an accepted one is clear again."""
    store.note_pin_attempt("89701", "digest")
    assert not store.pin_refused("89701", "digest")
    store.note_pin_refused("89701", "digest")
    store.close()
    store = Store(folder, clock=clock)
    assert store.pin_refused("89701", "digest")
    assert not store.pin_refused("89701", "other")
    assert not store.pin_refused("89702", "digest")
    store.note_pin_accepted("89701", "digest")
    assert not store.pin_refused("89701", "digest")
    store.close()


def test_pin_attempts_without_an_outcome(store: Store) -> None:
    """Two attempts that nobody saw end may both have been wrong: the third is not made."""
    store.note_pin_attempt("89701", "digest")
    store.note_pin_attempt("89701", "digest")
    assert store.pin_refused("89701", "digest")


def test_saved_rat(store: Store) -> None:
    """The first setting saved is the modem's own: a second save before it was put back does not overwrite it."""
    store.save_rat("imei", "AUTO")
    store.save_rat("imei", "GSM")
    assert store.saved_rat("imei") == "AUTO"
    store.forget_rat("imei")
    assert store.saved_rat("imei") is None


def test_threads_share_it(store: Store, row: Row) -> None:
    """Eight threads write and read at once; each row arrives once."""

    def work(name: str) -> None:
        for number in range(10):
            store.add(row(str(number), modem=name))
            store.last_reading(name)

    threads = [threading.Thread(target=work, args=(f"m{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(store.history()) == 80
    assert all(len(store.history(modem=f"m{n}")) == 10 for n in range(8))


def test_data_that_is_asked_for_besides_is_no_last_reading(store: Any, row: Any, clock: Any) -> None:
    """It stands in the history and is found again for the pause; whatever is asked about the balance passes it over,
    also where the summaries are made anew."""
    balance = row("48.20")
    data = row(about="data", reading=Reading(kind="other", data_left_mb=512.0), code="*107#")
    store.add(balance)
    store.add(data)
    store.add(row(about="data", error="no answer"))
    assert [one.about for one in store.history()] == ["balance", "data", "data"]
    for again in (False, True):
        if again:
            with store._transaction() as db:
                summaries.rebuild(db)
        assert store.last_reading("home") == store.last_row("home") == balance
        assert store.last_row("home", balance.sim_key) == balance
    day = timedelta(days=1)
    asked = store.data_queries(balance.sim_key, since=clock.now - day, most=4)
    assert asked == [(data.taken_at, "no answer"), (data.taken_at, None)]
    assert store.data_queries(balance.sim_key, since=clock.now - day, most=1) == asked[:1]
    assert store.data_queries("iccid:other", since=clock.now - day, most=4) == []


def test_the_forecast_gets_the_last_of_each_ten_minutes(
    store: Store, clock: Any, row: Callable[..., Measurement]
) -> None:
    """Somebody's script asks without a pause: what the forecast looks through stays small, and a balance that moved is
    seen all the same."""
    began = clock.now.replace(minute=0, second=0, microsecond=0)
    for minute in range(30):
        clock.now = began + timedelta(minutes=minute)
        store.add(row(f"{100 - minute}.00"))
    found = store.balances("iccid:8970101", currency="RUB", since=began - timedelta(days=1))
    assert found == [(began + timedelta(minutes=minute), Decimal(100 - minute)) for minute in (9, 19, 29)]


def test_of_the_time_before_it_gets_the_last_of_each_six_hours(
    store: Store, clock: Any, row: Callable[..., Measurement]
) -> None:
    """Up to a moment, behind which the rows are read as they are."""
    began = clock.now.replace(hour=0, minute=30, second=0, microsecond=0)
    for hour in range(30):
        clock.now = began + timedelta(hours=hour)
        store.add(row(f"{100 - hour}.00"))
    until = began + timedelta(hours=26)
    found = store.balances("iccid:8970101", currency="RUB", since=began, until=until, coarse=True)
    assert [int(100 - balance) for _, balance in found] == [5, 11, 17, 23, 25]
    assert all(at == began + timedelta(hours=int(100 - balance)) for at, balance in found)


def test_a_sim_is_known_in_its_modem_from_its_first_row_on(store: Store, row: Row, clock: Any) -> None:
    """The attempt before each row says who is asked, not yet who has been there."""
    for sim in ("iccid:1", "iccid:2", "iccid:1"):
        store.note_attempt("home", sim, at=clock.now, origin="schedule")
        store.add(row("5.00", sim_key=sim))
        assert store.current_sim_key("home") == sim
        last = store.last_reading("home")
        assert last is not None
        assert last.sim_key == sim
    assert store.standing("home", "iccid:3", now=clock.now).had_other_sim


def test_a_young_history_is_not_searched_month_by_month(
    store: Store, row: Row, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the SIM's first row there is nothing; from it on, everything is found."""
    key, month, asked = "iccid:8970101", timedelta(days=31), list[str]()
    store.add(row("48.20"))
    rows = store._rows

    def look(sql: str, values: Any = ()) -> Any:
        asked.append(sql)
        return rows(sql, values)

    monkeypatch.setattr(store, "_rows", look)
    assert store.balances(key, currency="RUB", since=clock.now - 2 * month, until=clock.now - month) == []
    assert not [sql for sql in asked if "GROUP BY" in sql]
    found = store.balances(key, currency="RUB", since=clock.now - month, until=clock.now + timedelta(minutes=1))
    assert [balance for _at, balance in found] == [Decimal("48.20")]
