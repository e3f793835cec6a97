"""The owner thread on a fake modem: queue, quarantine, late answers, cancel, unplug, stop."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.modem.worker import BalanceQuery, UssdQuery, Worker
from modemd.records import Measurement, UssdResult
from modemd.store import Store


def balance(worker: Worker, **options: Any) -> Measurement:
    result = worker.submit(BalanceQuery(**options)).result(15)
    assert isinstance(result, Measurement)
    return result


def ussd(worker: Worker, code: str = "*100#", **options: Any) -> UssdResult:
    result = worker.submit(UssdQuery(code=code, **{"timeout_s": 0.4, **options})).result(15)
    assert isinstance(result, UssdResult)
    return result


def test_a_balance_is_read_stored_and_told(peer: Any, start: Any, store: Store, watch: Any) -> None:
    """From the request to the row: amount with the pack's currency, proof, attempt before, told once."""
    worker = start(peer.path)
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    row = balance(worker)
    assert (row.reading.balance, row.reading.currency, row.reading.confidence) == (Decimal("12.50"), "RUB", "operator")
    assert (row.error, row.text, row.raw, row.code) == (None, "Balance 12.50", b"Balance 12.50", "*100#")
    assert row.taken_at.tzinfo is UTC
    assert (row.operator, row.sim_key, row.origin) == ("xx-test", "iccid:89701010000000000017", "query")
    assert [kept.text for kept in store.history()] == ["Balance 12.50"]
    assert len(watch.rows) == 1
    assert store.last_attempt("home", row.sim_key) is not None
    snapshot = worker.snapshot
    assert (snapshot.operator, snapshot.code, snapshot.device.imei) == ("xx-test", "*100#", "860000000000017")


def test_few_commands_before_the_first_request_and_fewer_later(peer: Any, start: Any) -> None:
    """At most 17 command lines from open to the first request, at most 6 for a warm balance."""
    worker = start(peer.path)
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    balance(worker)
    cold = peer.commands.index('AT+CUSD=1,"*100#",15') + 1
    assert cold <= 17, peer.commands
    assert peer.heard("AT+CSQ")
    assert peer.heard("AT+CNUM")  # once at each opening, behind the first request
    before = len(peer.commands)
    balance(worker)
    assert peer.heard("AT+CSQ", times=2)
    assert len(peer.commands) - before <= 6, peer.commands[before:]


def test_silence_is_a_failure_and_the_late_answer_is_kept_as_late(
    peer: Any, start: Any, store: Store, watch: Any
) -> None:
    """No answer, quarantine, AT+CUSD=2; what comes then is a row with origin late and a reading by the pack's pattern;
    the next question gets its own answer."""
    worker = start(peer.path)
    peer.answers["AT+CUSD=1*"] = [("OK",), ("OK",), ("OK", '+CUSD: 0,"Balance 2.00",15')]
    row = balance(worker)
    assert (row.error, row.reading.balance) == ("no answer", None)
    assert row.hint
    assert watch.state("quarantine")
    peer.say('+CUSD: 0,"Balance 1.00",15')
    assert watch.wait_for(lambda w: len(w.rows) == 2)
    late = watch.rows[1]
    assert (late.origin, late.reading.balance, late.code) == ("late", Decimal("1.00"), "*100#")
    assert balance(worker).reading.balance == Decimal("2.00")
    assert [kept.origin for kept in store.history()] == ["query", "late", "query"]
    requests = [i for i, line in enumerate(peer.commands) if line.startswith("AT+CUSD=1")]
    assert "AT+CUSD=2" in peer.commands[requests[0] : requests[1]]


def test_a_typed_code_is_sent_once(peer: Any, start: Any) -> None:
    """Silence and +CUSD: 5 do not make a typed code go out again."""
    worker = start(peer.path, quarantine_s=0.05)
    peer.answers["AT+CUSD=1*"] = [("OK",), ("OK", "+CUSD: 5"), ("OK", '+CUSD: 0,"Wrong code",15')]
    assert ussd(worker, "*111*5#").error == "no answer"
    assert ussd(worker, "*111*6#").error == "network timeout"
    assert ussd(worker, "*111*7#").text == "Wrong code"
    assert [line.split('"')[1] for line in peer.requests] == ["*111*5#", "*111*6#", "*111*7#"]


def test_a_refused_encoding_is_followed_by_the_next(peer: Any, start: Any) -> None:
    """ERROR in place of OK: nothing was sent, so even a typed code is written another way."""
    worker = start(peer.path)
    peer.answers["AT+CUSD=1*"] = [("ERROR",), ("OK", '+CUSD: 0,"Fine",15')]
    result = ussd(worker, "*111*7#")
    assert (result.text, result.error) == ("Fine", None)
    assert [line.split('"')[1] for line in peer.requests] == ["*111*7#", "AA582CA6BA8D1A"]


@pytest.mark.parametrize(
    ("reply", "balance_read"),
    [
        ('+CUSD: 0,"Balance 12', None),
        ('+CUSD: 0,"Balance 1 2', None),
        ('+CUSD: 0,"00420061006C0061006E0063006500200031003200",72', None),
        ('+CUSD: 0,"Balance 12.50 r. Tariff Sma', Decimal("12.50")),
    ],
    ids=["no quote", "no quote, a blank", "half a character", "cut behind the amount"],
)
def test_a_number_that_was_cut_is_no_number(peer: Any, start: Any, reply: str, balance_read: Decimal | None) -> None:
    """Where the modem lost the end of a reply, the digits that it stops in may lack some: unknown, with the text."""
    worker = start(peer.path)
    peer.ussd("OK", reply)
    row = balance(worker)
    assert row.reading.balance == balance_read
    assert row.text is not None
    assert row.text.startswith("Balance 1")


def test_not_registered_is_offline_until_it_is(peer: Any, start: Any, watch: Any) -> None:
    """Registration is polled only while there is none, and a query says so without dialling."""
    peer.answers["AT+CREG?"] = ("+CREG: 0,2", "OK")
    peer.answers["AT+CEREG?"] = ("+CEREG: 0,2", "OK")
    worker = start(peer.path, wait="offline")
    assert balance(worker).error == "not registered"
    assert worker.snapshot.registered_at is None
    peer.answers["AT+CREG?"] = ("+CREG: 0,1", "OK")
    assert watch.state("ready")
    assert worker.snapshot.registered_at is not None
    polls = peer.commands.count("AT+CREG?")
    assert not peer.heard("AT+CREG?", times=polls + 1, within_s=0.3)  # three polls would fit in there


def test_a_cancelled_query_is_cancelled_on_the_wire(peer: Any, start: Any) -> None:
    """Worker.cancel on a running request sends AT+CUSD=2 and gives the result "cancelled"."""
    worker = start(peer.path)
    peer.ussd("OK")
    future = worker.submit(UssdQuery(code="*111#", timeout_s=20))
    assert peer.heard("AT+CUSD=1")
    worker.cancel(future)
    result = future.result(3)
    assert (result.status, result.error) == ("error", "cancelled")
    assert peer.commands[peer.commands.index(peer.requests[0]) + 1] == "AT+CUSD=2"


def test_unplugged_in_a_query(peer: Any, start: Any, watch: Any, store: Store) -> None:
    """Who waits is told "unplugged" at once, those behind him too, and the worker looks for the modem again."""
    worker = start(peer.path)
    peer.ussd("OK")
    first = worker.submit(BalanceQuery())
    second = worker.submit(UssdQuery(code="*111#", timeout_s=5))
    assert peer.heard("AT+CUSD=1")
    peer.unplug()
    assert first.result(2).error == "unplugged"
    assert second.result(2).error in ("unplugged", "absent")
    assert watch.state("absent")
    assert [row.error for row in store.history()] == ["unplugged"]
    assert worker.is_alive()


def test_absent_is_said_at_once_and_the_modem_found_again(
    make_peer: Any, start: Any, watch: Any, tmp_path: Path
) -> None:
    """A port that is not there fails a query with the cure; when it appears the worker comes back by itself."""
    link = tmp_path / "modem"
    worker = start(str(link), wait="absent")
    row = balance(worker)
    assert (row.error, row.reading.kind) == ("absent", "error")
    assert str(link) in (row.hint or "")
    peer = make_peer()
    link.symlink_to(peer.path)
    assert watch.state("ready")
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    assert balance(worker).reading.balance == Decimal("12.50")


def test_stop_during_a_query(peer: Any, start: Any) -> None:
    """stop() ends the session with AT+CUSD=2, puts the settings back and returns within three seconds."""
    worker = start(peer.path)
    peer.ussd("OK")
    future = worker.submit(UssdQuery(code="*111#", timeout_s=30))
    assert peer.heard("AT+CUSD=1")
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 3
    assert not worker.is_alive()
    assert future.result(0).error in ("cancelled", "shutting down")
    assert peer.heard("AT+CMEE=0")
    assert "AT+CUSD=2" in peer.commands[peer.commands.index('AT+CUSD=1,"*111#",15') :]
    assert worker.submit(BalanceQuery()).result(1).error == "shutting down"


def test_stop_while_the_modem_hangs(peer: Any, start: Any) -> None:
    """A modem that says nothing any more cannot hold the daemon."""

    def hang(_command: str) -> tuple[str, ...]:
        peer.answers = {"*": ()}
        return ()

    worker = start(peer.path)
    peer.answers["AT+CUSD=1*"] = hang
    worker.submit(UssdQuery(code="*111#", timeout_s=30))
    assert peer.heard("AT+CUSD=1")
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 3
    assert not worker.is_alive()


def test_a_modem_that_falls_silent_is_opened_again(peer: Any, start: Any, watch: Any) -> None:
    """No final result code and no answer to AT: the query fails as "no answer", then the port is opened anew."""
    worker = start(peer.path)
    peer.answers["AT+CUSD=1*"] = ()
    peer.answers["AT"] = ()
    assert ussd(worker, "*111#").error == "no answer"
    assert watch.state("failed")
    peer.answers["AT"] = ("OK",)
    assert watch.state("ready")


def test_a_poison_reply_is_a_failed_reading(peer: Any, start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception while a text is read makes a row without a number; the thread lives on."""

    def poison(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError

    worker = start(peer.path)
    monkeypatch.setattr("modemd.money.reading.read", poison)
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    row = balance(worker, code="*100#")
    assert (row.error, row.reading.balance, row.text) == ("unreadable", None, "Balance 12.50")
    assert worker.is_alive()


def test_a_wrong_pin_is_sent_once(peer: Any, start: Any, tmp_path: Path, watch: Any) -> None:
    """A refused PIN never goes out again, not even from a new daemon on the same store."""
    pin = tmp_path / "pin"
    pin.write_text("4321\n", encoding="ascii")
    peer.answers["AT+CPIN?"] = ("+CPIN: SIM PIN", "OK")
    peer.answers["AT+CPIN=*"] = ("+CME ERROR: 16",)
    worker = start(peer.path, wait="sim", pin_file=str(pin))
    assert "refused" in (worker.snapshot.error or "")
    row = balance(worker)
    assert row.error == "sim pin"
    worker.stop()
    start(peer.path, wait="sim", pin_file=str(pin))
    assert [line for line in peer.commands if line.startswith("AT+CPIN=")] == ['AT+CPIN="4321"']


def test_a_right_pin_opens_the_sim(peer: Any, start: Any, tmp_path: Path) -> None:
    """The PIN of pin_file is entered only because the SIM asks, and the modem is ready then."""
    pin = tmp_path / "pin"
    pin.write_text("4321\n", encoding="ascii")

    def accept(_command: str) -> tuple[str, ...]:
        peer.answers["AT+CPIN?"] = ("+CPIN: READY", "OK")
        return ("OK",)

    peer.answers["AT+CPIN?"] = ("+CPIN: SIM PIN", "OK")
    peer.answers["AT+CPIN=*"] = accept
    worker = start(peer.path, pin_file=str(pin))
    assert worker.snapshot.sim.imsi == "250010000000012"


@pytest.mark.parametrize(
    ("says", "code"),
    [(("+CPIN: SIM PUK", "OK"), "sim puk"), (("+CME ERROR: 10",), "no sim"), (("+CME ERROR: 13",), "sim failure")],
)
def test_a_sim_that_needs_a_person(peer: Any, start: Any, tmp_path: Path, says: Any, code: str) -> None:
    """PUK, no SIM, a broken SIM: state "sim", queries say which, and no PIN is ever sent."""
    pin = tmp_path / "pin"
    pin.write_text("4321\n", encoding="ascii")
    peer.answers["AT+CPIN?"] = says
    worker = start(peer.path, wait="sim", pin_file=str(pin))
    assert balance(worker).error == code
    assert not [line for line in peer.commands if line.startswith("AT+CPIN=")]


def test_fifty_lives_leave_nothing_behind(peer: Any, fast: Timeouts) -> None:
    """Opening and closing fifty times leaks no thread and no descriptor."""
    Modem(peer.path, timeouts=fast)
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    quick = replace(fast, silence_s=0.005)
    for _ in range(50):
        modem = Modem(peer.path, timeouts=quick)
        modem.connect()
        modem.close()
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == files


def test_idle_costs_nothing(peer: Any, start: Any) -> None:
    """A registered modem is left in peace: no command, no wake-up of the thread."""
    worker = start(peer.path)
    before = len(peer.commands)
    assert worker.alive_until > time.monotonic() + 3
    assert not peer.heard("", times=before + 1, within_s=0.3)
