"""The same on a wire: numbers in command lines, answers, hex digits of UCS2, octets or packed septets, and PDUs.

Every function gives as many octets as it takes, so that pieces of a stream can be cut where they were cut before."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from modemd.at.gsm import encode_packed
from modemd.at.ussd import decode
from modemd.at.vocabulary import known_names
from modemd.redaction.hex_text import CODECS, blank, blank_hex, is_ucs2_text, pdu, record, swap
from modemd.redaction.pseudonyms import Pseudonyms, redact

Edit = Callable[[str], str]


class Redactor:
    """What a tapped dialogue looks like to others. One for a recording: it knows which command waits for its answer."""

    def __init__(self, names: Pseudonyms | None = None) -> None:
        self.names = Pseudonyms() if names is None else names
        self._command = ""
        self._body_follows = False
        self._in_text = False  # behind the header of a message in text mode: its text, until something else is said

    def text(self, text: str) -> str:
        """A text as a person reads it."""
        return redact(text, self.names)

    def sent(self, unit: bytes) -> bytes:
        """A command line, or what was typed at a prompt, with its end."""
        self._command = unit.decode("latin-1").strip("\x1b\r\n ").upper()
        return self._guarded(self._line_sent, unit)

    def received(self, unit: bytes) -> bytes:
        """One line of the modem with its line ends; a +CUSD with all the lines of its string."""
        return self._guarded(self._line_received, unit)

    def rest(self, unit: bytes) -> bytes:
        """What has no end yet, and gets none: digits at the end may be the first ones of a number."""
        done = self.received(unit)
        tail = re.search(rb"[0-9A-Fa-f]{4,}[\s\"]*$", done)
        return done if tail is None else done[: tail.start()] + re.sub(rb"[0-9A-Fa-f]", b"0", tail[0])

    # --- lines

    def _guarded(self, edit: Callable[[bytes], bytes], unit: bytes) -> bytes:
        """Whatever goes wrong in here, nothing passes unseen."""
        try:
            done = edit(unit)
        except (ValueError, IndexError, ArithmeticError, RecursionError):
            return _scrubbed(unit)
        return done if len(done) == len(unit) else _scrubbed(unit)

    def _line_sent(self, unit: bytes) -> bytes:
        line = unit.decode("latin-1")
        self._in_text = self._body_follows = False
        typed = line.strip("\x1a\x1b\r\n ")
        if _HEX_LINE.fullmatch(typed) and (done := pdu(typed, self.names)) is not None:
            return line.replace(typed, done).encode("latin-1")
        secret = _SECRET_COMMAND.search(line)
        if secret is not None:
            line = line[: secret.end()] + _DIGIT_RUN.sub(lambda run: self.names.of(run[0]), line[secret.end() :])
            return line.encode("latin-1")
        request = _REQUEST.search(line)
        if request is not None:
            argument = self._argument(request[1])
            line = line[: request.start(1)] + argument + line[request.end(1) :]
            return line.encode("latin-1")
        return self._octets(unit)

    def _argument(self, text: str) -> str:
        """The string of a request or of an answer to a menu, in whatever encoding it goes out."""
        if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}){2,}", text):
            return self.text(text)
        for unpacked, packed in CODECS:
            inside = unpacked(text)
            if inside and re.fullmatch(r"[\d*#+]+\r?", inside):
                return packed(text, self.text(inside))
        return self._hex(text) if re.search("[A-Fa-f]", text) or is_ucs2_text(text) else self.text(text)

    def _line_received(self, unit: bytes) -> bytes:
        line = unit.decode("latin-1")
        body, self._body_follows = self._body_follows and bool(line.strip()), _message().search(line) is not None
        if not line.strip():
            self._body_follows = self._body_follows or body
        header = _message().match(line.lstrip("\r\n \0"))
        if header is not None:
            self._in_text = _IN_TEXT.match(header[2]) is not None
            if self._in_text:
                return self._message_header(line).encode("latin-1")
        elif self._in_text and _SAID.match(line.strip("\r\n \0")) is not None:
            self._in_text = False
        elif self._in_text:
            return self._message_text(line).encode("latin-1")
        if _SECRET_COMMAND.search(line) is not None or (_ECHO.search(line) and _REQUEST.search(line)):
            return self._line_sent(unit)
        if (cusd := _CUSD.search(line)) is not None:
            return self._cusd(unit, cusd)
        bare = line.strip("\r\n \0")
        start = line.find(bare)
        if _HEX_LINE.fullmatch(bare):
            done = pdu(bare, self.names)
            if done is None and body:
                done = "0" * len(bare) if re.search("[A-Fa-f]", bare) and not is_ucs2_text(bare) else None
            if done is not None:
                return (line[:start] + done + line[start + len(bare) :]).encode("latin-1")
        start, end, done = self._identity(line)
        head, tail = line[:start].encode("latin-1"), line[end:].encode("latin-1")
        return self._octets(head) + done.encode("latin-1") + self._octets(tail)

    def _message_header(self, line: str) -> str:
        """Sender and name in the header of a message in text mode; its status and its time stay."""

        def field(found: re.Match[str]) -> str:
            inside = found[1]
            if _STATUS.fullmatch(inside) or _MOMENT.fullmatch(inside):
                return found[0]
            number = re.sub(r"\D", "", inside)
            if re.fullmatch(r"\+?\d{7,}", inside):
                return found[0].replace(number, self.names.of(number))
            if re.fullmatch(r"\+?\d{0,6}", inside):
                return found[0]
            hidden = blank_hex(inside) if re.fullmatch(r"(?:[0-9A-Fa-f]{4}){2,}", inside) else blank(inside)
            return f'"{hidden}"'

        return re.sub(r'"([^"\r\n]*)"', field, line)

    def _message_text(self, line: str) -> str:
        bare = line.strip("\r\n \0")
        start = line.find(bare)
        hidden = blank_hex(bare) if re.fullmatch(r"(?:[0-9A-Fa-f]{2}){4,}", bare) else blank(bare)
        return line[:start] + hidden + line[start + len(bare) :]

    def _identity(self, line: str) -> tuple[int, int, str]:
        """ICCIDs with their filler, or as the file's swapped nibbles (102 221 13.2); IMSI and IMEI told by the command;
        the place of the cell in +CREG. Gives where they stand, and what stands there instead."""
        bare = line.strip()
        if self._command == "AT+CIMI" and re.fullmatch(r"\d{6,15}", bare):
            self.names.know(imsi=bare)
        elif self._command == "AT+CGSN" and re.fullmatch(r"\d{14,16}", bare):
            self.names.know(imei=bare)
        if _CELL.search(line):
            return 0, len(line), _CELL_FIELD.sub(lambda field: self.names.hexadecimal(field[0]), line)
        by_file = _FILE.search(line)
        if by_file is not None:
            messages = _SMS_RECORD.match(self._command) or len(by_file[1]) == RECORD_DIGITS
            return *by_file.span(1), record(by_file[1], self.names) if messages else self._file(by_file[1])
        asked = "CCID" in self._command or "CCID" in line
        if asked and (found := _ICCID.search(line)) is not None:
            run = found[1]
            return *found.span(1), swap(self._marked(swap(run))) if run.startswith("98") else self._marked(run)
        return 0, 0, ""

    def _file(self, run: str) -> str:
        """An elementary file in hex: 2FE2 (ICCID) or 6F07 (IMSI: length, parity, digits; 31.102 4.2.2)."""
        if len(run) == 18 and run.startswith("08") and run[3] in "19":
            swapped = swap(run[2:])
            self.names.know(imsi=swapped[1:].rstrip("Ff"))
            return run[:2] + swap(swapped[0] + self._marked(swapped[1:]))
        if len(run) == 20 and run.startswith("98"):
            return swap(self._marked(swap(run)))
        return run

    def _marked(self, run: str) -> str:
        """An identity with fillers, or with letters in it (ICCIDs of China): the digits change, the letters stay."""
        digits = "".join(letter for letter in run if letter.isdecimal())
        if not digits:
            return run
        made = iter(self.names.of(digits))
        return "".join(next(made) if letter.isdecimal() else letter for letter in run)

    def _cusd(self, unit: bytes, cusd: re.Match[str]) -> bytes:
        quoted = cusd.end()
        close = unit.rfind(b'"', quoted)
        tail = _TAIL.match(unit, close) if close >= quoted else None
        end = len(unit) if close < quoted else close
        dcs = int(tail[1]) if tail is not None and tail[1] else None
        head, rest = unit[:quoted], unit[end:]
        if close >= quoted and tail is None:  # more behind the quote than a dcs
            return self._octets(head) + self._payload(unit[quoted:], None)
        return self._octets(head) + self._payload(unit[quoted:end], dcs) + self._octets(rest)

    def _payload(self, payload: bytes, dcs: int | None) -> bytes:
        """The string of a +CUSD. Line ends between hex digits are no part of them (capture so-24181109)."""
        breaks = [place for place, octet in enumerate(payload) if octet in b"\r\n \0"]
        compact = bytes(octet for octet in payload if octet not in b"\r\n \0").decode("latin-1")
        if not re.fullmatch(r"[0-9A-Fa-f]{4,}", compact):
            return self._raw(self._octets(payload))
        best = decode(payload, dcs, te_charset=None)
        plain = best is None or best.decoder.startswith(("plain", "raw"))
        done = self._hex(compact, sure=not plain)
        if done == compact and (plain or compact.isdigit()) and not is_ucs2_text(compact):
            done = self.text(compact)
        octets = bytearray(done.encode("latin-1"))
        for place in breaks:
            octets.insert(place, payload[place])
        return bytes(octets)

    def _raw(self, payload: bytes) -> bytes:
        """Octets that are UCS2 or packed septets and never became hex."""
        if not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\xff]", payload):
            return payload
        done = self._hex(payload.hex())
        return bytes.fromhex(done)

    def _octets(self, unit: bytes) -> bytes:
        """Any line: hex digits in it first, then what is left as text."""
        line = _HEX_RUN.sub(lambda run: self._hex(run[0]), unit.decode("latin-1"))
        # Hex digits that hold text are no number, even if all of them happen to be decimal.
        spared: list[str] = []

        def spare(run: re.Match[str]) -> str:
            spared.append(run[0])
            return "\x1e" * len(run[0])

        masked = _HEX_RUN.sub(lambda run: spare(run) if is_ucs2_text(run[0]) else run[0], line)
        octets = masked.encode("latin-1")
        try:
            encoding = "utf-8" if not octets.isascii() else "latin-1"
            done = self.text(octets.decode(encoding)).encode(encoding)
        except UnicodeDecodeError:
            done = self.text(masked).encode("latin-1")
        kept = iter(spared)
        return (
            re.sub(r"\x1e{12,}", lambda _run: next(kept), done.decode("latin-1")).encode("latin-1") if spared else done
        )

    def _hex(self, run: str, *, sure: bool = False) -> str:
        """Hex digits with the numbers of the text inside replaced; the first alphabet that has any is the right one.
        `sure`: they are no number, even if all of them happen to be decimal."""
        if not sure and run.isdigit() and not is_ucs2_text(run) and len(run) < 24:
            return run  # a number itself
        for unpacked, packed in CODECS:
            inside = unpacked(run)
            nested = _HEX_RUN.fullmatch(inside) is not None and not inside.isdigit()
            done = self._hex(inside) if nested else self.text(inside)
            if done != inside:
                return packed(run, done)
        for digits, kind in list(self.names.known.items()):
            for form in _swapped_forms(digits, kind):
                at = run.upper().find(form(digits))
                if at >= 0:
                    made = form(self.names.of(digits))
                    run = run[:at] + (made.lower() if run.islower() else made) + run[at + len(made) :]
        return run


# --- helpers


def _swapped_forms(digits: str, kind: str) -> tuple[Edit, ...]:
    """How known digits may lie in files and PDUs."""
    even: Edit = lambda number: swap(number if len(number) % 2 == 0 else f"{number}F")  # noqa: E731
    forms: tuple[Edit, ...] = (even,)
    if kind == "imsi" and len(digits) % 2:
        forms += (lambda number: swap(f"9{number}"),)
    return (*forms, encode_packed)


@cache
def _message() -> re.Pattern[str]:
    """The header of a message, under the names that any make gives it."""
    names = ("+CMT", "+CDS", "+CBM", *known_names().list, *known_names().read)
    return re.compile(rf"({'|'.join(map(re.escape, names))})\s*:(.*)", re.DOTALL)


def _scrubbed(unit: bytes) -> bytes:
    return re.sub(rb"[0-9A-Fa-f]", b"0", unit)


# --- shapes ----------------------------------------------------------------------------------------------------------

# Commands whose numbers are PINs, PUKs and passwords (27.007 7.4, 7.5, 8.3), whoever sends them.
_SECRET_COMMAND = re.compile(
    r"(?i)AT(?:[+^*#%$]CPIN2?|\+CPWD|\+SPIN|\+CPINR)\s*=|AT\+CLCK\s*=\s*\"?[A-Z0-9]+\"?\s*,\s*\d\s*,(?=[^,])"
)
_DIGIT_RUN = re.compile(r"\d{4,}")
_REQUEST = re.compile(r'(?i)AT\+CUSD=[01]\s*,\s*"?([^",\r\n]*)')
_ECHO = re.compile(r"(?i)^[\s\x1b\0]*AT")
_CUSD = re.compile(r'\+CUSD\s*:\s*-?\d{1,9}\s*,\s*"')
_TAIL = re.compile(rb'"\s*(?:,\s*(\d{0,3})\s*[A-Za-z]?\s*;?)?[\s\0]*(?:$|(?=[\r\n]))')
# In text mode a status or a sender in quotes stands where the header has numbers in PDU mode (27.005 3.4.1, 3.4.2,
# 3.5.1).
_IN_TEXT = re.compile(r'(?:\s*\d+\s*,)?\s*"(?!\s*,\s*\d+\s*$)')
_STATUS = re.compile(r"(?:REC|STO) (?:UN)?(?:READ|SENT)|ALL")
_MOMENT = re.compile(r"\d{2,4}/\d\d/\d\d\s*,\s*\d\d:\d\d:\d\d\s*(?:[+-]\d{1,2})?")
# What ends the text of a message: a final result code, another line of the modem with a name, a prompt, an echo.
_SAID = re.compile(
    r"(?:OK|ERROR|NO CARRIER|COMMAND NOT SUPPORT|RING|>)$|[+^*$#%&!][A-Z][A-Z0-9_ ]{1,15}:|AT[+^&$%*#!_E]"
)
_SMS_RECORD = re.compile(r"AT\+CRSM=178,28476\b")
RECORD_DIGITS = 352  # of a record of EF_SMS: 176 octets (31.102 4.2.25)
_HEX_LINE = re.compile(r"[0-9A-Fa-f]{20,}")
_HEX_RUN = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{12,}+")
_CELL = re.compile(r"\+C(?:E|G|5G)?REG\s*:")
_CELL_FIELD = re.compile(r'(?<=")[0-9A-Fa-f]{2,10}(?=")|(?<=,)\s?[0-9A-Fa-f]{4,10}(?=\s*(?:,|$|\r))')
_FILE = re.compile(r'\+CRSM:\s*(?:144|145|146|159)\s*,\s*\d+\s*,\s*"?([0-9A-Fa-f]{4,})')
_ICCID = re.compile(r"(?<![0-9A-Fa-f])((?:89|98)[0-9A-Fa-f]{16,20})(?![0-9A-Fa-f])")
