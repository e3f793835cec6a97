"""SMS of the fake modem: the places of the SIM, +CMTI and +CMT, the commands of 27.005, PDUs of 23.040."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modemd.simulator import codec
from modemd.simulator.command import Command, Held, RefusedByModemError
from modemd.simulator.scenario import Sms

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem

# 27.005 3.1: <stat> in PDU mode is the place in this row.
_STATUS = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")
_TIMESTAMP = "26/11/20,10:30:00+12"  # when every message of the simulator was sent
_PARTS_MAX = 255


@dataclass(slots=True)
class Stored:
    """One place of the SIM that is taken: a part of a message as it came."""

    status: str
    pdu: bytes  # without the service centre address
    text: str
    sender: str


class Inbox:
    """The SIM's places for messages, numbered from 1."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self._reference = 0
        self.places: dict[int, Stored] = {}
        self.sent: list[tuple[str, str]] = []  # (destination, text or PDU) of AT+CMGS
        for sms in modem.scenario.sms_stored:
            for part in self._parts(sms):
                self._store(part)

    def deliver(self, sms: Sms) -> None:
        """A message arrives: stored and announced, handed over, or kept quiet, as +CNMI says (27.005 3.4.1)."""
        modem = self._modem
        if not modem.plugged:
            return
        mode = [*modem.settings["CNMI"].split(","), "0", "0"][1]
        for part in self._parts(sms):
            if mode == "2":
                for line in self._shown("+CMT", part):
                    modem.say(line)
                continue
            place = self._store(part)
            if place is not None and mode == "1":
                storage = modem.settings["CPMS"].split(",")[-1]
                modem.say(f"+CMTI: {storage},{place}")

    def _store(self, part: Stored) -> int | None:
        """The place it got; None when all are taken (the network keeps the message)."""
        for place in range(1, self._modem.scenario.sms_places + 1):
            if place not in self.places:
                self.places[place] = part
                return place
        return None

    def _parts(self, sms: Sms) -> list[Stored]:
        self._reference = self._reference % 255 + 1
        return [Stored("REC UNREAD", pdu, text, sms.sender) for pdu, text in deliver_pdus(sms, self._reference)]

    def _shown(self, head: str, part: Stored) -> list[bytes]:
        """The two lines of a message behind +CMT."""
        if self._modem.settings["CMGF"] == "1":
            sender = self._modem.quoted(part.sender)
            return [f'{head}: {sender},,"{_TIMESTAMP}"'.encode("latin-1"), self._text(part)]
        return [f"{head}: ,{len(part.pdu)}".encode(), self._whole(part)]

    def _text(self, part: Stored) -> bytes:
        charset = self._modem.settings["CSCS"]
        return codec.to_charset(part.text, charset if _writable(part.text) or charset == "UCS2" else "UCS2")

    @staticmethod
    def _whole(part: Stored) -> bytes:
        return ("00" + part.pdu.hex().upper()).encode()  # "00": the service centre is the SIM's own


def deliver_pdus(sms: Sms, reference: int) -> list[tuple[bytes, str]]:
    """SMS-DELIVER PDUs (23.040 9.2.2.1) of a message, one a part, each with its text. Long texts are concatenated
    by an 8-bit reference (9.2.3.24.1); letters outside the GSM alphabet make it UCS2."""
    plain = _writable(sms.text)
    single, several = (160, 153) if plain else (70, 67)
    count = len(codec.septets(sms.text)) if plain else len(sms.text.encode("utf-16-be")) // 2
    if count <= single:
        pieces = [sms.text]
    else:
        pieces = [sms.text[start : start + several] for start in range(0, len(sms.text), several)][:_PARTS_MAX]
    out = []
    for number, piece in enumerate(pieces, 1):
        header = bytes([5, 0, 3, reference, len(pieces), number]) if len(pieces) > 1 else b""
        if plain:
            skip = (len(header) * 8 + 6) // 7  # the text begins on a septet boundary
            data = codec.pack(codec.septets(piece), skip_bits=skip * 7)
            user = bytes([skip + len(codec.septets(piece))]) + header + data[len(header) :]
        else:
            data = header + piece.encode("utf-16-be")
            user = bytes([len(data)]) + data
        first = bytes([0x44 if header else 0x04])
        out.append((first + _address(sms.sender) + bytes([0, 0 if plain else 8]) + _timestamp() + user, piece))
    return out


def _address(sender: str) -> bytes:
    """TP-OA (23.040 9.1.2.5): digits, or letters packed in septets."""
    if re.fullmatch(r"\+?[0-9]+", sender):
        digits = sender.lstrip("+")
        kind = 0x91 if sender.startswith("+") else 0x81
        return bytes([len(digits), kind]) + _swapped(digits)
    packed = codec.pack(codec.septets(sender if _writable(sender) else "Operator")[:11])
    return bytes([len(packed) * 2, 0xD0]) + packed


def _timestamp() -> bytes:
    return _swapped("".join(re.findall("[0-9]", _TIMESTAMP)))


def _swapped(digits: str) -> bytes:
    """Digits as swapped half octets (23.040 9.1.2.3)."""
    even = digits + "F" * (len(digits) % 2)
    return bytes.fromhex("".join(even[place + 1] + even[place] for place in range(0, len(even), 2)))


def _writable(text: str) -> bool:
    try:
        codec.septets(text)
    except ValueError:
        return False
    return True


# --- commands -------------------------------------------------------------------------------------------------------


def _cpms(modem: SimulatedModem, command: Command) -> list[bytes]:
    counts = f"{len(modem.inbox.places)},{modem.scenario.sms_places}"
    match command.form:
        case "read":
            names = modem.settings["CPMS"].split(",")
            return [("+CPMS: " + ",".join(f"{name},{counts}" for name in names)).encode()]
        case "test":
            return [b'+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")']
        case "set":
            names = [item.decode("latin-1") for item in command.arguments]
            if not names or not all(name in ("SM", "ME", "MT") for name in names):
                raise RefusedByModemError("CMS 302")
            old = modem.settings["CPMS"].split(",")
            modem.settings["CPMS"] = ",".join([f'"{name}"' for name in names] + old[len(names) :])
            return [f"+CPMS: {counts},{counts},{counts}".encode()]
        case _:
            raise RefusedByModemError


def _csca(modem: SimulatedModem, command: Command) -> list[bytes]:
    if command.form == "read":
        return [f"+CSCA: {modem.quoted(modem.settings['CSCA'])},145".encode("latin-1")]
    if command.form == "set":
        modem.settings["CSCA"] = codec.from_charset(command.arguments[0], modem.settings["CSCS"])
    return []


def _cmgl(modem: SimulatedModem, command: Command) -> list[bytes]:
    """27.005 3.4.2, 4.1. Listing marks as read, unless SIMCom's second parameter asks not to."""
    if command.form == "test":
        return [b'+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")' if _text(modem) else b"+CMGL: (0-4)"]
    wanted = command.argument(0, "REC UNREAD" if _text(modem) else "0").upper()
    if wanted in ("0", "1", "2", "3"):
        wanted = _STATUS[int(wanted)]
    elif wanted not in ("ALL", "4", *_STATUS):
        raise RefusedByModemError("CMS 302")
    lines = []
    for place, part in sorted(modem.inbox.places.items()):
        if wanted in ("ALL", "4", part.status):
            lines += _message(modem, f"+CMGL: {place},", part)
            _mark_read(modem, part, keep=command.argument(1) == "1")
    return lines


def _cmgr(modem: SimulatedModem, command: Command) -> list[bytes]:
    part = _at_place(modem, command)
    lines = _message(modem, "+CMGR: ", part)
    _mark_read(modem, part, keep=command.argument(1) == "1")
    return lines


def _cmgd(modem: SimulatedModem, command: Command) -> list[bytes]:
    if command.form == "test":
        return [f"+CMGD: ({','.join(map(str, sorted(modem.inbox.places)))}),(0-4)".encode()]
    if command.argument(1, "0") == "0":
        _at_place(modem, command)
        del modem.inbox.places[int(command.argument(0))]
    elif command.argument(1) == "4":
        modem.inbox.places.clear()
    else:
        for place in [place for place, part in modem.inbox.places.items() if part.status == "REC READ"]:
            del modem.inbox.places[place]
    return []


def _cmgs(modem: SimulatedModem, command: Command) -> Held:
    """The prompt, then the message up to Ctrl-Z (27.005 3.5.1, 4.3)."""
    destination = command.argument(0)

    def taken(text: bytes | None) -> None:
        if text is None:
            modem.finish(None)
            return
        modem.inbox.sent.append((destination, text.decode("latin-1")))
        number = len(modem.inbox.sent) % 256
        modem.later(modem.scenario.latency_s, lambda: _sent(modem, number))

    modem.ask_text(taken)
    return Held()


def _sent(modem: SimulatedModem, number: int) -> None:
    modem.say(f"+CMGS: {number}")
    modem.finish(None)


def _message(modem: SimulatedModem, head: str, part: Stored) -> list[bytes]:
    if _text(modem):
        line = f'{head}"{part.status}",{modem.quoted(part.sender)},,"{_TIMESTAMP}"'
        return [line.encode("latin-1"), modem.inbox._text(part)]
    return [f"{head}{_STATUS.index(part.status)},,{len(part.pdu)}".encode(), modem.inbox._whole(part)]


def _mark_read(modem: SimulatedModem, part: Stored, *, keep: bool) -> None:
    if part.status == "REC UNREAD" and not (keep and modem.scenario.profile == "simcom"):
        part.status = "REC READ"


def _at_place(modem: SimulatedModem, command: Command) -> Stored:
    number = command.argument(0)
    part = modem.inbox.places.get(int(number)) if number.isdigit() else None
    if part is None:
        raise RefusedByModemError("CMS 321")
    return part


def _text(modem: SimulatedModem) -> bool:
    return modem.settings["CMGF"] == "1"


HANDLERS: dict[str, Callable[[SimulatedModem, Command], list[bytes] | Held]] = {
    "+CPMS": _cpms,
    "+CSCA": _csca,
    "+CMGL": _cmgl,
    "+CMGR": _cmgr,
    "+CMGD": _cmgd,
    "+CMGS": _cmgs,
}
