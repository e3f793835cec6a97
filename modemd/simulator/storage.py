"""Where the fake modem keeps short messages: the SIM (SM), its own memory (ME), and what the network still holds."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from modemd.simulator import codec, pdu
from modemd.simulator.scenario import SERVICE_CENTRE, Sms, Storage

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem
    from modemd.simulator.port import AtPort

# 27.005 3.1: <stat> in PDU mode is the place in this row.
STATUS = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")
_STATUS_OF = {"unread": "REC UNREAD", "read": "REC READ", "unsent": "STO UNSENT", "sent": "STO SENT"}
RETRY_S = 0.5  # behind a freed place or a new registration, before the network tries again what it kept


@dataclass(slots=True)
class Stored:
    """One place that is taken: a part of a message as it came."""

    status: str
    pdu: bytes  # without the service centre address
    text: str
    sender: str
    sent_at: datetime
    centre: bytes = b"\x00"  # the service centre's address; no address = the SIM's own


class Touch(NamedTuple):
    """Something that a TE did to a stored message: marked it as read, or deleted it."""

    what: Literal["read", "deleted"]
    storage: str
    place: int


class Slot(NamedTuple):
    """A place of a storage, free or taken; `number` is its index in the storage that the TE named (MT counts ME's
    places first, then SM's)."""

    number: int
    storage: str
    place: int


class MessageStore:
    """The storages with their places, numbered from 1, and what happened to them."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self._reference = 0
        self._turns: Counter[int] = Counter()  # replies that each service has given
        self._kept: deque[Stored] = deque()  # by the network, until there is room
        self.memories: dict[str, dict[int, Stored]] = {"SM": {}, "ME": {}}
        self.sent: list[tuple[str, str]] = []  # (first parameter, text or PDU) of each AT+CMGS
        self.outgoing: list[tuple[str, str]] = []  # (number, text) of what the network took
        self.touched: list[Touch] = []
        for sms in modem.scenario.sms_stored:
            home = sms.storage or ("SM" if "SM" in modem.scenario.storages else "ME")
            for part in self._parts(sms):
                self._store(part, home)

    @property
    def places(self) -> dict[int, Stored]:
        """The messages on the SIM by place."""
        return self.memories["SM"]

    def size(self, storage: str) -> int:
        scenario = self._modem.scenario
        if storage == "MT":
            return scenario.sms_places + scenario.me_places
        return scenario.me_places if storage == "ME" else scenario.sms_places

    def used(self, storage: str) -> int:
        if storage == "MT":
            return sum(map(len, self.memories.values()))
        return len(self.memories[storage])

    def slots(self, storage: str) -> list[Slot]:
        """Every place of the storage, in order."""
        names = ("ME", "SM") if storage == "MT" else (storage,)
        pairs = [(name, place) for name in names for place in range(1, self.size(name) + 1)]
        return [Slot(number, name, place) for number, (name, place) in enumerate(pairs, 1)]

    def taken(self, storage: str) -> list[tuple[Slot, Stored]]:
        """The places of the storage that hold something, in order."""
        return [
            (slot, part)
            for slot in self.slots(storage)
            if (part := self.memories[slot.storage].get(slot.place)) is not None
        ]

    def mark_read(self, slot: Slot) -> None:
        part = self.memories[slot.storage][slot.place]
        if part.status == "REC UNREAD":
            part.status = "REC READ"
            self.touched.append(Touch("read", slot.storage, slot.place))

    def delete(self, slot: Slot) -> None:
        del self.memories[slot.storage][slot.place]
        self.touched.append(Touch("deleted", slot.storage, slot.place))
        self.ask_network()

    def deliver(self, sms: Sms) -> None:
        """A message arrives, part by part: stored and announced, handed over, or kept quiet, as +CNMI says
        (27.005 3.4.1). Where the modem cannot be reached the network keeps it."""
        parts = self._parts(sms)
        order = [number for number in sms.parts_order or range(1, len(parts) + 1) if number <= len(parts)]
        for turn, number in enumerate(number for number in order if number != sms.lose_part):
            if turn == 0 or not sms.part_gap_s:
                self._arrive(parts[number - 1])
            else:
                part = parts[number - 1]
                self._modem.later(turn * sms.part_gap_s, lambda part=part: self._arrive(part))  # type: ignore[misc]

    def ask_network(self) -> None:
        """There may be room again, or the modem is back: what the network kept comes soon."""
        if self._kept:
            self._modem.later(RETRY_S, self._retry)

    def submit(self, number: str, text: str) -> str | None:
        """A message of ours; the error of AT+CMGS, or None. A service's reply follows by itself."""
        for service_number, service in enumerate(self._modem.scenario.sms_services):
            if service.fits(number, text):
                if service.refuse is not None:
                    return f"CMS {service.refuse}"
                self.outgoing.append((number, text))
                if service.replies:
                    turn = min(self._turns[service_number], len(service.replies) - 1)
                    self._turns[service_number] += 1
                    reply = service.replies[turn]
                    self._modem.later(reply.after_s, lambda reply=reply: self.deliver(reply))  # type: ignore[misc]
                return None
        self.outgoing.append((number, text))
        return None

    # --- inside -----------------------------------------------------------------------------------------------------

    def _retry(self) -> None:
        waiting, self._kept = self._kept, deque()
        for part in waiting:
            self._arrive(part, again=True)

    def _arrive(self, part: Stored, *, again: bool = False) -> None:
        modem = self._modem
        if not modem.reachable:
            self._kept.append(part)
            return
        mode, mt = [*modem.shared["CNMI"].split(","), "0", "0"][:2]
        if mt == "2":
            for port in modem.urc_ports:
                port.say(_handed_over(port, part))
            return
        storage = storage_set(modem, 2)
        slot = self._store(part, storage)
        if slot is None:
            self._kept.append(part)
            if modem.family.sms_full and not again:
                modem.say(modem.family.sms_full.format(storage=storage))
        elif mt in ("1", "3") and mode != "0":
            modem.say(f'+CMTI: "{storage}",{slot.number}')

    def _store(self, part: Stored, storage: str) -> Slot | None:
        """Where it lies now; None when all places are taken."""
        for slot in self.slots(storage):
            if slot.place not in self.memories[slot.storage]:
                self.memories[slot.storage][slot.place] = part
                return slot
        return None

    def _parts(self, sms: Sms) -> list[Stored]:
        self._reference = self._reference % 255 + 1
        status = _STATUS_OF[sms.status]
        reference = self._reference if sms.reference is None else sms.reference
        sent_at = sms.sent_at or self._modem.wall()
        parts = pdu.parts(sms, reference, sent_at=sent_at)
        came = sms.status in ("unread", "read") and sms.pdu is None
        centre = pdu.service_centre(SERVICE_CENTRE) if came else b"\x00"
        return [Stored(status, part.pdu, part.text, sms.sender, sent_at, centre) for part in parts]


def text_of(port: AtPort, part: Stored) -> bytes:
    """The text as text mode shows it: UCS2 where the TE character set has no letters for it."""
    charset = port.settings["CSCS"]
    return codec.to_charset(part.text, charset if pdu.writable(part.text) or charset == "UCS2" else "UCS2")


def storage_set(modem: SimulatedModem, number: int) -> Storage:
    """What +CPMS has chosen: 0 to read and delete, 1 to write, 2 for what arrives."""
    name = modem.shared["CPMS"].replace('"', "").split(",")[number]
    return "MT" if name == "MT" else "ME" if name == "ME" else "SM"


def two_lines(head: str, body: bytes) -> bytes:
    """A message is one information text: nothing comes between its two lines (27.005 3.4.2)."""
    return head.encode("latin-1") + b"\r\n" + body


def whole(part: Stored) -> bytes:
    """The PDU as a line, the service centre's address in front."""
    return (part.centre + part.pdu).hex().upper().encode()


def _handed_over(port: AtPort, part: Stored) -> bytes:
    """A message behind +CMT (27.005 3.4.1)."""
    if port.settings["CMGF"] == "1":
        sender = port.quoted(part.sender)
        details = f",145,4,0,{0 if pdu.writable(part.text) else 8},,,{len(part.text)}"
        more = details if port.settings["CSDH"] == "1" else ""
        return two_lines(f'+CMT: {sender},,"{pdu.shown_time(part.sent_at)}"{more}', text_of(port, part))
    return two_lines(f"+CMT: ,{len(part.pdu)}", whole(part))
