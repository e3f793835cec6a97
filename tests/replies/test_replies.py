"""Every reply of this folder is read as its line says, with the operator's pack and without. One test takes a whole
file (thousands of tests would cost more than the reading) and names every line that is read otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from modemd.money.operators import Packs
from modemd.money.reading import read
from modemd.records import Reading
from tests.faults import told


@pytest.fixture(scope="module")
def packs() -> Packs:
    return Packs()


def test_replies_are_read_as_labelled(
    replies: list[dict[str, Any]], packs: Packs, request: pytest.FixtureRequest
) -> None:
    """A reply gives exactly the kind, amount, currency, data and date that a person read in it."""
    ids = set(packs.ids())

    def faults() -> Iterator[str]:
        for reply in replies:
            pack = packs.get(reply["operator"]) if reply.get("operator") in ids else None
            got = as_json(read(reply["text"], pack=pack, country=reply["country"]))
            expect = dict(reply["expect"])
            if expect.get("kind") == "balance" and expect.get("balance") is None:
                expect["kind"] = "other"  # data only: a reading without money is no balance
            if reply.get("or_unknown") and got["balance"] is None:
                continue
            if (found := {key: got[key] for key in expect}) != expect:
                yield f"{reply['id']}: {reply['text']!r} gives {found}, not {expect}"

    assert told(faults(), request) == ""


def test_replies_without_their_pack_are_never_read_wrong(replies: list[dict[str, Any]]) -> None:
    """The generic reader alone, without even the country, gives the right number or none; its digits stand in the
    reply in their order."""
    faults = []
    for reply in replies:
        wanted = reply["expect"]["balance"]
        for country in dict.fromkeys((reply["country"], None)):
            got = generic(reply["text"], country)
            if got is not None and (got != wanted or not digits_stand_in(got, reply["text"])):
                faults.append(f"{reply['id']} ({country}): {reply['text']!r} gives {got}, not {wanted}")
    assert not faults, "\n".join(faults)


def test_most_ordinary_replies_are_read(replies: list[dict[str, Any]]) -> None:
    """Where only the country is known, at least 97 of 100 balances that a person reads are read too: the rules against
    wrong numbers must not make the reader blind."""
    wanted = [reply for reply in replies if reply["expect"]["balance"] is not None]
    unread = [reply["id"] for reply in wanted if generic(reply["text"], reply["country"]) is None]
    assert len(unread) <= max(0.03 * len(wanted), 12), unread


@cache
def generic(text: str, country: str | None) -> str | None:
    """The balance that the reader finds without a pack; two tests ask for it."""
    balance = read(text, country=country).balance
    return None if balance is None else str(balance)


def digits_stand_in(number: str, reply: str) -> bool:
    digits = re.sub(r"\D", "", number)
    text = "".join(str(int(c)) if c.isdecimal() else c for c in reply)
    return re.search(r"\D{0,9}".join(digits), text) is not None


def as_json(got: Reading) -> dict[str, Any]:
    return {
        "kind": got.kind,
        "balance": None if got.balance is None else str(got.balance),
        "currency": got.currency,
        "data_left_mb": got.data_left_mb,
        "expires": got.expires,
    }
