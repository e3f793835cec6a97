"""One thread looks for every modem that is not there."""

from __future__ import annotations

import threading

from modemd.modem.lookout import Lookout

DEADLINE_S = 10.0
OFTEN_S = 0.01


def lookouts() -> int:
    return sum(thread.name == "lookout" for thread in threading.enumerate())


def test_what_appears_is_told_to_who_waits_for_it() -> None:
    """To nobody else, and one thread serves them all; it ends with the last of them."""
    lookout, there = Lookout(), dict[str, object]()
    before = lookouts()
    came = {"a": threading.Event(), "b": threading.Event()}
    with (
        lookout.watching(lambda: there.get("a"), came["a"].set, OFTEN_S) as a,
        lookout.watching(lambda: there.get("b"), came["b"].set, OFTEN_S) as b,
    ):
        assert lookouts() == before + 1
        there["b"] = "node"
        assert came["b"].wait(DEADLINE_S)
        assert (a.appeared, b.appeared) == (False, True)
        thread = next(thread for thread in threading.enumerate() if thread is lookout._thread)
    thread.join(DEADLINE_S)
    assert not thread.is_alive()


def test_another_device_under_the_old_name_counts() -> None:
    """What was there at the beginning does not, nor that it goes."""
    lookout, there = Lookout(), {"node": 1}
    came, looked = threading.Event(), threading.Semaphore(0)

    def present() -> object:
        looked.release()
        return there.get("node")

    def look_on() -> None:
        for _ in range(3):
            assert looked.acquire(timeout=DEADLINE_S)

    with lookout.watching(present, came.set, OFTEN_S) as awaited:
        look_on()
        del there["node"]
        look_on()
        assert not awaited.appeared
        there["node"] = 2
        assert came.wait(DEADLINE_S)
        assert awaited.appeared


def test_what_comes_or_goes_beside_it_counts() -> None:
    """It may say why the modem is not there; the modem itself has not appeared."""
    lookout, around, came = Lookout(), {"mark": 1}, threading.Event()
    with lookout.watching(lambda: None, came.set, OFTEN_S, around=lambda: around["mark"]) as awaited:
        assert not awaited.there
        around["mark"] = 2
        assert came.wait(DEADLINE_S)
        assert (awaited.appeared, awaited.stirred) == (False, True)


def test_one_that_cannot_be_looked_for_blinds_nobody() -> None:
    """A fault is that modem's alone."""
    lookout, there = Lookout(), dict[str, object]()
    calls, came = [0], threading.Event()

    def broken() -> object:
        calls[0] += 1
        if calls[0] > 1:
            raise RuntimeError("bug")
        return None

    with (
        lookout.watching(broken, came.clear, OFTEN_S),
        lookout.watching(lambda: there.get("node"), came.set, OFTEN_S),
    ):
        there["node"] = 1
        assert came.wait(DEADLINE_S)
