"""The SIM, its PIN, whose it is; the network, and where nothing may be dialled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.base import RegistrationChanged, SimChanged
from modemd.records import Network, Sim

OTHER = Sim(iccid="89701010000000000099", imsi="250010000000099")


@pytest.fixture
def pin_file(tmp_path: Path) -> str:
    path = tmp_path / "pin"
    path.write_text("4321\n", encoding="ascii")
    return str(path)


def test_the_right_pin(house: Any, script: Any, pin_file: str) -> None:
    """Entered only because the SIM asks, once; the modem is ready then."""
    script.sim_error = "sim pin"
    house.open(pin_file=pin_file)
    assert (house.state, script.sent) == ("ready", ["open", "pin"])
    assert house.worker.snapshot.sim.imsi == "250010000000012"


def test_a_wrong_pin_is_sent_once(house: Any, script: Any, pin_file: str) -> None:
    """Never again: not at the next look, not for a query, not by the next daemon on the same store."""
    script.sim_error, script.pin = "sim pin", "9999"
    house.open(pin_file=pin_file).advance(1000)
    assert (house.state, house.balance().error) == ("sim", "sim pin")
    assert pin_file in house.error
    house.worker.stop()
    house.open(pin_file=pin_file)
    assert script.sent.count("pin") == 1


def test_another_pin_in_the_file_is_another_pin(house: Any, script: Any, pin_file: str) -> None:
    script.sim_error, script.pin = "sim pin", "9999"
    house.open(pin_file=pin_file)
    Path(pin_file).write_text("9999\n", encoding="ascii")
    house.advance(310)
    assert (house.state, script.sent.count("pin")) == ("ready", 2)


def test_the_last_try_is_never_taken(house: Any, script: Any, pin_file: str) -> None:
    script.sim_error, script.pin_tries = "sim pin", 1
    house.open(pin_file=pin_file)
    assert (house.state, "pin" in script.sent) == ("sim", False)


@pytest.mark.parametrize("code", ["sim puk", "no sim", "sim failure", "sim pin"])
def test_a_sim_that_needs_a_person(house: Any, script: Any, code: str) -> None:
    """State "sim", said to who asks; no PIN without a file for it. When it is mended, so is the state."""
    script.sim_error = code
    house.open()
    assert (house.state, house.balance().error) == ("sim", code)
    assert script.sent == ["open"]
    script.sim_error = None
    house.advance(310)
    assert house.state == "ready"


def test_a_changed_sim_has_its_own_history(house: Any, script: Any) -> None:
    """A SIM that was changed while the modem stayed open is found before the next request."""
    script.ussd["*"] = "Balance 12.50"
    house.open().balance()
    script.sim = OTHER
    house.advance(60)
    assert house.balance().sim_key == "iccid:89701010000000000099"


def test_a_sim_that_is_pulled(house: Any, script: Any) -> None:
    """The modem tells: looked at again, and said."""
    house.open()
    script.sim_error = "no sim"
    script.happens(SimChanged(), 5)
    house.advance(10)
    assert house.state == "sim"


def test_not_registered(house: Any, script: Any) -> None:
    """Offline until it is; polled while there is no network; nothing is dialled."""
    script.network = Network(registered=False)
    assert (house.open().state, house.balance().error) == ("offline", "not registered")
    assert house.worker.snapshot.registered_at is None
    script.network = Network(registered=True, rat="UMTS")
    house.advance(31)
    assert (house.state, script.dialled) == ("ready", [])
    assert house.worker.snapshot.registered_at is not None


def test_the_network_that_refuses_the_sim(house: Any, script: Any) -> None:
    script.network = Network(registered=False, denied=True)
    assert house.open().balance().error == "denied"


def test_a_lost_network_is_noticed(house: Any, script: Any) -> None:
    """By what the modem tells, and a look at the whole answer: one report alone decides nothing."""
    house.open().advance(10)
    script.happens(RegistrationChanged(registered=False), 1)
    house.advance(5)
    assert house.state == "ready"
    script.network = Network(registered=False)
    script.happens(RegistrationChanged(registered=False), 1)
    house.advance(5)
    assert house.state == "offline"


@pytest.mark.parametrize("allowed", [False, True])
def test_roaming(house: Any, script: Any, allowed: bool) -> None:
    """Neither a person nor the schedule reaches the network, unless the configuration allows it."""
    script.network = replace(script.network, roaming=True)
    script.ussd["*"] = "Balance 12.50"
    row = house.open(roaming=allowed).balance()
    assert (row.error, row.reading.balance) == ((None, Decimal("12.50")) if allowed else ("roaming", None))
    typed = house.ussd("*111#")
    assert (typed.status, typed.error) == (("done", None) if allowed else ("refused", "roaming"))
    assert allowed or "roaming = true" in (typed.hint or "")
    assert bool(script.dialled) is allowed
    assert (house.store.last_attempt("home", None) is not None) is allowed


def test_operator_and_signal_are_read_late(house: Any, script: Any) -> None:
    """Not before the first question could be asked, and again after each."""
    house.open()
    script.network = replace(script.network, signal_dbm=-51)
    house.advance(6)
    assert house.worker.snapshot.network.signal_dbm == -51


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('balance_at = "the test portal"', "Test has no balance code, so nothing is dialled: look at the test portal"),
        ("", "modemd knows no balance code of Test, so nothing is dialled: set code for this modem if you know one"),
    ],
)
def test_an_operator_without_a_code(make_house: Any, script: Any, more: str, said: str) -> None:
    """Nothing is dialled, by the schedule or a person; status and answer say in one line where the balance stands. A
    code that was named is dialled all the same."""
    house = make_house(f'id = "xx-test"\nname = "Test"\ncountry = "RU"\ncurrency = "RUB"\nplmn = ["25001"]\n{more}\n')
    house.open()
    assert (house.state, house.error, house.worker.snapshot.code) == ("ready", said, None)
    row = house.balance()
    assert (row.error, row.hint, row.reading.balance) == ("no code", said, None)
    assert house.balance(origin="schedule").error == "no code"
    assert script.dialled == []
    script.ussd["*100#"] = "Balance: 12.50 RUB"
    assert house.balance(code="*100#").reading.balance == Decimal("12.50")


@pytest.mark.parametrize("fault", ["no sim", "sim failure", "busy"])
def test_a_sim_that_is_slow_to_start(house: Any, script: Any, fault: str) -> None:
    """At boot it is missing for some seconds, and nothing tells when it is there: looked at often for two minutes."""
    script.sim_error = fault
    house.open()
    assert house.state == "sim"
    house.advance(60)
    script.sim_error = None
    house.advance(5)
    assert house.state == "ready"


def test_a_missing_sim_is_looked_at_seldom_after_two_minutes(house: Any, script: Any) -> None:
    script.sim_error = "no sim"
    house.open()
    house.advance(130)
    script.sim_error = None
    house.advance(150)
    assert house.state == "sim"
    house.advance(200)
    assert house.state == "ready"


def test_news_of_a_sim_make_it_looked_at_often_again(house: Any, script: Any) -> None:
    """The modem has started again by itself, or the SIM was pulled and is back."""
    script.sim_error = "no sim"
    house.open()
    house.advance(400)
    script.happens(SimChanged())
    house.advance(20)
    script.sim_error = None
    house.advance(5)
    assert house.state == "ready"


def test_an_imsi_that_is_slow_to_come(house: Any, script: Any) -> None:
    """The operator is found as soon as it can be read, without anybody's request; a card that never says it is left in
    peace soon."""
    sim, script.sim = script.sim, replace(script.sim, iccid=None, imsi=None)
    house.open(every_s=3600.0)
    before = house.worker.snapshot
    assert before.operator is None
    script.sim = sim
    house.advance(31)
    found = house.worker.snapshot
    assert (found.operator, found.code) == ("xx-test", "*100#")


def test_a_modem_that_names_no_imsi_is_looked_at_before_each_query(house: Any, script: Any) -> None:
    """Its SIM may have been changed."""
    script.sim = replace(script.sim, imsi=None)
    script.ussd["*"] = "Balance 60.00"
    house.open(operator="xx-test")
    house.advance(3600)
    script.sim = replace(script.sim, iccid="89701010000000000099")
    assert house.balance().sim_key == "iccid:89701010000000000099"


def test_the_number_of_the_sim(house: Any, script: Any) -> None:
    """Asked for once, behind what is urgent; kept for the SIM, of which another has its own, or none."""
    script.own_number, script.ussd = "+79161234567", {"*100#": "Balance 12.50"}
    house.open()
    house.balance()
    assert script.number_asked == [script.sent.index("ussd *100#") + 1]
    assert house.store.own_number("iccid:89701010000000000017") == "+79161234567"
    house.balance()
    house.advance(3600)
    assert len(script.number_asked) == 1
    script.sim, script.own_number = Sim(iccid="89701010000000000025", imsi="250010000000099"), None
    house.advance(60)
    house.balance()
    assert len(script.number_asked) == 2
    assert house.store.own_number("iccid:89701010000000000025") is None
    standing = house.store.standing("home", "iccid:89701010000000000017", now=house.clock.now())
    assert standing.own_number == "+79161234567"
    assert house.store.standing("home", "modem:home", now=house.clock.now()).own_number is None


@pytest.mark.parametrize("doubt", ["damaged", "changed", "nameless"])
def test_a_doubtful_number_is_none(house: Any, script: Any, doubt: str) -> None:
    """Money goes to it: not from a wire that damages digits, nor where it may be another SIM's."""
    script.own_number = "+79161234567"
    script.damaged = doubt == "damaged"
    if doubt == "nameless":
        script.sim = Sim()
    house.open()
    if doubt == "changed":
        script.sim = Sim(iccid="89701010000000000025", imsi="250010000000099")
    house.advance(10)
    assert house.store.own_number("iccid:89701010000000000017") is None
    assert house.store.own_number("iccid:89701010000000000025") is None
    assert house.store.own_number("modem:home") is None
