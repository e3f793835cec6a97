"""A scripted modem with messages on its shelf, and PDUs that no code under test has made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modemd.modem.timeouts import Paces
from modemd.modem.worker import BalanceQuery, Worker
from modemd.money.operators import Packs
from modemd.records import Measurement
from tests.owner_thread import packs_of

PACK = """
id = "xx-test"
name = "Test"
country = "RU"
currency = "RUB"
plmn = ["25001"]
sms_senders = ["Balance", "0890"]

[[query]]
code = "*100#"
confidence = "high"
source = "test"

[[query]]
kind = "sms"
number = "111"
text = "11"
confidence = "medium"
cost = "0"
source = "test"

[[pattern]]
name = "balance"
regex = 'Balance (?P<balance>[0-9]+(?:[.,][0-9]+)?) ?(?P<currency>руб|р)?'
"""

SOON = '+CUSD: 0,"Thank you, the answer will come by SMS",15'


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    return packs_of(tmp_path / "packs", PACK)


@pytest.fixture
def quick(paces: Paces) -> Paces:
    """A window of 1.2 s, and a look at the storages right after opening where a test asks for it."""
    return replace(paces, query_s=20, sms_s=1.2, sms_more_s=0.15, sms_parts_s=0.4, sms_step_s=0.01)


# --- PDUs, made here so that no code under test takes part


def septets(text: str) -> bytes:
    number = sum(ord(letter) << 7 * place for place, letter in enumerate(text))
    return number.to_bytes((len(text) * 7 + 7) // 8, "little")


def swapped(digits: str) -> str:
    even = digits + "F" * (len(digits) % 2)
    return "".join(even[place + 1] + even[place] for place in range(0, len(even), 2))


def stamp(sent: datetime) -> str:
    return swapped(f"{sent.astimezone(UTC):%y%m%d%H%M%S}00")


def deliver(
    sender: str, text: str, *, part: tuple[int, int, int] | None = None, sent: datetime | None = None, dcs: int = 8
) -> str:
    """SMS-DELIVER (23.040 9.2.2.1) in UCS2; `part`: reference, number, total."""
    digits = sender.lstrip("+")
    if digits.isdigit():
        address = f"{len(digits):02X}{'91' if sender.startswith('+') else '81'}{swapped(digits)}"
    else:
        packed = septets(sender)
        address = f"{len(packed) * 2:02X}D0{packed.hex().upper()}"
    header = b"" if part is None else bytes([5, 0, 3, part[0], part[2], part[1]])
    data = header + text.encode("utf-16-be")
    first = "44" if header else "04"
    return f"00{first}{address}00{dcs:02X}{stamp(sent or datetime.now(UTC))}{len(data):02X}{data.hex().upper()}"


@dataclass
class Shelf:
    """The storages of a scripted modem: what lies there, with its status, and whether +CMGR marks it as read."""

    peer: Any
    places: dict[int, list[Any]] = field(default_factory=dict)  # index -> [status, PDU]
    storage: str = "SM"
    size: int = 20
    route: str = "2,1,0,0,0"
    failing: int = 0  # so many +CMGR are answered with ERROR first
    announces: bool = True

    def __post_init__(self) -> None:
        answers = self.peer.answers
        answers["AT+CNMI?"] = lambda _: (f"+CNMI: {self.route}", "OK")
        answers["AT+CNMI=*"] = self._set_route
        answers["AT+CPMS?"] = lambda _: (f"+CPMS: {','.join([self._count()] * 3)}", "OK")
        answers["AT+CPMS=*"] = self._select
        answers["AT+CMGR=*"] = self._read
        answers["AT+CMGL=*"] = self._list
        answers["AT+CMGD=*"] = self._delete

    def quiet_reading(self) -> None:
        """Huawei's commands, which leave the status alone."""
        self.peer.answers["AT+CGMI"] = ("huawei", "OK")
        self.peer.answers["AT^SMGR=*"] = lambda line: self._shown(line, mark=False)
        self.peer.answers["AT^SMGL=*"] = lambda line: self._listed(line, "^SMGL", mark=False)

    def put(self, index: int, text: str, *, status: int = 0) -> None:
        """`text`: a PDU in hex."""
        self.places[index] = [status, text]

    def arrive(self, index: int, text: str) -> None:
        self.put(index, text)
        if self.announces and self.route.split(",")[1] == "1":
            self.peer.say(f'+CMTI: "{self.storage}",{index}')

    @property
    def unread(self) -> list[int]:
        return [index for index, (status, _) in self.places.items() if status == 0]

    def _count(self) -> str:
        return f'"{self.storage}",{len(self.places)},{self.size}'

    def _set_route(self, line: str) -> tuple[str, ...]:
        self.route = line.partition("=")[2]
        return ("OK",)

    def _select(self, line: str) -> tuple[str, ...]:
        if not line.startswith(f'AT+CPMS="{self.storage}"'):
            return ("+CMS ERROR: 302",)
        return (f"+CPMS: {','.join([f'{len(self.places)},{self.size}'] * 3)}", "OK")

    def _read(self, line: str) -> tuple[str, ...]:
        if self.failing:
            self.failing -= 1
            return ("+CMS ERROR: 500",)
        return self._shown(line, mark=True)

    def _shown(self, line: str, *, mark: bool) -> tuple[str, ...]:
        found = self.places.get(int(line.partition("=")[2].partition(",")[0]))
        if found is None:
            return ("+CMS ERROR: 321",)
        name = "+CMGR" if mark else "^SMGR"
        shown = (f"{name}: {found[0]},,{len(found[1]) // 2 - 1}", found[1], "OK")
        if mark and found[0] == 0:
            found[0] = 1
        return shown

    def _list(self, line: str) -> tuple[str, ...]:
        return self._listed(line, "+CMGL", mark=True)

    def _listed(self, line: str, name: str, *, mark: bool) -> tuple[str, ...]:
        wanted = line.partition("=")[2]
        lines: list[str] = []
        for index, found in self.places.items():
            if wanted in ("4", str(found[0])):
                lines += [f"{name}: {index},{found[0]},,{len(found[1]) // 2 - 1}", found[1]]
                if mark and found[0] == 0:
                    found[0] = 1
        return (*lines, "OK")

    def _delete(self, line: str) -> tuple[str, ...]:
        self.places.pop(int(line.partition("=")[2]), None)
        return ("OK",)


@pytest.fixture
def shelf(peer: Any) -> Shelf:
    """A modem that answers the balance code with the promise of an SMS, and reads without marking."""
    peer.ussd("OK", SOON)
    found = Shelf(peer)
    found.quiet_reading()
    return found


@pytest.fixture
def pdu() -> Callable[..., str]:
    """pdu("MTS", "Balance 5 р"): an SMS-DELIVER in hex; part=(reference, number, total), sent=datetime."""
    return deliver


@pytest.fixture
def deaf_to_reading(peer: Any) -> Shelf:
    """A modem whose every way to read marks as read."""
    peer.ussd("OK", SOON)
    return Shelf(peer)


@pytest.fixture
def service(peer: Any) -> Shelf:
    """USSD does not work; a message is taken."""
    peer.ussd("OK", "+CUSD: 4")
    shelf = Shelf(peer)
    shelf.quiet_reading()
    peer.answers["AT+CMGS=*"] = (b"\r\n> ",)
    peer.answers["0001*"] = ("+CMGS: 7", "OK")
    return shelf


@pytest.fixture
def answered() -> Callable[[Worker], Measurement]:
    """Asks for the balance and gives the row."""

    def ask(worker: Worker) -> Measurement:
        result = worker.submit(BalanceQuery()).result(10)
        assert isinstance(result, Measurement)
        return result

    return ask
