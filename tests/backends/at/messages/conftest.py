"""A hand-scripted modem on a pseudo-terminal that holds messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.sms_store import SmsStore
from modemd.backends.at.timeouts import Timeouts
from modemd.records import Device, SmsPlace

STATUS = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")


class Box:
    """The messages of a modem on the wire: storages of places, each with a status and a PDU (or sender and text).

    `maker` decides which vendor commands there are; `three`: +CPMS wants three names; `text_only`: no PDU mode;
    `crsm`: the SIM's file can be read; `first`: the index of its record 1."""

    def __init__(
        self,
        peer: Any,
        *,
        maker: str = "Acme",
        three: bool = False,
        text_only: bool = False,
        crsm: bool = False,
        first: int = 1,
        mode: str = "0",
        storages: tuple[str, ...] = ("SM", "ME"),
        memory: str = "SM",
    ) -> None:
        self.peer, self.maker, self.three, self.text_only, self.first = peer, maker, three, text_only, first
        self.mode = "1" if text_only else mode
        self.memory = [memory, "SM", "SM"]
        self.places: dict[str, dict[int, tuple[int, Any]]] = {name: {} for name in storages}
        self.before: Any = None
        answers = peer.answers
        answers["AT+CGMI"] = (maker, "OK")
        answers["AT+CMGF?"] = lambda _: (f"+CMGF: {self.mode}", "OK")
        answers["AT+CMGF=*"] = self._format
        answers["AT+CPMS?"] = lambda _: (
            "+CPMS: " + ",".join(f'"{name}",{self._count(name)}' for name in self.memory),
            "OK",
        )
        answers["AT+CPMS=*"] = self._select
        answers["AT+CMGR=*"] = self._read
        answers["AT+CMGL=*"] = self._list
        answers["AT+CMGD=*"] = self._delete
        if maker == "huawei":
            answers["AT^SMGR=*"] = self._read
            answers["AT^SMGL=*"] = self._list
        if crsm:
            answers["AT+CRSM=178,28476,*"] = self._record

    OTHER = "0B919761214365F7"  # +79161234567
    MTS = "06D04DEA14"

    @staticmethod
    def pdu(text: str, *, sender: str = MTS, header: str = "") -> str:
        data = bytes.fromhex(header) + text.encode("utf-16-be")
        return f"00{'44' if header else '04'}{sender}000862110201030021{len(data):02X}{data.hex().upper()}"

    @staticmethod
    def place(storage: str, index: int) -> SmsPlace:
        return SmsPlace(storage=storage, index=index)

    def sent(self) -> list[str]:
        """The command lines about messages."""
        return [line for line in self.peer.commands if re.match(r"AT(\+C(MG|PMS|RSM|NMI=)|\^SMG)", line)]

    def put(self, storage: str, index: int, content: Any, status: int = 0) -> None:
        self.places[storage][index] = (status, content)

    def statuses(self, storage: str = "SM") -> dict[int, int]:
        return {index: status for index, (status, _) in sorted(self.places[storage].items())}

    def _count(self, name: str) -> str:
        return f"{len(self.places.get(name, {}))},20"

    def _format(self, command: str) -> tuple[str, ...]:
        if self.text_only and command.endswith("0"):
            return ("+CMS ERROR: 303",)
        self.mode = command[-1]
        return ("OK",)

    def _select(self, command: str) -> tuple[str, ...]:
        names = re.findall('"(.*?)"', command)
        if (self.three and len(names) != 3) or names[0] not in self.places:
            return ("+CMS ERROR: 302",)
        self.memory[: len(names)] = names
        return ("+CPMS: " + ",".join(self._count(name) for name in self.memory), "OK")

    def _shown(self, head: str, status: int, content: Any) -> list[str | bytes]:
        if self.mode == "1":
            sender, text = content
            return [f'{head}"{STATUS[status]}","{sender}",,"26/11/20,10:30:00+12"\r\n{text}']
        return [f"{head}{status},,{len(content) // 2 - 1}\r\n{content}"]

    def _keeps(self, command: str) -> bool:
        return command.startswith("AT^") or (self.maker == "SIMCOM" and command.endswith(",1"))

    def _read(self, command: str) -> tuple[Any, ...]:
        index = int(re.findall(r"=(\d+)", command)[0])
        places = self.places[self.memory[0]]
        if index not in places:
            return ("+CMS ERROR: 321",)
        status, content = places[index]
        name = "^SMGR: " if command.startswith("AT^") else "+CMGR: "
        answer = self._shown(name, status, content)
        if status == 0 and not self._keeps(command):
            places[index] = (1, content)
        return (*([self.before] if self.before else []), *answer, "OK")

    def _list(self, command: str) -> tuple[Any, ...]:
        which = command.partition("=")[2].partition(",")[0].strip('"')
        words = {"ALL": 4, **{word: at for at, word in enumerate(STATUS)}}
        numbers = {str(at): at for at in range(5)}
        wanted = (words if self.mode == "1" else numbers).get(which, 9)
        if wanted == 9:
            return ("+CMS ERROR: 305",)
        lines: list[Any] = []
        places = self.places[self.memory[0]]
        for index, (status, content) in sorted(places.items()):
            if wanted in (4, status):
                head = f"{'^SMGL' if command.startswith('AT^') else '+CMGL'}: {index},"
                lines += [*([self.before] if self.before else []), *self._shown(head, status, content)]
                if status == 0 and not self._keeps(command):
                    places[index] = (1, content)
        return (*lines, "OK")

    def _delete(self, command: str) -> tuple[str, ...]:
        del self.places[self.memory[0]][int(command.partition("=")[2])]
        return ("OK",)

    def _record(self, command: str) -> tuple[str, ...]:
        number = int(command.split(",")[2])
        if not 1 <= number <= 20:
            return ("+CRSM: 148,2", "OK")
        found = self.places["SM"].get(number - 1 + self.first)
        if found is None:
            return ('+CRSM: 144,0,"' + "00".ljust(352, "F") + '"', "OK")
        status, content = found
        return ('+CRSM: 144,0,"' + (f"{(3, 1, 7, 5)[status]:02X}" + content).ljust(352, "F") + '"', "OK")


@pytest.fixture
def start(make_peer: Callable[..., Any], fast: Timeouts) -> Iterator[Callable[..., tuple[Box, SmsStore]]]:
    """A box of messages behind a port that is open, and what reads them; `seen` gets what belongs to no command."""
    opened: list[tuple[Modem, Box]] = []

    def make(
        *,
        transport: dict[str, Any] | None = None,
        seen: list[str] | None = None,
        wake_fd: int | None = None,
        **options: Any,
    ) -> tuple[Box, SmsStore]:
        peer = make_peer(**(transport or {}))
        limits = replace(fast, list_s=0.6, prompt_s=0.5, send_s=0.5, final_s=0.6)
        on_unsolicited = seen.append if seen is not None else None
        modem = Modem(peer.path, timeouts=limits, on_unsolicited=on_unsolicited, wake_fd=wake_fd)
        box = Box(peer, **options)
        opened.append((modem, box))
        modem.connect()
        modem.device = Device(manufacturer=box.maker)
        return box, SmsStore(modem)

    yield make
    for modem, box in opened:
        before = box.mode, box.memory
        modem.close()
        assert (box.mode, box.memory) == before, "nothing was left to be put back at close"
