"""What a scenario file says of short messages: [[sms]], [[sms_service]], and the keys of [modem] about them."""

from __future__ import annotations

import re

from modemd.simulator.scenario import SMS_MODES, SMS_STATES, STORAGES, Sms, SmsService
from modemd.simulator.table import Table


def sms(table: Table) -> Sms:
    """One message, wherever a file may have one."""
    text, pdu = table.text("text"), _pdu(table)
    given: dict[str, object] = {
        "text": text or "",
        "sender": table.text("from"),
        "after_s": table.duration("after"),
        "sent_at": table.moment("sent_at"),
        "status": table.choice("status", SMS_STATES),
        "storage": table.choice("storage", STORAGES[:2]),
        "pdu": pdu,
        "reference": table.integer("reference", low=0, high=65_535),
        "parts_order": table.integers("parts_order", low=1, high=255),
        "part_gap_s": table.duration("part_gap"),
        "lose_part": table.integer("lose_part", low=1, high=255),
    }
    if text is None and "text" not in table and "pdu" not in table:
        table.wrong("text", 'is missing; write the message: text = "Balance 5"')
    if "text" in table and "pdu" in table:
        table.wrong("pdu", "stands beside 'text'; keep one of them")
    table.close()
    return Sms(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]


def service(table: Table) -> SmsService:
    """One [[sms_service]]."""
    pattern = table.text("pattern") or ""
    try:
        re.compile(pattern)
    except re.error as fault:
        table.wrong("pattern", f"is no regular expression ({fault}); write one, or plain words")
        pattern = ""
    found = SmsService(
        number=table.text("number"),
        pattern=pattern,
        replies=tuple(sms(reply) for reply in table.tables("replies", shorthand="text")),
        refuse=table.integer("refuse", low=1, high=999),
    )
    if found.refuse is not None and found.replies:
        table.wrong("refuse", "stands beside 'replies'; keep one of them")
    table.close()
    return found


def sms_settings(modem: Table, top: Table) -> dict[str, object]:
    """The keys of [modem] about messages, by the names of Scenario."""
    given: dict[str, object] = {
        "storages": modem.choices("storages", STORAGES),
        "sms_places": modem.integer("sms_places", low=0, high=255),
        "me_places": modem.integer("me_places", low=0, high=1000),
        "cpms_parameters": modem.integer("cpms_parameters", low=1, high=3),
        "cpms_shown": modem.integer("cpms_shown", low=1, high=3),
        "sms_mode": modem.choice("sms_mode", SMS_MODES),
        "crsm": modem.flag("crsm", True),
        "cnmi": modem.text("cnmi"),
    }
    cnmi = modem.text("cnmi")
    if cnmi is not None and not re.fullmatch(r"\d(,\d){0,4}", cnmi):
        modem.wrong("cnmi", 'write the values that AT+CNMI? shall show: cnmi = "2,1,0,0,0"')
    chosen = top.strings("settings").get("CPMS")
    if chosen is not None and not re.fullmatch(r'"(SM|ME|MT)"(,"(SM|ME|MT)"){2}', chosen):
        top.wrong("settings", """CPMS names three storages: CPMS = '"SM","SM","ME"'""")
    return given


def _pdu(table: Table) -> bytes | None:
    """A PDU as AT+CMGR shows it; without its service centre address."""
    value = table.text("pdu")
    if value is None:
        return None
    try:
        data = bytes.fromhex(value)
    except ValueError:
        data = b""
    if not data or len(data) < data[0] + 2:
        table.wrong("pdu", "write the hexadecimal digits that AT+CMGR shows, the service centre address in front")
        return None
    return data[1 + data[0] :]
