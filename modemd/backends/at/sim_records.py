"""Messages read from the SIM's own file, EF_SMS (31.102 4.2.25), by AT+CRSM (27.007 8.18): no status is changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from modemd.at.sms import SmsPart, part_of_record
from modemd.at.standard import SIM_DONE
from modemd.backends.at.engine import Answer
from modemd.frozen import dataclass
from modemd.records import SmsPlace, SmsStorage

READ_RECORD = "AT+CRSM=178,28476,{},4,176"  # 28476 = 0x6F3C, absolute, 176 octets
_RECORDS_MAX = 255


@dataclass(frozen=True, slots=True)
class Look:
    """What lies behind a place. `certain`: that record is meant and no other; its `part` None = free. `unmarked`:
    nothing unread is in question, so that reading by index marks nothing."""

    part: SmsPart | None
    certain: bool
    unmarked: bool


class SimRecords:
    """The records of one SIM. They count from 1; the places of +CMGR and +CMTI do so on some modems, and from 0 on
    others (Huawei, Qualcomm), which only comes to light by what is seen: a place 0, or one message both ways."""

    def __init__(self, execute: Callable[[str], Answer]) -> None:
        self._execute = execute
        self._no_file = False  # the modem does not give it away
        self._proven = False
        self._first: int | None = None  # the place of record 1
        self._guessed: set[bytes] = set()  # parts that were given a place without knowing that

    def look(self, place: SmsPlace) -> Look | None:
        """The record behind a place in which a message was announced; None = the file cannot be read. While nothing is
        known of how places are counted, the unread one of the two records in question is meant, which settles it."""
        self.seen(place)
        if self._first is not None:
            record = self._record(place.index + 1 - self._first)
            if record is None:
                return None
            return Look(_at(record.part, place), certain=True, unmarked=not record.unread)
        if (one := self._record(place.index)) is None or (other := self._record(place.index + 1)) is None:
            return None
        if one.unread != other.unread:
            self._learn(1 if one.unread else 0)
            return Look(_at((one if one.unread else other).part, place), certain=True, unmarked=False)
        return Look(None, certain=False, unmarked=not one.unread)

    def unread(self, storage: SmsStorage, known: Sequence[SmsPart]) -> list[SmsPart]:
        """The unread parts on the SIM, where `known` are all the others; record by record, until all are found. Their
        places are a guess (from 1) where nothing tells how places are counted."""
        others = {part.raw: part.place.index for part in known if part.raw and part.place is not None}
        found: list[tuple[int, SmsPart]] = []
        for number in range(1, min(storage.places, _RECORDS_MAX) + 1):
            if len(found) >= storage.used - len(known) and (self._first is not None or not others):
                break
            record = self._record(number)
            if record is None or not record.exists:
                break
            if record.part is not None and record.unread:
                found.append((number, record.part))
            elif record.part is not None and (index := others.pop(record.part.raw, None)) is not None:
                self._learn(index + 1 - number)
        first = 1 if self._first is None else self._first
        if self._first is None:
            self._guessed.update(part.raw for _, part in found)
        return [replace(part, place=SmsPlace(storage=storage.name, index=number - 1 + first)) for number, part in found]

    def placed(self, part: SmsPart) -> bool:
        """Whether the place of a part was told by the modem, or is known; False = it is a guess of unread()."""
        return part.raw not in self._guessed

    def compare(self, part: SmsPart) -> bool:
        """Told of a part that the modem showed under its index; whether it is known now how places are counted."""
        if self._first is None and part.place is not None and part.raw and not part.text_mode:
            records = [self._record(part.place.index + more) for more in (0, 1)]
            same = [
                record is not None and record.part is not None and record.part.raw == part.raw for record in records
            ]
            if same[0] != same[1]:
                self._learn(1 if same[0] else 0)
        return self._first is not None

    def seen(self, place: SmsPlace) -> None:
        """Told of any place that the modem itself named."""
        if place.storage == SIM and place.index == 0:
            self._first = 0

    # --- helpers

    def _learn(self, first: int) -> None:
        if self._first is None and first in (0, 1):
            self._first = first

    def _record(self, number: int) -> _Record | None:
        """One record; None = the file cannot be read."""
        if self._no_file:
            return None
        answer = self._execute(READ_RECORD.format(number))
        found = next((found for line in answer.lines if (found := _CRSM.match(line))), None)
        if answer.final is not None and answer.final.ok and found is not None:
            if int(found[1]) in SIM_DONE:
                self._proven = True
                return _Record(part_of_record(found[3] or "", SmsPlace(storage=SIM, index=number)))
            if self._proven and (int(found[1]), int(found[2])) in _NO_SUCH_RECORD:
                return _Record(None, exists=False)
        self._no_file = not self._proven
        return None


@dataclass(frozen=True, slots=True)
class _Record:
    part: SmsPart | None
    exists: bool = True

    @property
    def unread(self) -> bool:
        return self.part is not None and self.part.status == "unread"


def _at(part: SmsPart | None, place: SmsPlace) -> SmsPart | None:
    return None if part is None else replace(part, place=place)


SIM = "SM"  # the storage whose messages are in EF_SMS
_CRSM = re.compile(r'\+CRSM:\s*(\d{1,3})\s*,\s*(\d{1,3})(?:\s*,\s*"?([0-9A-Fa-f]*)"?)?\s*$')
_NO_SUCH_RECORD = ((0x94, 0x02), (0x6A, 0x83))  # 51.011 9.4, 102 221 10.2.1
