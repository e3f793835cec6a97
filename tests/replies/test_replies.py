"""Every reply of this folder is read as its line says, with the operator's pack and without."""

from __future__ import annotations

import re
from typing import Any

import pytest

from modemd.money.operators import Packs
from modemd.money.reading import read
from modemd.records import Reading


@pytest.fixture(scope="module")
def packs() -> Packs:
    return Packs()


def test_reply_is_read_as_labelled(reply: dict[str, Any], packs: Packs) -> None:
    """A reply gives exactly the kind, amount, currency, data and date that a person read in it."""
    pack = packs.get(reply["operator"]) if reply.get("operator") in packs.ids() else None
    got = as_json(read(reply["text"], pack=pack, country=reply["country"]))
    expect = dict(reply["expect"])
    if expect.get("kind") == "balance" and expect.get("balance") is None:
        expect["kind"] = "other"  # data only: a reading without money is no balance
    if reply.get("or_unknown") and got["balance"] is None:
        return
    assert {key: got[key] for key in expect} == expect


def test_reply_without_its_pack_is_never_read_wrong(reply: dict[str, Any]) -> None:
    """The generic reader alone, without even the country, gives the right number or none; its digits stand in the
    reply in their order."""
    wanted = reply["expect"]["balance"]
    for country in dict.fromkeys((reply["country"], None)):
        got = as_json(read(reply["text"], country=country))["balance"]
        assert got is None or got == wanted
        if got is not None:
            digits = re.sub(r"\D", "", got)
            text = "".join(str(int(c)) if c.isdecimal() else c for c in reply["text"])
            assert re.search(r"\D{0,9}".join(digits), text) is not None


def as_json(got: Reading) -> dict[str, Any]:
    return {
        "kind": got.kind,
        "balance": None if got.balance is None else str(got.balance),
        "currency": got.currency,
        "data_left_mb": got.data_left_mb,
        "expires": got.expires,
    }
