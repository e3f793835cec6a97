"""`python -m bench.corruptions [N]`: N seeded corruptions of a database, and what modemd makes of each.

A store is filled, once closed properly and once killed with its newest rows in the write-ahead log. Each corruption is
done to a copy of these files, which is then opened twice, read by all that the commands read, and written to. What had
to survive is known without asking SQLite or modemd: the page images that are still whole in the damaged files, and the
markers of rows, PIN refusals and saved RATs in them. Exit code 1 if anything that had to survive did not.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bench.damages import FRAME, KINDS, NAME, OF_THE_LOG, Files
from modemd.errors import StoreError
from modemd.records import Alert, Measurement, Reading, RecoveryStepRecord, Sim
from modemd.store import Store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "iccid:8970101"
# Each fact is found in a page by its marker: (what it is, marker). The second of each kind is in the log alone.
PINS = ("digest-of-the-first-pin", "digest-of-the-second-pin")
RATS = ("imei:350000000000001", "imei:350000000000002")


@dataclass
class Outcome:
    """What became of one corruption. `lost` names what had to survive and did not."""

    kind: str
    opened: bool = False
    aside: bool = False
    line: str = ""
    crash: str = ""
    failed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    pins: tuple[int, int] = (0, 0)  # kept, and on whole pages
    rats: tuple[int, int] = (0, 0)
    rows: tuple[int, int] = (0, 0)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return (self.opened or bool(self.line)) and not (self.crash or self.failed or self.lost)


# --- the files -------------------------------------------------------------------------------------------------------


def filled(folder: Path, readings: int = 800) -> tuple[Files, Files]:
    """The same store closed properly, and killed with a tenth of its rows in the log."""
    state = folder / "filled"
    store = Store(state, clock=lambda: NOW)
    _fill(store, range(1, readings * 9 // 10 + 1), first=True)
    store.close()
    closed = Files(bytearray((state / NAME).read_bytes()), bytearray(), bytearray())
    store = Store(state, clock=lambda: NOW)
    _fill(store, range(readings * 9 // 10 + 1, readings + 1), first=False)
    killed = Files(*(bytearray((state / (NAME + suffix)).read_bytes()) for suffix in ("", "-wal", "-shm")))
    store.close()
    shutil.rmtree(state)
    return closed, killed


def _fill(store: Store, numbers: range, *, first: bool) -> None:
    which = 0 if first else 1
    for number in numbers:
        store.add(reading(number))
        if number % 3 == 0:
            store.note_attempt("home", KEY, at=NOW - timedelta(hours=2000 - number), origin="schedule")
        if number % 40 == 0:
            store.put_alert(_alert(number), ["command"])
            for delivery in store.outbox_due(NOW)[:-2]:
                store.delivered(delivery.id, NOW)
        if number == numbers[0]:
            store.note_pin_refused("8970101", PINS[which])
            store.save_rat(RATS[which], "2,2,0")
    store.save_alert_state(KEY, {"level": "low", "open": ["low"]})
    store.first_seen("home", NOW - timedelta(days=90))
    store.learn("E173", "11.1", request="gsm", decoder="ucs2")
    store.note_code_tried(KEY, "*100#")
    store.note_fallback(KEY, NOW)
    store.save_recovery_step(RATS[which], "home", RecoveryStepRecord(step="reopen", tried=3, last_at=NOW, hold_s=5.0))
    store.note_pending_undo("home", "radio", "350000000000001")


def reading(number: int) -> Measurement:
    amount = Decimal(number) / 100
    return Measurement(
        modem="home",
        sim=Sim(iccid="8970101", imsi="25001"),
        sim_key=KEY,
        operator="ru-mts",
        country="RU",
        reading=Reading(kind="balance", balance=amount, currency="RUB", confidence="operator", pattern="rub"),
        taken_at=NOW - timedelta(hours=2000 - number),
        channel="ussd",
        origin="schedule",
        code="*100#",
        text=f"<{number:06d}> Баланс {amount} руб.",
        raw=f"+CUSD: 0,<{number:06d}>".encode(),
    )


def _alert(number: int) -> Alert:
    return Alert(
        id=f"alert-{number}",
        event="low",
        level="low",
        modem="home",
        sim_key=KEY,
        operator="ru-mts",
        balance=Decimal("48.20"),
        currency="RUB",
        taken_at=NOW,
        text="home: low",
        raised_at=NOW,
    )


# --- one corruption --------------------------------------------------------------------------------------------------


def corrupt(number: int, seed: int, templates: tuple[Files, Files]) -> tuple[str, Files, Files]:
    """Corruption `number` of this seed: its kind, the files before and after."""
    dice = random.Random(f"{seed}/{number}")
    kind = list(KINDS)[number % len(KINDS)]
    before = templates[1] if KINDS[kind] in OF_THE_LOG else templates[number // len(KINDS) % 2]
    after = before.copy()
    KINDS[kind](after, dice)
    return kind, before, after


def play(number: int, seed: int, templates: tuple[Files, Files], folder: Path) -> Outcome:
    """Does it, opens the store twice and uses it as the daemon and the commands do."""
    kind, before, after = corrupt(number, seed, templates)
    outcome = Outcome(kind)
    state = folder / f"{number}"
    after.write(state)
    began = time.monotonic()
    for _ in range(2):
        try:
            store = Store(state, clock=lambda: NOW)
        except StoreError as error:
            outcome.line = error.message
            break
        except Exception as error:  # noqa: BLE001 (whatever it is, the daemon would end with it)
            outcome.crash = repr(error)
            break
        outcome.seconds = outcome.seconds or time.monotonic() - began
        outcome.opened = True
        try:
            _use(store, outcome)
            _compare(store, before, after, outcome)
        finally:
            store.close()
    outcome.aside = bool(list(state.glob("*.corrupt-*")))
    shutil.rmtree(state)
    return outcome


def _use(store: Store, outcome: Outcome) -> None:
    """All that status, history, check, balance --cached, alerts list, the outbox and the schedule read and write."""
    reads: dict[str, Callable[[], object]] = {
        "history": store.history,
        "history --modem": lambda: store.history(modem="home", since=NOW - timedelta(days=30)),
        "balance --cached": lambda: store.last_reading("home"),
        "check": lambda: (store.last_reading("home", KEY), store.last_row("home"), store.alert_state(KEY)),
        "alerts list": store.alerts,
        "status": lambda: (store.open_alerts("home"), store.last_fallback(KEY), store.first_seen("home", NOW)),
        "schedule": lambda: (store.last_attempt("home", KEY), store.standing("home", KEY, now=NOW)),
        "outbox": lambda: _outbox(store),
        "recovery": lambda: [(store.recovery_steps(rat), store.recovery_subject("home")) for rat in RATS],
        "facts": lambda: (
            store.learned("E173", "11.1"),
            store.pending_undo("home", "radio"),
            store.code_tried(KEY, "1"),
        ),
        "add": lambda: store.add(reading(999_999)),
        "attempt": lambda: store.note_attempt("home", KEY, at=NOW, origin="query"),
        "alert": lambda: store.put_alert(_alert(int(time.monotonic_ns())), ["command"]),
    }
    for name, read in reads.items():
        try:
            read()
        except Exception as error:  # noqa: BLE001 (that is what is counted)
            outcome.failed.append(f"{name}: {error!r}")


def _outbox(store: Store) -> None:
    due, next_at = store.outbox_due(NOW), store.next_delivery()
    if next_at is not None and next_at <= NOW and not due:
        raise RuntimeError("something is due that nobody can deliver: the outbox would turn without end")


def _compare(store: Store, before: Files, after: Files, outcome: Outcome) -> None:
    """What stands on whole pages has to be there: facts of the newest whole image, rows of any."""
    found = set(after.images())
    images = [image for image in before.images() if image in found]
    # Frames without the end of their transaction are what a power cut leaves: nobody was told that they are stored.
    while images and len(images[-1]) == FRAME and not any(images[-1][4:8]):
        images.pop()
    pins = [marker for marker in PINS if any(marker.encode() in image for image in images)]
    rats = [marker for marker in RATS if any(marker.encode() + b"2,2,0" in image for image in images)]
    wanted = {number for image in images for number in _markers(image)}
    kept_pins = [marker for marker in pins if store.pin_refused("8970101", marker)]
    kept_rats = [marker for marker in rats if store.saved_rat(marker) == "2,2,0"]
    try:
        numbers = {number for row in store.history() if row.text for number in _markers(row.text.encode())}
    except Exception:  # noqa: BLE001 (counted in _use)
        numbers = set()
    outcome.pins, outcome.rats = (len(kept_pins), len(pins)), (len(kept_rats), len(rats))
    outcome.rows = (len(numbers & wanted), len(wanted))
    lost = [*set(pins) - set(kept_pins), *set(rats) - set(kept_rats)]
    if not wanted <= numbers:
        lost.append(f"{len(wanted - numbers)} of {len(wanted)} readings on whole pages")
    outcome.lost = lost


def _markers(data: bytes) -> list[int]:
    """The numbers of the rows whose text stands in it (the raw octets behind it name them too)."""
    parts = data.split(b"<")[1:]
    return [int(part[:6]) for part in parts if part[6:8] == b"> " and part[:6].isdigit()]


# --- the table -------------------------------------------------------------------------------------------------------


def show(outcomes: list[Outcome]) -> str:
    head = ("corruption", "n", "open", "aside", "one line", "crash", "commands", "PINs", "RATs", "readings", "slowest")
    lines = [head]
    for kind in (*KINDS, "all"):
        those = [it for it in outcomes if kind in (it.kind, "all")]
        if those:
            lines.append((kind, *(str(cell) for cell in _cells(those))))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join(rows)


def _cells(those: list[Outcome]) -> list[object]:
    pairs = ([getattr(it, name) for it in those] for name in ("pins", "rats", "rows"))
    return [
        len(those),
        sum(it.opened for it in those),
        sum(it.aside for it in those),
        sum(bool(it.line) for it in those),
        sum(bool(it.crash) for it in those),
        sum(bool(it.failed) for it in those),
        *(f"{sum(kept for kept, _ in pair)}/{sum(of for _, of in pair)}" for pair in pairs),
        f"{max(it.seconds for it in those):.2f} s",
    ]


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.corruptions", description=__doc__)
    options.add_argument("count", nargs="?", type=int, default=400, help="how many corruptions (default 400)")
    options.add_argument("--seed", type=int, default=1, help="another seed, other corruptions (default 1)")
    options.add_argument("--only", type=int, metavar="NUMBER", help="this one alone")
    options.add_argument("-v", "--verbose", action="store_true", help="each failure on a line")
    chosen = options.parse_args()
    numbers = range(chosen.count) if chosen.only is None else [chosen.only]
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="modemd-") as folder:
        templates = filled(Path(folder))
        for number in numbers:
            outcome = play(number, chosen.seed, templates, Path(folder))
            outcomes.append(outcome)
            if chosen.verbose and (not outcome.good or outcome.line):
                print(number, outcome.kind, outcome.line, outcome.crash, outcome.failed[:2], outcome.lost)
    print(show(outcomes))
    print("commands: corruptions after which a command failed; PINs, RATs, readings: kept / on pages that are whole")
    return 0 if all(outcome.good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
