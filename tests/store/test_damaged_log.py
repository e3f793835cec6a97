"""A damaged log of a killed daemon, and a whole one beside a file of rubbish."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modemd.records import Measurement
from modemd.store import Store
from modemd.store.cells import TABLE_LEAF

NAME = "modemd.sqlite"
BALANCES = [f"{number}.00" for number in range(1, 21)]
# What became of the 32 octets of the log's header: where, and what stands there now.
HEADERS = {
    "whole": (0, b""),
    "another size of pages": (8, b"\0\0\x10\0"),
    "other octets": (0, b"\x55" * 32),
    "zeros": (0, bytes(32)),
}


def killed(folder: Path, clock: Any, row: Callable[..., Measurement], header: str) -> None:
    store = Store(folder, clock=clock)
    for balance in BALANCES:
        store.add(row(balance))
    store.note_pin_refused("8970101", "digest")
    file, log = (bytearray((folder / name).read_bytes()) for name in (NAME, f"{NAME}-wal"))
    store.close()
    at, octets = HEADERS[header]
    log[at : at + len(octets)] = octets
    (folder / NAME).write_bytes(file)
    (folder / f"{NAME}-wal").write_bytes(log)


def is_all_there(folder: Path, clock: Any) -> bool:
    store = Store(folder, clock=clock)
    found = [str(row.reading.balance) for row in store.history()]
    refused = store.pin_refused("8970101", "digest")
    store.close()
    return refused and found == BALANCES


@pytest.mark.parametrize("header", HEADERS)
def test_a_log_whose_header_is_lost(folder: Path, clock: Any, row: Callable[..., Measurement], header: str) -> None:
    """SQLite would drop the whole log, and what it was told last."""
    killed(folder, clock, row, header)
    assert is_all_there(folder, clock)


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("look", [1024, 4096, 65536], ids="every {} octets a leaf".format)
def test_a_file_of_rubbish_beside_the_log(
    folder: Path, clock: Any, row: Callable[..., Measurement], look: int, header: str
) -> None:
    """By chance rubbish looks like pages of any size: the log knows better how large they are."""
    killed(folder, clock, row, header)
    rubbish = bytearray(random.Random(1).randbytes(3 * 65536))
    for at in range(0, len(rubbish), 512):
        rubbish[at] = 0 if at % look else TABLE_LEAF
    (folder / NAME).write_bytes(rubbish)
    assert is_all_there(folder, clock)
