"""What speaks on a serial port where no AT command was answered: told by its octets. Pure."""

from __future__ import annotations

import re
from typing import Literal

from modemd.at.classify import FinalResult

# "echo": nothing but our own octets came back. "octets": something came, and no text.
Speaker = Literal["nothing", "echo", "login", "nmea", "ppp", "diag", "octets", "text"]

# V.250 table 1: result codes as ATV0 has them, each ended by a CR alone
_NUMERIC = {
    "0": "OK",
    "1": "CONNECT",
    "3": "NO CARRIER",
    "4": "ERROR",
    "6": "NO DIALTONE",
    "7": "BUSY",
    "8": "NO ANSWER",
}


def numeric_result(line: str) -> FinalResult | None:
    """The final result code that a line is where the modem says them as numbers (V.250 6.2.6), else None."""
    kind = _NUMERIC.get(line.strip(" \0\r\n")) if type(line) is str else None
    return None if kind is None else FinalResult(kind in ("OK", "CONNECT"), kind)


def what_speaks(heard: bytes, sent: bytes) -> Speaker:
    """Who it is that sent `heard` while `sent` was written to it."""
    # PPP's first frame is LCP (protocol C021) behind address and control, 03 mostly escaped (RFC 1662 4.2: 7D 23).
    if _LCP.search(heard) is not None:
        return "ppp"
    if _NMEA.search(heard) is not None:
        return "nmea"
    if _LOGIN.search(heard) is not None:
        return "login"
    rest = _WITHOUT.sub(b"", heard)
    if not rest:
        return "nothing"
    if len(rest) >= 2 and _is_echo(rest, _WITHOUT.sub(b"", sent)):
        return "echo"
    if _has_frames(heard):
        return "diag"
    strange = sum(octet >= 0x7F or octet < 0x20 for octet in rest)
    return "octets" if strange * 4 >= len(rest) else "text"


# --- helpers

_LCP = re.compile(rb"\x7e?\xff(?:\x7d\x23|\x03)\xc0\x21")
_NMEA = re.compile(rb"\$(?:G[ABLNPQ]|BD|QZ|P[A-Z])[A-Z]{2,4},[ -~]*")  # NMEA 0183: $GPGGA, $GNRMC, $PQXFI
_LOGIN = re.compile(rb"(?i)\blogin: ?|\bpassword: ?|[#$] $|raspbian|debian gnu|openwrt|u-boot")
_WITHOUT = re.compile(rb"[\r\n\0\x1b ]+")
_FLAG = b"\x7e"  # ends each frame of a diagnostic port, as in HDLC (RFC 1662 4.2)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x80-\xff]")
_GOOD_CHECK = 0xF0B8  # the FCS-16 over a frame with its own check sequence (RFC 1662 C.2)


def _is_echo(rest: bytes, sent: bytes) -> bool:
    """Whether all of it is what was written, from wherever it begins: the first octets may be lost, the last under
    way."""
    return rest in sent


def _has_frames(heard: bytes) -> bool:
    """Whether a frame between two flags holds what no text does, or one in front of a flag has the right check."""
    *pieces, _ = heard.split(_FLAG)
    return any(
        (place > 0 and _BINARY.search(piece) is not None)
        or (len(piece) > 2 and _check(_unescaped(piece)) == _GOOD_CHECK)
        for place, piece in enumerate(pieces)
    )


def _unescaped(frame: bytes) -> bytes:
    return re.sub(rb"\x7d(.)", lambda found: bytes([found[1][0] ^ 0x20]), frame, flags=re.DOTALL)


def _check(octets: bytes) -> int:
    """FCS-16 (RFC 1662 C.2), bit by bit: there are few octets."""
    value = 0xFFFF
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = (value >> 1) ^ 0x8408 if value & 1 else value >> 1
    return value
