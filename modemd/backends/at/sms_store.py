"""Short messages of one modem: read without a trace, sent at most once, deleted only by name (27.005, 31.102 4.2.25).

Listing and reading mark messages as read (27.005 3.4.2, 3.5.2), and whoever owns the SIM wants to see which are new.
So what leaves the status alone goes first: the make's own command (at/makes), then the SIM's file itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from modemd.at.lines import FinalResult
from modemd.at.makes import find_make
from modemd.at.sms import SmsPart, part_of_read, parts_of_list
from modemd.backends.at import sms_send
from modemd.backends.at.modem import Modem
from modemd.backends.at.sim_records import SIM, SimRecords
from modemd.backends.at.sms_modes import UNTOLD, Modes
from modemd.backends.base import SmsParts
from modemd.errors import CommandError, ModemError
from modemd.explanations import line_of
from modemd.frozen import dataclass
from modemd.records import SmsPlace, SmsStorage

Parts = list[SmsPart]


class SmsStore:
    """See backends.base.SmsAccess. For the owner thread, from connect() to close(). Each use puts +CMGF, +CPMS and
    +CNMI back; what could not be put back is at close()."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._modes = Modes(modem)
        self._records = SimRecords(modem.execute)
        self._unknown: set[str] = set()  # commands that this modem does not have
        self._proven: set[str] = set()  # commands that it has
        self._learned = False  # what is on the SIM was compared once

    def storages(self) -> tuple[SmsStorage, ...]:
        """How full the storages are that +CPMS names, each once; () where the modem will not say. One command.
        Raises ModemError only."""
        return tuple({storage.name: storage for storage in self._modes.memories()}.values())

    def announces(self) -> bool:
        """Whether +CNMI makes the modem tell of new messages (mt 1, 2, 3). Raises ModemError only."""
        for line in self._modem.execute("AT+CNMI?").lines:
            if (found := _ROUTED.match(line)) is not None:
                return found[1] != "0"
        return False

    def read(self, place: SmsPlace, *, may_mark: bool) -> SmsPart | None:
        """The part in one place; None = empty, or it cannot be read without marking it as read and `may_mark` is
        False. Raises ModemError only.

        The place is one that was announced: where nobody knows how the modem counts those of a SIM, the record with an
        unread message is meant. For anything else there is list()."""
        if own := self._own_read():
            found = self._by_index(place, own)
            if found is not None:
                return found.part
        if place.storage == SIM and (look := self._records.look(place)) is not None:
            if not look.certain and not look.unmarked and self._learn_places(place.storage):
                look = self._records.look(place) or look
            if look.part is not None or (look.certain and not may_mark):
                return look.part
            may_mark = may_mark or look.unmarked
        found = self._by_index(place, [_READ]) if may_mark else None
        return found.part if found is not None else None

    def list(self, *, may_mark: bool) -> SmsParts:
        """Everything that can be read, in all storages; without `may_mark` nothing becomes "read" by it. Raises
        ModemError only."""
        parts: Parts = []
        storages: list[SmsStorage] = []
        hidden = 0
        selected = False
        with self._modes.pdu_mode() as pdu:
            memories = self._modes.memories()
            for name in _names(memories):
                if name == "MT" and selected:
                    continue
                with self._modes.storage(name, memories) as storage:
                    if storage is None:
                        continue
                    selected = True
                    found = self._listed(storage, pdu=pdu, may_mark=may_mark) if storage.used else []
                    parts += found
                    if storage.used != UNTOLD:
                        storages.append(storage)
                        hidden += max(0, storage.used - len(found))
        return SmsParts(parts=tuple(parts), hidden=hidden, storages=tuple(storages))

    @contextmanager
    def announce(self) -> Iterator[bool]:
        """New messages are announced by +CMTI while this is open, where +CNMI kept quiet about them (mt 0); put back
        at its end, whatever happened. Gives True if they are announced or handed over, False if the modem refuses or
        keeps its announcements to itself (mode 0). Raises ModemError only."""
        found = self._modes.value("AT+CNMI?", _CNMI)
        if found is None or found[2] != "0":
            yield found is not None and found[1] != "0"
            return
        mode, rest = found[1], re.sub(r"\s", "", found[3])
        back = f"AT+CNMI={mode},0{rest}"
        changes = (f"AT+CNMI={'2' if mode == '0' else mode},1{rest}", f"AT+CNMI=2,1{rest}", "AT+CNMI=2,1")
        with self._modes.borrowed([(change, back) for change in dict.fromkeys(changes)]) as answer:
            yield answer is not None

    def send(self, number: str, text: str) -> None:
        """Sends one message of a single part, at most once, in PDU mode. Raises CommandError: code "CMS 500" and its
        kin when it was refused; "no prompt", "bad number", "bad text", "text mode" when nothing went out. Raises
        SmsMaybeSent when nobody knows whether it was sent, ModemError."""
        sms_send.submit_pdu(number, text)  # refused before anything is changed
        sent = False
        try:
            with self._modes.pdu_mode() as pdu:
                if not pdu:
                    raise CommandError(line_of("text mode"), code="text mode")
                sms_send.send(self._modem, number, text)
                sent = True
        except ModemError:
            if not sent:
                raise
            # The network has it, though the mode could not be put back. The next command meets the fault again.

    def delete(self, place: SmsPlace, part: SmsPart) -> bool:
        """Deletes what lies in one place if it is still exactly that part; False = it is not, or the modem refuses.
        It is read again under the same index first, which may mark it; a part whose index is a guess (of list(), where
        nothing told how the modem counts the places of the SIM) is left alone. Raises ModemError only."""
        if not self._records.placed(part):
            return False
        with self._modes.pdu_mode(), self._modes.storage(place.storage, self._modes.memories()) as storage:
            found = self._shown(place, [*self._own_read(), _READ]) if storage is not None else None
            if found is None or found.part is None or not _same(found.part, part):
                return False
            final = self._modem.execute(f"AT+CMGD={place.index}").final
            return final is not None and final.ok

    # --- one place

    def _own_read(self) -> Sequence[str]:
        """The make's command that leaves the status alone, if there is one."""
        make = find_make(self._modem.device.manufacturer, self._modem.device.model)
        command = make.sms.read if make is not None else None
        return [command] if command is not None and command not in self._unknown else []

    def _by_index(self, place: SmsPlace, commands: Sequence[str]) -> _FoundMessage | None:
        with self._modes.pdu_mode(), self._modes.storage(place.storage, self._modes.memories()) as storage:
            return self._shown(place, commands) if storage is not None else None

    def _shown(self, place: SmsPlace, commands: Sequence[str]) -> _FoundMessage | None:
        """What the first of some commands that the modem has shows in a place of mem1; None = none of them says."""
        self._records.seen(place)
        for command in commands:
            answer = self._modem.execute(command.format(place.index))
            if self._took(command, answer.final):
                if answer.lines:
                    return _FoundMessage(part_of_read(answer.lines, place, charset=self._modem.te_charset))
                continue  # OK alone: it knows the command, and does not say anything
            if answer.final is not None and answer.final.error in _EMPTY:
                return _FoundMessage(None)
        return None

    def _learn_places(self, name: str) -> bool:
        """Compares a message that listing does not mark with the SIM's file; whether it is known now how the modem
        counts places."""
        if self._learned:
            return False
        self._learned = True
        with self._modes.pdu_mode() as pdu, self._modes.storage(name, self._modes.memories()) as storage:
            for status in _UNCHANGED:
                if storage is None:
                    break
                if any(map(self._records.compare, self._list_by(_LIST, status, storage, pdu=pdu) or [])):
                    return True
        return False

    # --- all places

    def _listed(self, storage: SmsStorage, *, pdu: bool, may_mark: bool) -> Parts:
        """The parts in mem1, in the order of their places."""
        make = find_make(self._modem.device.manufacturer, self._modem.device.model)
        own = make.sms.list if make is not None else None
        found = self._list_by(own, 4, storage, pdu=pdu) if own is not None and own not in self._unknown else None
        found = found or None  # something lies there
        if found is None and may_mark:
            found = self._list_by(_LIST, 4, storage, pdu=pdu) or []
        if found is None:
            found = []
            for status in _UNCHANGED:
                if len(found) < storage.used:
                    found += self._list_by(_LIST, status, storage, pdu=pdu) or []
            if storage.name == SIM and len(found) < storage.used:
                found += self._records.unread(storage, found)
        return sorted(found, key=lambda part: part.place.index if part.place is not None else 0)

    def _list_by(self, command: str, status: int, storage: SmsStorage, *, pdu: bool) -> Parts | None:
        """The parts of one status (4 = all) that one command lists; None = the modem refuses it."""
        modem = self._modem
        word = _STATUS_WORDS[status]
        coded = f'"{word.encode("utf-16-be").hex().upper()}"'  # as modems want it whose character set is UCS2
        for value in (str(status),) if pdu else (f'"{word}"', coded)[: 2 if modem.te_charset == "UCS2" else 1]:
            answer = modem.execute(command.format(value), modem.timeouts.list_s)
            if self._took(command, answer.final):
                break
        else:
            return None
        parts = parts_of_list(answer.lines, storage.name, charset=modem.te_charset)
        places = list(dict.fromkeys(part.place for part in parts if part.place is not None))
        for place in places:
            self._records.seen(place)
        if not any(part.text_mode for part in parts):
            return parts
        # A text can look like the header of another message. Only what +CMGR shows of one place is that message.
        read = self._own_read() if command != _LIST else []
        looks = [self._shown(place, read or [_READ]) for place in places]
        return [look.part for look in looks if look is not None and look.part is not None]

    def _took(self, command: str, final: FinalResult | None) -> bool:
        """Whether a command was taken. One that the modem does not know is not tried again."""
        if final is not None and final.ok:
            self._proven.add(command)
            self._unknown.discard(command)
            return True
        if final is not None and final.error in _UNKNOWN and command not in self._proven:
            self._unknown.add(command)
        return False


@dataclass(frozen=True, slots=True)
class _FoundMessage:
    """A place that was looked at; None = it is empty."""

    part: SmsPart | None


def _names(memories: Sequence[SmsStorage]) -> Sequence[str]:
    """What to list: the storages of the SIM and of the modem, whichever +CPMS names first. "MT" is both of them, for a
    modem that has neither; "SR" and "BM" hold no messages of people, "SM_P" and "ME_P" are "SM" and "ME"."""
    named = [memory.name for memory in memories if memory.name in ("SM", "ME")]
    return list(dict.fromkeys([*named, "SM", "ME", *("MT" for memory in memories if memory.name == "MT")]))


def _same(now: SmsPart, part: SmsPart) -> bool:
    """Whether two looks at a place saw the same part. In text mode there is no PDU, and the header tells the status."""
    if now.text_mode or part.text_mode:
        seen = (now.text_mode, now.sender, now.sent_at, now.text, now.number)
        return seen == (part.text_mode, part.sender, part.sent_at, part.text, part.number) and now.text is not None
    return now.raw == part.raw != b""


_READ, _LIST = "AT+CMGR={}", "AT+CMGL={}"
_UNCHANGED = (1, 3, 2)  # read, sent, unsent: listing them changes nothing
_STATUS_WORDS = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL")
_EMPTY = {"CMS 321", "CME 21", "CME 22"}  # invalid memory index (27.005 3.2.5), and the like of 27.007 9.2.1
# Not allowed, not supported, invalid parameter: it will not be otherwise next time.
_UNKNOWN = {"ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS", "CME 3", "CME 4", "CME 50"}
_UNKNOWN |= {"CMS 302", "CMS 303", "CMS 304", "CMS 305"}
_ROUTED = re.compile(r"\+CNMI:\s*\d+\s*,\s*(\d)")
_CNMI = re.compile(r"\+CNMI:\s*(\d)\s*,\s*(\d)((?:\s*,\s*\d)*)\s*$")
