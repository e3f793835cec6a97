"""One warm USSD exchange inside a process: bare pyserial, modemd's engine and python-gsmmodem-new on the same port."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from bench.daemon import CODE, fake_modem, new_folder, scenario
from bench.table import Row, spread, undisturbed

ROUNDS = 6
PER_ROUND = 50
WARM_UP = 10
GOAL = 4.0


def rows(runs: int) -> list[Row]:
    per_round = max(5, PER_ROUND * runs // 15)
    floor: list[float] = []
    ours: list[float] = []
    theirs: list[float] = []
    with new_folder() as folder, fake_modem(folder, scenario()) as port:
        for _ in range(ROUNDS):  # in turn, so that a busy machine slows all alike; only one can have the port
            for times, peer in ((floor, _bare), (ours, _modemd), (theirs, _gsmmodem)):
                with peer(port) as ask:
                    times += _time(ask, per_round)
    least = undisturbed(floor)
    ratio, their_ratio = undisturbed(ours) / least, undisturbed(theirs) / least
    return [
        Row(
            "one warm USSD exchange, engine",
            spread(ours),
            f"bare pyserial {spread(floor)}",
            f"{ratio:.1f} x the floor",
            f"<= {GOAL:.0f} x",
            ratio <= GOAL,
            f"{len(ours)} exchanges each, compared by the fastest tenth; code in, decoded text out",
        ),
        Row(
            "  the same, python-gsmmodem-new",
            "",
            spread(theirs),
            f"{their_ratio:.1f} x the floor",
            "",
            None,
            f"modemd is {their_ratio / ratio:.1f} x faster; gsmmodem hands the hex digits out undecoded",
        ),
    ]


class _Ask:
    """One exchange; True when it brought what it should."""

    def __call__(self) -> bool:
        raise NotImplementedError


def _time(ask: _Ask, number: int) -> list[float]:
    for _ in range(WARM_UP):
        ask()
    times = []
    for _ in range(number):
        began = time.perf_counter()
        good = ask()
        times.append(time.perf_counter() - began)
        if not good:
            raise RuntimeError("an exchange brought no answer")
    return times


@contextmanager
def _bare(port: str) -> Iterator[_Ask]:
    """What cannot be avoided: the request written, octets read until the answer is whole, nothing looked at."""
    import serial

    class Ask(_Ask):
        def __call__(self) -> bool:
            line.write(b'AT+CUSD=1,"*100#",15\r')
            got = b""
            while not got.endswith(b'",72\r\n'):
                got += line.read(max(1, line.in_waiting))
            return True

    with serial.Serial(port, 115_200, timeout=5) as line:
        line.write(b"ATE0\r")
        line.read_until(b"OK\r\n")
        yield Ask()


@contextmanager
def _modemd(port: str) -> Iterator[_Ask]:
    from modemd.backends.at.modem import Modem
    from modemd.backends.base import UssdRequest

    class Ask(_Ask):
        def __call__(self) -> bool:
            result = modem.ussd(UssdRequest(code=CODE, timeout_s=5, repeatable=True))
            return result.text is not None and result.text.startswith("Баланс:")

    modem = Modem(port)
    modem.connect()
    try:
        modem.identify()
        yield Ask()
    finally:
        modem.close()


@contextmanager
def _gsmmodem(port: str) -> Iterator[_Ask]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gsmmodem.modem import GsmModem

    class Ask(_Ask):
        def __call__(self) -> bool:
            return bool(modem.sendUssd(CODE).message)

    modem = GsmModem(port, 115_200)
    modem.connect()
    try:
        yield Ask()
    finally:
        modem.close()
