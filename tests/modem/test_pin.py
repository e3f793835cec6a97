"""When a PIN may go to a SIM: the rules that keep it from being locked, on the real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modemd.errors import SimError, StoreError
from modemd.modem import pin
from modemd.store import Store


class Sim:
    """A SIM with PIN 1111 behind a modem; `tells` False: the modem does not show the counter. `lost`: so many of the
    next answers to AT+CPIN= never come, though the SIM got the PIN (`reached`) or not."""

    def __init__(self, *, tells: bool = True, lost: int = 0, reached: bool = True) -> None:
        self.tries = 3
        self.sent: list[str] = []
        self.tells, self.lost, self.reached = tells, lost, reached

    def enter(self, digits: str) -> str:
        self.sent.append(digits)
        lost, self.lost = self.lost > 0, max(0, self.lost - 1)
        if lost and not self.reached:
            return "unknown"
        if digits == "1111":
            self.tries = 3
            return "unknown" if lost else "accepted"
        self.tries -= 1
        return "unknown" if lost else "refused"

    def state(self) -> str:
        return "sim pin"

    def tries_left(self) -> int | None:
        return self.tries if self.tells else None


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "state")
    yield store
    store.close()


@pytest.fixture
def right(tmp_path: Path) -> str:
    file = tmp_path / "right"
    file.write_text("1111\n", encoding="ascii")
    return str(file)


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    file = tmp_path / "wrong"
    file.write_text("2222\n", encoding="ascii")
    return str(file)


def enter(sim: Sim, book: Store, file: str, *, subject: str = "8970", also: tuple[str, ...] = ()) -> str:
    """ "accepted", or the line for people."""
    try:
        pin.unlock(sim, book, pin_file=file, subject=subject, also=also)
    except SimError as error:
        return error.message
    return "accepted"


def test_an_accepted_pin_is_sent_at_each_power_up(book: Store, right: str) -> None:
    """However often the modem starts: what was accepted once goes out again, and counts nothing down."""
    sim = Sim()
    assert [enter(sim, book, right) for _ in range(5)] == ["accepted"] * 5
    assert len(sim.sent) == 5


@pytest.mark.parametrize("tells", [True, False])
def test_a_refused_pin_goes_out_once(book: Store, wrong: str, tells: bool) -> None:
    """Whether or not the modem shows the counter."""
    sim = Sim(tells=tells)
    assert all("refused" in enter(sim, book, wrong) for _ in range(4))
    assert sim.sent == ["2222"]


def test_a_pin_refused_under_the_imei_is_refused_under_the_iccid(book: Store, wrong: str) -> None:
    """A modem may show the ICCID only at the second look: the SIM in it is still the same."""
    sim = Sim()
    enter(sim, book, wrong, subject="3569")
    assert "refused" in enter(sim, book, wrong, subject="8970", also=("3569",))
    assert sim.sent == ["2222"]


def test_the_last_try_is_never_taken(book: Store, right: str) -> None:
    """Not even with the right PIN: nobody but the person can know that it is right."""
    sim = Sim()
    sim.tries = 1
    assert "never takes" in enter(sim, book, right)
    assert sim.sent == []


@pytest.mark.parametrize("tells", [True, False])
def test_after_an_unknown_outcome_there_is_one_more_try(book: Store, right: str, tells: bool) -> None:
    """The answer got lost before the SIM had the PIN: the second attempt is made, and accepted."""
    sim = Sim(tells=tells, lost=1, reached=False)
    assert "did not say" in enter(sim, book, right)
    assert enter(sim, book, right) == "accepted"
    assert len(sim.sent) == 2


def test_two_unknown_outcomes_are_a_refusal(book: Store, right: str) -> None:
    """Where no counter can be read, two lost answers may both have been wrong ones: there is no third attempt."""
    sim = Sim(tells=False, lost=9, reached=False)
    for _ in range(5):
        enter(sim, book, right)
    assert len(sim.sent) == 2


def test_a_counter_below_three_ends_the_second_try(book: Store, wrong: str) -> None:
    """The outcome was lost, and the SIM has counted a wrong PIN: it was ours, so it is not sent again."""
    sim = Sim(lost=1)
    assert "did not say" in enter(sim, book, wrong)
    assert "counted a wrong one" in enter(sim, book, wrong)
    assert sim.sent == ["2222"]
    sim.tries = 3  # somebody gave the right one in a phone; the file still holds the wrong one
    assert "refused" in enter(sim, book, wrong)
    assert "refused" in enter(sim, book, wrong)
    assert sim.sent == ["2222", "2222"]


def test_the_attempt_is_on_the_disk_before_the_wire(book: Store, wrong: str, tmp_path: Path) -> None:
    """A power cut in the middle of AT+CPIN= leaves the attempt behind."""

    class Cut(Sim):
        def enter(self, digits: str) -> str:
            super().enter(digits)
            raise KeyboardInterrupt

    sim = Cut(tells=False)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            enter(sim, book, wrong)
    assert "refused" in enter(sim, book, wrong)
    assert len(sim.sent) == 2


def test_not_sent_where_the_attempt_cannot_be_noted(book: Store, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the SIM waits, with a line that says why, and it is no fault of modemd."""

    def full(*_: object) -> None:
        raise StoreError("disk full: free some space")

    monkeypatch.setattr(Store, "note_pin_attempt", full)
    sim = Sim()
    with pytest.raises(SimError, match=r"cannot be noted .*disk full"):
        pin.unlock(sim, book, pin_file=right, subject="iccid")
    assert sim.sent == []
