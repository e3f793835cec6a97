"""Short messages over AT (27.005): answers of +CMGL, +CMGR and their kin -> parts. How parts become messages is in
at/sms_join.py, what a text mode body says in at/sms_text.py; this is the door to all of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from modemd.at.classify import DataLine
from modemd.at.pdu import PduError, SmsPart, deliver
from modemd.at.sms_join import join
from modemd.at.sms_text import body_text, is_full, name_text
from modemd.records import SmsPlace, SmsStatus, SmsStorage

__all__ = [
    "PduError",
    "SmsPart",
    "announced",
    "counts_of",
    "deliver",
    "join",
    "part_of_delivery",
    "part_of_read",
    "part_of_record",
    "parts_of_list",
    "storages_of",
]


def parts_of_list(lines: Sequence[str], storage: str, *, charset: str | None) -> list[SmsPart]:
    """The parts in the information text of AT+CMGL or AT^SMGL, in PDU mode or text mode (27.005 3.4.2, 4.1).

    `storage` is mem1 of that moment, `charset` what +CSCS said (text mode only). A PDU that cannot be taken apart is a
    part without sender and text, so that its place is known. In text mode a text can forge a header, so only the
    places are worth anything: read each with +CMGR. Never raises."""
    parts = []
    for header, body in _split(lines):
        index, *fields = _fields(header)
        if not _is_number(index) or not fields:
            continue
        place = SmsPlace(storage=storage, index=int(index))
        if _is_number(fields[0]) or _lacks_status(fields):
            parts.append(_of_pdu(fields[0], body, place))
        else:
            parts.append(_of_text(fields[0], fields[1] if len(fields) > 1 else "", header, body, place, charset))
    return parts


def part_of_read(lines: Sequence[str], place: SmsPlace, *, charset: str | None) -> SmsPart | None:
    """The part in the information text of AT+CMGR or AT^SMGR (27.005 3.5.2, 4.2); None = the place is empty. All that
    stands behind the header is its text, whatever it looks like. Never raises."""
    start = next((at for at, line in enumerate(lines) if _is_header(line)), None)
    if start is None:
        return None
    header, body = lines[start], list(lines[start + 1 :])
    fields = _fields(header)
    if _is_number(fields[0]) and len(fields) > 3 and (_is_number(fields[1]) or _lacks_status(fields[1:])):
        del fields[0]  # the header of a list, with the index in front
    if not (_is_number(fields[0]) or _lacks_status(fields)):
        return _of_text(fields[0], fields[1] if len(fields) > 1 else "", header, body, place, charset)
    return _of_pdu(fields[0], body, place) if any(map(_is_pdu, body)) else None


def part_of_delivery(header_line: str, body: str, *, charset: str | None) -> SmsPart | None:
    """The part that +CMT handed over (27.005 3.4.1): header line, and the line (text mode: lines, joined by LF) behind
    it. None = no +CMT, or nothing that can be taken apart. It lies in no place and has no status."""
    if not _DELIVERED.match(header_line):
        return None
    fields = _fields(header_line)
    if len(fields) <= 2 and _is_number(fields[-1]):
        try:
            return deliver(body)
        except PduError:
            return None
    return replace(_of_text("", fields[0], header_line, body.split("\n"), None, charset), status=None)


def part_of_record(record_hex: str, place: SmsPlace) -> SmsPart | None:
    """A record of EF_SMS as AT+CRSM=178,28476,N,4,176 gives it (31.102 4.2.25); None = free. Never raises."""
    digits = record_hex.strip().strip('"')
    if not re.fullmatch("(?:[0-9A-Fa-f]{2})+", digits):
        return None
    state = int(digits[:2], 16)
    if state == 0xFF or not state & 1:
        return None
    return _part(digits[2:], _RECORD_STATUS.get(state & 0x07), place)


def announced(line: str) -> SmsPlace | None:
    """Where a message has come to lie, by +CMTI: "SM",3 (27.005 3.4.1); None for any other line. Some modems write a
    number instead of the storage ("+CMTI: 0,111"): its name is "" then, which is mem1."""
    if isinstance(line, DataLine) or (found := _ANNOUNCED.match(line)) is None:
        return None
    name = name_text(found[1])
    if len(name) == 1 and name.isdigit():
        return SmsPlace(storage="", index=int(found[2]))
    return SmsPlace(storage=name.upper(), index=int(found[2])) if _STORAGE_NAME.fullmatch(name) else None


def storages_of(lines: Sequence[str]) -> tuple[SmsStorage, ...]:
    """mem1, mem2, mem3 as AT+CPMS? names them, one to three (27.005 3.2.2), with repetitions; () for anything else."""
    for line in lines:
        fields = _fields(line) if line.startswith("+CPMS") else []
        names = [name_text(field) for field in fields[::3]]
        rest = [field for at, field in enumerate(fields) if at % 3]
        if not names or len(fields) % 3 or len(names) > 3 or not all(map(_is_number, rest)):
            continue
        if all(map(_STORAGE_NAME.fullmatch, names)):
            return tuple(
                SmsStorage(name=name, used=int(used), places=int(places))
                for name, used, places in zip(names, rest[::2], rest[1::2], strict=True)
            )
    return ()


def counts_of(lines: Sequence[str]) -> tuple[int, int] | None:
    """(used, places) of mem1 from the answer of AT+CPMS=, which has no names; None where it does not say."""
    for line in lines:
        fields = _fields(line) if line.startswith("+CPMS") else []
        if len(fields) > 1 and all(map(_is_number, fields[:2])):
            return int(fields[0]), int(fields[1])
    return None


# --- lines

_HEADER = re.compile(r"\s*(?:\+CMG[LR]|\^SMG[LR])\s*:", re.IGNORECASE)
_DELIVERED = re.compile(r"\s*\+CMT\s*:")
_ANNOUNCED = re.compile(r'\s*\+CMTI\s*:\s*"?([A-Za-z0-9_]{1,16})"?\s*,\s*(\d{1,5})(?!\d)')
_STORAGE_NAME = re.compile("[A-Za-z_]{2,6}")
_FIELD = re.compile(r'\s*(?:"([^"]*)"?[^,]*|([^,]*))(?:,|$)')
_RECORD_STATUS: dict[int, SmsStatus] = {1: "read", 3: "unread", 5: "sent", 7: "unsent"}
_PDU_STATUS: dict[int, SmsStatus] = {0: "unread", 1: "read", 2: "unsent", 3: "sent"}


def _is_header(line: str) -> bool:
    return not isinstance(line, DataLine) and _HEADER.match(line) is not None


def _split(lines: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Headers with the lines behind each."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if _is_header(line):
            found.append((line, []))
        elif found:
            found[-1][1].append(line)
    return found


def _fields(line: str) -> list[str]:
    """The values behind the colon, without quotes and blanks around them; at least one, which may be empty."""
    rest = line.partition(":")[2]
    fields: list[str] = []
    at = 0
    while at <= len(rest) and (found := _FIELD.match(rest, at)) is not None:
        quoted, plain = found.groups()
        fields.append((quoted if quoted is not None else plain).strip(" \0\t\r\n"))
        if not found[0].endswith(","):
            break
        at = found.end()
    return fields or [""]


def _lacks_status(fields: Sequence[str]) -> bool:
    """ ",,92": a header of PDU mode whose <stat> is missing, <length> behind it all the same."""
    return len(fields) in (2, 3) and not any(fields[:-1]) and _is_number(fields[-1])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def _is_pdu(line: str) -> bool:
    return re.fullmatch(r"\s*(?:[0-9A-Fa-f]{2})+\s*", line) is not None


# --- one part


def _of_pdu(status: str, body: list[str], place: SmsPlace) -> SmsPart:
    digits = next((line.strip() for line in body if _is_pdu(line)), "")
    return _part(digits, _PDU_STATUS.get(int(status)) if status else None, place)


def _part(digits: str, status: SmsStatus | None, place: SmsPlace) -> SmsPart:
    try:
        part = deliver(digits)
    except PduError:
        part = SmsPart(sender="", text=None, raw=bytes.fromhex(digits))
    return replace(part, status=status, place=place)


def _of_text(
    status: str, sender: str, header: str, body: list[str], place: SmsPlace | None, charset: str | None
) -> SmsPart:
    """27.005 3.4.2 and 3.5.2: the header has status, address, [name], [time stamp] and more."""
    kind = _status(name_text(status))
    found = body_text("\n".join(body).strip("\n"), charset)
    reference, number, total = found.concatenation or (None, 1, 1)
    sent_here = kind in ("sent", "unsent")
    return SmsPart(
        sender=_shown(name_text(sender)),
        text=None if sent_here else found.text,
        status=kind,
        sent_at=_time(header),
        reference=reference,
        number=number,
        total=total,
        place=place,
        raw="\n".join([header, *body]).encode("latin-1", "replace"),
        full=found.text is not None and is_full(found.text),
        text_mode=True,
    )


def _status(word: str) -> SmsStatus | None:
    upper = word.upper()
    if "UNREAD" in upper:
        return "unread"
    if "READ" in upper:
        return "read"
    if "UNSENT" in upper:
        return "unsent"
    return "sent" if "SENT" in upper else None


def _shown(sender: str) -> str:
    """A sender without what no sender has."""
    return "".join(char if char.isprintable() else " " for char in sender).strip()


_TIME = re.compile(r"(?<!\d)(?:20)?(\d\d)/(\d\d)/(\d\d)\s*,\s*(\d\d):(\d\d):(\d\d)\s*([+-]\d{1,2})(?!\d)")


def _time(header: str) -> datetime | None:
    """yy/MM/dd,hh:mm:ss±zz with the zone in quarters of an hour (27.005 3.1 <scts>)."""
    if (found := _TIME.search(header)) is None or abs(int(found[7])) > 56:
        return None
    year, month, day, hour, minute, second = (int(found[at]) for at in range(1, 7))
    try:
        zone = timezone(timedelta(minutes=15 * int(found[7])))
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
