"""What is known of one make of modem, as records: what cannot be asked of a modem and is not in the standards.

The facts themselves stand in at/makes, one file a make, and in at/standard.py, where they belong to none. They are
hints. What a modem was seen to do (a learned encoding) always goes first, because lists of models never end and a fix
for one model breaks another."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from modemd.at.rat_rows import RatRow

PortKind = Literal["at", "ppp", "nmea", "diag", "unknown"]
Triple = tuple[int, int, int]  # bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol

VENDOR_SPECIFIC = 0xFF  # bInterfaceClass
_EMPTY: Mapping[Any, Any] = MappingProxyType({})

# Named tuples, and no dataclasses: to make a class of those takes eight times as long, and all are made at each start.


class UssdQuirk(NamedTuple):
    """How USSD is done. `match` narrows it to some models: it is tried on "manufacturer model" without regard to case,
    "" = all that the make has.

    `requests`: methods of a USSD request (see at/codes.py encodings) in the order in which they shall be tried; empty
    = no hint. `mode_read`: a command whose answer says how requests are read; `modes`: the number in it -> method.
    `menu_prompts`: +CUSD: 1 is followed by the prompt of 27.005 3.5.1, behind which the answer is written, ended with
    Ctrl-Z; ESC gives it up."""

    why: str
    match: str = ""
    requests: tuple[str, ...] = ()
    mode_read: str | None = None
    modes: Mapping[str, str] = _EMPTY
    menu_prompts: bool = False


class Lines(NamedTuple):
    """Lines of the make's own, so that they are told from the answer to a command.

    `urc_prefixes` count with their colon or alone, `urc_lines` when they are the whole line. `read_urcs`: URCs that
    are an answer as well, but to a read or test command only. `prefixed`: commands that answer with prefixed lines
    only, so that a bare line between command and answer is chatter."""

    urc_prefixes: tuple[str, ...] = ()
    urc_lines: tuple[str, ...] = ()
    read_urcs: tuple[str, ...] = ()
    prefixed: tuple[str, ...] = ()
    started: tuple[str, ...] = ()


class PinCounter(NamedTuple):
    """A command, and the regular expression that finds the tries left for the PIN in a line of its answer (group 1)."""

    command: str
    answer: str


class SimCommands(NamedTuple):
    """`iccid`: commands that show the ICCID, best first. `pin`: how many tries are left. `news`: how lines begin that
    say that a SIM was pulled or put in."""

    iccid: tuple[str, ...] = ()
    pin: PinCounter | None = None
    news: tuple[str, ...] = ()


class SmsCommands(NamedTuple):
    """`read`, `list`: commands that show one message ({} is its index), or all of them ({} is which), and leave their
    status alone; their answers are those of +CMGR and +CMGL (27.005 3.4.2, 3.5.2) under the command's own name.
    `full`: regular expressions of how a line begins that says that the storage is full, without regard to case."""

    read: str | None = None
    list: str | None = None
    full: tuple[str, ...] = ()


class Layout(NamedTuple):
    """The interfaces of a USB device (bInterfaceNumber) by what they carry. `at`: those that take commands, best first
    (a port of its own before one that is also for dialling); `ppp`: for dialling, but would take commands as well."""

    at: tuple[int, ...] = ()
    ppp: tuple[int, ...] = ()
    nmea: tuple[int, ...] = ()
    diag: tuple[int, ...] = ()


class UsbVendor(NamedTuple):
    """What is sold under one USB vendor id (four hex digits, lower case).

    `layout`: of every product, but for those in `products`: ids with spaces between -> layout. `protocols`: of a
    vendor-specific interface (bInterfaceSubClass, bInterfaceProtocol) -> what it is, which goes before its number.
    `receivers`: products that are satellite receivers. `only_modems`: a device with a network card or a CD in it is a
    modem; False for the ids of makers of everything. `composition`: the command that gives a device in MBIM mode its
    AT ports, with the make's name for people."""

    id: str
    layout: Layout | None = None
    products: Mapping[str, Layout] = _EMPTY
    protocols: Mapping[tuple[int, int], PortKind] = _EMPTY
    receivers: str = ""
    only_modems: bool = True
    composition: str | None = None

    def kind_of(self, product: str, interface: int, triple: Triple) -> tuple[PortKind, int]:
        """What a serial port is, and its rank among the AT ports of the device (0 = the best)."""
        if triple[0] == VENDOR_SPECIFIC and (kind := self.protocols.get(triple[1:])) is not None:
            return kind, 0
        if product in self.receivers.split():
            return "nmea", 0
        layout = next((own for ids, own in self.products.items() if product in ids.split()), self.layout)
        if layout is None:
            return "unknown", 0
        if interface in layout.at:
            return "at", layout.at.index(interface)
        if interface in layout.ppp:
            return "ppp", layout.ppp.index(interface)
        if interface in layout.nmea:
            return "nmea", 0
        return ("diag" if interface in layout.diag else "unknown"), 0


class Make(NamedTuple):
    """One make of modem.

    `match`: the regular expression that recognises it in "manufacturer model", as AT+CGMI and AT+CGMM give them,
    without regard to case; None = it is known by its USB ids alone (a seller of other makers' modems, whose own name
    must not hide theirs). `ussd`, `rats`: rows; of the first the first that matches counts, of the second all that
    match are tried. `reset`: the command that starts it anew; None = not known, and nothing is sent to a silent one."""

    match: str | None = None
    usb: tuple[UsbVendor, ...] = ()
    ussd: tuple[UssdQuirk, ...] = ()
    lines: Lines = Lines()
    sim: SimCommands = SimCommands()
    sms: SmsCommands = SmsCommands()
    rats: tuple[RatRow, ...] = ()
    reset: str | None = None
