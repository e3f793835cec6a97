"""The SMS commands of the fake modem (27.005), and the makers' own ways to read without marking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from modemd.simulator import codec, pdu
from modemd.simulator.command import Command, Held, RefusedByModemError
from modemd.simulator.storage import STATUS, Slot, Stored, storage_set, text_of, two_lines, whole

if TYPE_CHECKING:
    from modemd.simulator.port import AtPort


def _cpms(port: AtPort, command: Command) -> list[bytes]:
    """27.005 3.2.2. `cpms_parameters`: a modem that takes its three storages together or not at all."""
    scenario, inbox = port.modem.scenario, port.modem.inbox
    match command.form:
        case "read":
            shown = (
                f'"{name}",{inbox.used(name)},{inbox.size(name)}'
                for name in (storage_set(port.modem, number) for number in range(scenario.cpms_shown))
            )
            return [("+CPMS: " + ",".join(shown)).encode()]
        case "test":
            offered = "(" + ",".join(f'"{name}"' for name in scenario.storages) + ")"
            return [("+CPMS: " + ",".join([offered] * scenario.cpms_shown)).encode()]
        case "set":
            charset = port.settings["CSCS"]
            names = [_plain_name(item, charset) for item in command.arguments]
            if len(names) < scenario.cpms_parameters or not 1 <= len(names) <= 3:
                raise RefusedByModemError
            if not all(name in scenario.storages for name in names):
                raise RefusedByModemError("CMS 302")
            old = port.settings["CPMS"].split(",")
            port.settings["CPMS"] = ",".join([f'"{name}"' for name in names] + old[len(names) :])
            chosen = [storage_set(port.modem, number) for number in range(scenario.cpms_shown)]
            return [("+CPMS: " + ",".join(f"{inbox.used(name)},{inbox.size(name)}" for name in chosen)).encode()]
        case _:
            raise RefusedByModemError


def _cmgf(port: AtPort, command: Command) -> list[bytes]:
    """27.005 3.2.3. `sms_mode`: some modems know one of the two modes."""
    offered = {"both": ("0", "1"), "pdu": ("0",), "text": ("1",)}[port.modem.scenario.sms_mode]
    match command.form:
        case "read":
            return [f"+CMGF: {port.settings['CMGF']}".encode()]
        case "test":
            return [f"+CMGF: ({','.join(offered)})".encode()]
        case "set" if command.argument(0, "0") in offered:
            port.settings["CMGF"] = command.argument(0, "0")
            return []
        case _:
            raise RefusedByModemError("CMS 303")


def _csca(port: AtPort, command: Command) -> list[bytes]:
    if command.form == "read":
        return [f"+CSCA: {port.quoted(port.settings['CSCA'])},145".encode("latin-1")]
    if command.form == "set" and command.argument(0):
        port.settings["CSCA"] = codec.from_charset(command.arguments[0], port.settings["CSCS"])
    return []


def _cmgl(port: AtPort, command: Command) -> list[bytes]:
    """27.005 3.4.2, 4.1. Listing marks as read, unless SIMCom's second parameter asks not to."""
    if command.form == "test":
        return [b'+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")' if _text(port) else b"+CMGL: (0-4)"]
    lines = []
    for slot, part in _listed(port, command):
        lines.append(_message(port, f"+CMGL: {slot.number},", part, listed=True))
        _mark_read(port, slot, command)
    return lines


def _cmgr(port: AtPort, command: Command) -> list[bytes]:
    if command.form == "test":
        return []
    slot, part = _at_place(port, command)
    shown = _message(port, "+CMGR: ", part)
    _mark_read(port, slot, command)
    return [shown]


def _smgl(port: AtPort, command: Command) -> list[bytes]:
    """Huawei's list: always PDUs, and every status stays as it is."""
    if command.form == "test":
        return [b"^SMGL: (0-4)"]
    return [
        two_lines(f"^SMGL: {slot.number},{STATUS.index(part.status)},,{len(part.pdu)}", whole(part))
        for slot, part in _listed(port, command)
    ]


def _smgr(port: AtPort, command: Command) -> list[bytes]:
    """Huawei's +CMGR that leaves the status alone."""
    if command.form == "test":
        return []
    _, part = _at_place(port, command)
    return [two_lines(f"^SMGR: {STATUS.index(part.status)},,{len(part.pdu)}", whole(part))]


def _cmgd(port: AtPort, command: Command) -> list[bytes]:
    """27.005 3.5.4; the second parameter deletes many: read, sent as well, unsent as well, all."""
    storage = storage_set(port.modem, 0)
    if command.form == "test":
        taken = ",".join(str(slot.number) for slot, _ in port.modem.inbox.taken(storage))
        return [f"+CMGD: ({taken}),(0-4)".encode()]
    wanted = command.argument(1, "0")
    if wanted == "0":
        port.modem.inbox.delete(_at_place(port, command)[0])
        return []
    if wanted not in ("1", "2", "3", "4"):
        raise RefusedByModemError("CMS 302")
    doomed = ("REC READ", "STO SENT", "STO UNSENT", "REC UNREAD")[: int(wanted)]
    for slot, part in port.modem.inbox.taken(storage):
        if part.status in doomed:
            port.modem.inbox.delete(slot)
    return []


def _cmgs(port: AtPort, command: Command) -> Held:
    """The prompt, then the message up to Ctrl-Z (27.005 3.5.1, 4.3)."""
    first = command.argument(0)

    def taken(text: bytes | None) -> None:
        if text is None:
            port.finish(None)
            return
        port.modem.inbox.sent.append((first, text.decode("latin-1")))
        error = _submit(port, command, text)
        number = len(port.modem.inbox.outgoing) % 256
        port.later(port.modem.scenario.latency_s, lambda: _sent(port, number, error))

    if command.form != "set" or not first:
        raise RefusedByModemError
    port.ask_text(taken)
    return Held()


def _submit(port: AtPort, command: Command, text: bytes) -> str | None:
    """Hands the message to the network; the error's short form, or None."""
    if not port.modem.reachable:
        return "CMS 331"
    if _text(port):
        charset = port.settings["CSCS"]
        return port.modem.inbox.submit(
            codec.from_charset(command.arguments[0], charset), codec.from_charset(text.replace(b"\r", b"\n"), charset)
        )
    try:
        data = bytes.fromhex(text.decode("ascii").strip())
        if not data or str(len(data) - 1 - data[0]) != command.argument(0):
            return "CMS 304"
        return port.modem.inbox.submit(*pdu.read_submit(data))
    except ValueError:
        return "CMS 304"


def _sent(port: AtPort, number: int, error: str | None) -> None:
    if error is None:
        port.say(f"+CMGS: {number}")
    port.finish(error)


def _listed(port: AtPort, command: Command) -> list[tuple[Slot, Stored]]:
    """The messages of a status, of the storage that is chosen for reading."""
    wanted = command.argument(0, "REC UNREAD" if _text(port) and command.name == "+CMGL" else "0").upper()
    if wanted in ("0", "1", "2", "3"):
        wanted = STATUS[int(wanted)]
    elif wanted not in ("ALL", "4", *STATUS):
        raise RefusedByModemError("CMS 302")
    taken = port.modem.inbox.taken(storage_set(port.modem, 0))
    return [(slot, part) for slot, part in taken if wanted in ("ALL", "4", part.status)]


def _message(port: AtPort, head: str, part: Stored, *, listed: bool = False) -> bytes:
    if not _text(port):
        return two_lines(f"{head}{STATUS.index(part.status)},,{len(part.pdu)}", whole(part))
    came = part.status.startswith("REC")
    line = f'{head}"{part.status}",{port.quoted(part.sender)},'
    line += f',"{pdu.shown_time(part.sent_at)}"' if came else "," if listed else ""
    if port.settings["CSDH"] == "1":
        coding = 0 if pdu.writable(part.text) else 8
        line += f",145,{len(part.text)}" if listed else f",145,4,0,{coding},,,{len(part.text)}"
    return two_lines(line, text_of(port, part))


def _mark_read(port: AtPort, slot: Slot, command: Command) -> None:
    if not (command.argument(1) == "1" and port.modem.family.reads_unmarked):
        port.modem.inbox.mark_read(slot)


def _at_place(port: AtPort, command: Command) -> tuple[Slot, Stored]:
    number = command.argument(0)
    for slot, part in port.modem.inbox.taken(storage_set(port.modem, 0)):
        if number == str(slot.number):
            return slot, part
    raise RefusedByModemError("CMS 321")


def _plain_name(item: bytes, charset: str) -> str:
    """A storage's name, which a TE may write in its character set."""
    name = item.decode("latin-1")
    return name if len(name) == 2 else codec.from_charset(item, charset)


def _text(port: AtPort) -> bool:
    return port.settings["CMGF"] == "1"


Handler = Callable[["AtPort", Command], "list[bytes] | Held"]
HANDLERS: dict[str, Handler] = {
    "+CPMS": _cpms,
    "+CMGF": _cmgf,
    "+CSCA": _csca,
    "+CMGL": _cmgl,
    "+CMGR": _cmgr,
    "+CMGD": _cmgd,
    "+CMGS": _cmgs,
}
VENDOR_HANDLERS: dict[str, Handler] = {"^SMGL": _smgl, "^SMGR": _smgr}  # where the family lists them in `commands`
