"""Which interface of which modem speaks AT: facts about makers as data. Pure.

The numbers are those of bInterfaceNumber, as the makers' manuals give them and as the udev rules that ship with
ModemManager 1.20 have them. A modem that no row knows is not touched unless the user names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PortKind = Literal["at", "ppp", "nmea", "diag", "unknown"]
Triple = tuple[int, int, int]  # bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Interfaces by what they carry. `at`: those that take commands, best first (a port of its own before one that is
    also for dialling); `ppp`: for dialling, but would take commands as well."""

    at: tuple[int, ...] = ()
    ppp: tuple[int, ...] = ()
    nmea: tuple[int, ...] = ()
    diag: tuple[int, ...] = ()


def kind_of(vendor: str, product: str, interface: int, triple: Triple) -> tuple[PortKind, int]:
    """What a serial port of a USB device is, and its rank among the AT ports of the device (0 = the best).

    `vendor`, `product`: four hex digits in lower case."""
    if vendor in HUAWEI_KIN and (kind := _by_protocol(triple)) is not None:
        return kind, 0
    if vendor == "1546" and product in UBLOX_RECEIVERS:
        return "nmea", 0
    layout = PRODUCTS.get(f"{vendor}:{product}") or VENDORS.get(vendor)
    if layout is None:
        return "unknown", 0
    if interface in layout.at:
        return "at", layout.at.index(interface)
    if interface in layout.ppp:
        return "ppp", layout.ppp.index(interface)
    if interface in layout.nmea:
        return "nmea", 0
    return ("diag" if interface in layout.diag else "unknown"), 0


def makes_modems(vendor: str) -> bool:
    """True for a vendor id of makers whose USB devices with a network card or a CD in them are modems. What is sold
    under the ids of makers of everything (HP, Dell, D-Link) is not meant."""
    return vendor in VENDORS or vendor in STICK_MAKERS


# Huawei tells by the interface's protocol (77-mm-huawei-net-port-types.rules, option.c): of ff/01/xx, ff/02/xx and
# ff/03/xx the low digit counts: 1 and 0 the modem for dialling, 2 the control port (PCUI), 3 diagnosis, 4 and 5 GPS.
HUAWEI_KIN = frozenset({"12d1", "3566"})  # Brovi inherited the sticks and their firmware
_HUAWEI_PROTOCOLS: dict[int, PortKind] = {
    **dict.fromkeys((0x02, 0x12, 0x32, 0x62), "at"),
    **dict.fromkeys((0x01, 0x10, 0x31, 0x61), "ppp"),
    **dict.fromkeys((0x03, 0x13, 0x33, 0x63), "diag"),
    **dict.fromkeys((0x05, 0x14), "nmea"),
}


def _by_protocol(triple: Triple) -> PortKind | None:
    cls, subclass, protocol = triple
    if cls != 0xFF or subclass not in (1, 2, 3, 6):
        return None
    return _HUAWEI_PROTOCOLS.get(protocol)


# Satellite receivers of u-blox have the vendor id of its modems, and are on many a Pi.
UBLOX_RECEIVERS = frozenset({"01a4", "01a5", "01a6", "01a7", "01a8", "01a9", "0502"})

VENDORS: dict[str, Layout] = {
    "2c7c": Layout(at=(2, 3), nmea=(1,), diag=(0,)),  # Quectel
    "1e0e": Layout(at=(2, 3), nmea=(1,), diag=(0,)),  # SIMCom; interface 4 is audio
    "05c6": Layout(at=(2, 3), nmea=(1,), diag=(0,)),  # Qualcomm's own id, used by SIMCom, Quectel and others
    "12d1": Layout(at=(2, 1), ppp=(0,)),  # Huawei whose protocols say nothing (E1550, E173)
    "3566": Layout(at=(2, 1), ppp=(0,)),  # Brovi
    "19d2": Layout(at=(1, 2, 3)),  # ZTE
    "1199": Layout(at=(3,), nmea=(2,), diag=(0,)),  # Sierra Wireless
    "1bc7": Layout(at=(1, 2, 4, 5), diag=(0,)),  # Telit
    "1546": Layout(at=(0, 2, 4)),  # u-blox
    "2cb7": Layout(at=(2, 3, 6, 1), diag=(4,)),  # Fibocom
    "1e2d": Layout(at=(0, 2), nmea=(4,)),  # Cinterion
    "0bdb": Layout(at=(1, 3), nmea=(9,)),  # Ericsson
    "1bbb": Layout(at=(2, 1)),  # Alcatel
    "0af0": Layout(at=(0, 2)),  # Option
    "1c9e": Layout(at=(2, 1)),  # Longcheer
    "305a": Layout(at=(1, 2)),  # Gosuncn
}

# Makers of sticks whose serial ports no row knows: recognised where the stick has no serial port at all.
STICK_MAKERS = frozenset({"2020", "2357", "201e", "230d", "1410", "1782", "2dee", "1ee8", "257a", "16d8", "106c"})

_ROWS: tuple[tuple[str, str, Layout], ...] = (
    # Network card on interfaces 0 and 1, so everything else stands two further up.
    ("1e0e", "9011", Layout(at=(4, 5), nmea=(3,), diag=(2,))),
    ("2c7c", "6000 6001 6002 6005 6007 6026", Layout(at=(3, 4, 2))),
    ("1e0e", "9205", Layout(at=(2,), ppp=(3,), nmea=(1,), diag=(0,))),
    ("1e0e", "9206", Layout(at=(2,), ppp=(5,), nmea=(1,), diag=(0,))),
    ("1e0e", "9100 9200", Layout(at=(3, 1))),
    ("1e0e", "cefe", Layout(at=(2, 0, 1))),
    ("1bc7", "1003 1006", Layout(at=(0, 2))),
    ("1bc7", "1004 1005", Layout(at=(0, 3), nmea=(2,))),
    ("1bc7", "1010", Layout(at=(3, 2), nmea=(1,))),
    ("1bc7", "0021 0022", Layout(at=(0, 6))),
    ("1bc7", "1040 1050 1060 1201", Layout(at=(4, 5), nmea=(3,), diag=(0,))),
    ("1bc7", "1041 1051 1061 1204", Layout(at=(5, 6), nmea=(4,), diag=(0,))),
    ("1bc7", "7010 7011", Layout(at=(4, 3), diag=(2,))),
    ("1546", "1010", Layout(at=(6,), diag=(4,))),
    ("1546", "1104", Layout(at=(0,), nmea=(2,), diag=(4,))),
    ("1e2d", "0053", Layout(at=(2, 3), nmea=(1,))),
    ("2cb7", "0104 0106", Layout(at=(1, 2), diag=(0, 3))),
    ("2cb7", "010a", Layout(at=(0, 1))),
    ("2cb7", "01a4", Layout(at=(3,), diag=(2, 4, 5, 6))),
    ("1782", "4d10", Layout(at=(0, 5, 6), diag=(3, 4))),
    ("1782", "4d11", Layout(at=(2, 7, 8), diag=(5, 6))),
    ("2020", "2060", Layout(at=(1, 2, 3), diag=(0,))),
    ("2001", "7e35", Layout(at=(1, 2))),
    ("2357", "9000", Layout(at=(3,))),
    ("201e", "10f8", Layout(at=(3,))),
    ("230d", "0001", Layout(at=(3,), ppp=(1,))),
    ("0489", "e0b4 e0b5", Layout(at=(2, 3), nmea=(4,), diag=(5,))),
    ("413c", "81d7 81e0", Layout(at=(2, 3), nmea=(4,), diag=(5,))),
    ("413c", "81d9", Layout(at=(2, 6), diag=(4,))),
    ("413c", "8147 8183 8184 818b 818c 818e", Layout(at=(1, 3), nmea=(9,))),
    ("0421", "060d 0611 061a 061b 061f 0620 0623 0624 0625 062a 062e 062f", Layout(at=(1,))),
    ("0421", "0619", Layout(at=(3,))),
    ("0e8d", "00a1 00a2", Layout(at=(0, 1))),
    ("0e8d", "00a4", Layout(at=(0, 2))),
    ("0e8d", "00a5 00a7", Layout(at=(2, 3))),
    ("1bbb", "022c", Layout(at=(1, 2))),
    ("1bbb", "00b7", Layout(at=(4, 0, 3))),
    ("1bbb", "0017", Layout(at=(5, 0, 1, 2))),
    ("1c9e", "6000 6060 6061", Layout(at=(0, 2))),
    ("1c9e", "3197 9602", Layout(at=(0, 1))),
    ("1c9e", "9004 9005", Layout(at=(1, 0))),
    ("1c9e", "7001 7002", Layout(at=(2, 0, 3))),
    ("1c9e", "7101 7102", Layout(at=(4, 0, 5))),
    ("1c9e", "8000", Layout(at=(5, 0, 2))),
    ("1c9e", "8001 8002", Layout(at=(4, 0, 2))),
    ("1c9e", "9000 9003 9010 9020 9604 9605", Layout(at=(3, 1, 0))),
    ("1c9e", "9606 9607", Layout(at=(4, 0, 1))),
    # ZTE: the port of the commands first, then the one that its software dials with.
    ("19d2", "0003 0004 0005 0006 0007 0008 0009 000a", Layout(at=(1, 0))),
    ("19d2", "0001 1515", Layout(at=(2, 0))),
    ("19d2", "0015 0030 0054", Layout(at=(3, 1))),
    ("19d2", "0064", Layout(at=(0, 2))),
    ("19d2", "0016 0017 0018 0019 0117 0156", Layout(at=(1, 2))),
    ("19d2", "0002 0012 0024 0025 0055", Layout(at=(4, 2))),
    ("19d2", "0021 0031 0037 0039 0042 0052 0057 0058 0061 0063 0066 0078 0082", Layout(at=(1, 3))),
    ("19d2", "0104 0106 0108 0122 0123 1007 1008 1010 1254 1268 2002 2003", Layout(at=(1, 3))),
    ("19d2", "0043", Layout(at=(2, 3))),
    ("19d2", "0033 0091 0113 0118 0121 0124 0126 0128", Layout(at=(1, 4))),
    ("19d2", "0048 0049", Layout(at=(2, 4))),
    ("19d2", "0125", Layout(at=(1, 5))),
)

PRODUCTS: dict[str, Layout] = {
    f"{vendor}:{product}": layout for vendor, products, layout in _ROWS for product in products.split()
}
