"""A back end that lacks a capability: each feature says so in one line, and nothing else breaks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from modemd.backends.base import SmsStorageFull
from modemd.records import Network
from tests.backends.scripted import Fails

ALL = frozenset({"pin", "sms", "radio", "power", "tap"})


@pytest.mark.parametrize(
    "missing", [frozenset({one}) for one in sorted(ALL)] + [ALL], ids=lambda missing: "+".join(sorted(missing))
)
def test_a_balance_needs_none_of_them(house: Any, script: Any, missing: frozenset[str]) -> None:
    """A query, a failure, a failed modem: all as with everything."""
    script.missing = missing
    script.ussd["*"] = ["Balance 12.50", Fails("not supported"), "Balance 3.00"]
    house.open(radio_fallback="auto", recovery="usb", sms_query="auto")
    assert house.balance().reading.balance == Decimal("12.50")
    assert house.balance().error == "not supported"
    script.happens(SmsStorageFull())
    house.advance(10)
    script.present = False
    house.balance()
    script.present = True
    house.advance(30)
    assert house.state == "ready"
    assert house.balance().reading.balance == Decimal("3.00")


def test_without_sms_an_announced_balance_is_said(make_house: Any, script: Any, sms_pack: str) -> None:
    script.missing = frozenset({"sms"})
    script.ussd["*"] = "Thank you, the answer will come by SMS"
    row = make_house(sms_pack).open(sms_query="auto").balance()
    assert row.reading.kind == "sms_follows"
    assert "no access to its messages" in (row.hint or "")


def test_without_sms_there_is_no_list(house: Any, script: Any) -> None:
    script.missing = frozenset({"sms"})
    listing = house.open().messages()
    assert (listing.error, listing.messages) == ("not supported", ())
    assert "no access to its messages" in (listing.hint or "")


def test_without_radio_there_is_no_fall_back(house: Any, script: Any) -> None:
    script.missing = frozenset({"radio"})
    script.network = Network(registered=True)
    script.radio.cells = ["LTE"]
    script.ussd["*"] = Fails("not supported")
    assert "cannot change its radio technology" in (house.open(radio_fallback="auto").balance().hint or "")


def test_without_power_a_silent_modem_is_opened_again_only(house: Any, script: Any) -> None:
    script.missing = frozenset({"power"})
    house.open(recovery="usb")
    script.ailing = True
    house.ussd("*111#")
    for _ in range(30):
        house.advance(60)
    assert "cannot restart it" in (house.worker.snapshot.recovery or "")
    script.ailing = False
    house.advance(120)
    assert house.state == "ready"


def test_without_pin_a_locked_sim_is_said(house: Any, script: Any, tmp_path: Any) -> None:
    pin = tmp_path / "pin"
    pin.write_text("4321\n", encoding="ascii")
    script.missing, script.sim_error = frozenset({"pin"}), "sim pin"
    house.open(pin_file=str(pin))
    assert (house.state, bool(house.error)) == ("sim", True)


def test_without_tap_there_is_nothing_to_record(house: Any) -> None:
    assert house.open().worker.tap is None
