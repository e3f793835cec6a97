"""Octets from a modem -> lines. Pure: octets in with receive_data(), lines out with next_line(), never a wait.

What each line means is in at/classify.py (imported here by name, so that `from modemd.at.lines import classify` works).
"""

from __future__ import annotations

import re
from collections import deque

from modemd.at.classify import DataLine, FinalResult, LineKind, TornLine, body_follows, classify, final_result
from modemd.at.cusd_string import OpenString, Verdict

__all__ = ["MAX_LINE", "DataLine", "FinalResult", "LineKind", "LineReader", "classify", "final_result"]

MAX_LINE = 16 * 1024  # octets; the longest real line is a 160 character answer in UCS2 hex, 700 octets

# How many calls of idle() without an octet between them, that is how many silences, end a +CUSD string that looks ...
_IDLES_CLOSED = 1  # ... closed: a quote ends the line, only the dcs is missing
_IDLES_OPEN = 2  # ... open, but its last line is complete
_IDLES_CUT = 10  # ... cut inside a line: "Balance 1" may still become "Balance 123.45", seen after 3 s


class LineReader:
    """Splits what a modem sends into lines, whatever the pieces in which it arrives (V.250 5.7.1).

    - CR, LF and any run of them end a line; empty lines, NULs around a line and lines of blanks alone are dropped.
    - A line is latin-1 text: octet 0xE9 is "é", nothing is lost and nothing raises.
    - A prompt (27.005 3.5.1) is the line "> ".
    - `OK+CUSD: ...` (a +CUSD glued behind a final result code) and `...",15AT+CSCS?` (an echo glued behind a +CUSD) are
      two lines.
    - A +CUSD string stays open across line ends until its closing quote and dcs; its line ends stay in the line as they
      came. See at/cusd_string.py for the rules where the quote or the dcs is missing.
    - The text behind +CMT, +CBM, +CDS, +CMGL, +CMGR (27.005 3.4.1, 3.4.2, 3.5.1) comes out as DataLine and is never
      read as AT: in PDU mode one line of hex digits; in text mode everything up to the next such header or to a
      silence, but for a final result code that stands behind an empty line (as every result code does, V.250 5.7.1).
      What follows that code, and looks like +CUSD say, stays data until a silence, because a body can forge
      everything but time.
    - A +CUSD string that stops inside a line for good comes out as TornLine.
    - A line longer than MAX_LINE is handed out in pieces; the second and later ones are DataLine.

    Time is linear in the octets, memory is bounded by MAX_LINE and what was not yet asked for."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0  # the buffer holds no line end before this offset
        self._gap = bytearray()  # line ends since the last line
        self._ready: deque[str] = deque()
        self._open: OpenString | None = None
        self._body: str | None = None  # header name of the text that is being read
        self._pdu = False  # that text is one line of hex digits
        self._awaited: list[str] = []  # the header whose line of hex digits is still to come, behind that of a +CMT
        self._withheld: str | None = None  # last line of a text, if it would else have been a final result code
        self._overflow = False
        self._idles = 0

    def receive_data(self, data: bytes) -> None:
        """Stores octets; any split of a stream gives the same lines."""
        if data:
            self._buffer += data
            self._idles = 0

    def next_line(self) -> str | None:
        """The next complete line without its line end, or None: more octets are needed."""
        while not self._ready:
            if not self._step():
                return None
        return self._ready.popleft()

    @property
    def holding(self) -> bool:
        """True: a silence means something here, so wait for a short one only and call idle() then, until this is
        False."""
        return self._open is not None or self._body is not None or self._waits_in_line()

    def idle(self) -> str | None:
        """To be called when next_line() gave None and then no octet came for a while (0.3 s say).

        Hands out what only a silence can end, or None. More lines may be ready behind it: call next_line() again. A
        +CUSD string that stops inside a line takes several silences, because half a number is a wrong number."""
        if self._ready:
            return self._ready.popleft()
        if self._open is not None:
            self._idles += 1
            patience = _IDLES_CLOSED if self._open.closed else _IDLES_OPEN
            if self._idles < (_IDLES_CUT if self._partial() else patience):
                return None
            self._end_string(self._open, partial=True)
            return self._ready.popleft() if self._ready else None
        if self._body is not None:
            self._body = None
            self._awaited.clear()
            line, self._withheld = self._withheld, None
            return line
        if self._waits_in_line():
            if self._buffer.startswith(b">"):
                self._take(len(self._buffer))
                return "> "
            self._idles += 1
            if self._idles >= _IDLES_CUT:
                return self._give_up_line()
        return None

    # --- octets -> physical lines

    def _step(self) -> bool:
        """Takes one physical line from the buffer; False = it holds no complete one."""
        buffer = self._buffer
        if not self._scanned:
            run = _LINE_ENDS_OR_NULS.match(buffer) if self._open is None else _LINE_ENDS.match(buffer)
            if run is not None:
                self._overflow = False
                self._keep_gap(run[0])
                self._take(run.end())
        found = _LINE_END.search(buffer, self._scanned)
        if found is None:
            if len(buffer) > MAX_LINE:
                self._cut_long_line()
                return True
            self._scanned = len(buffer)
            return False
        end = found.start()
        if end > MAX_LINE:
            self._cut_long_line()
            return True
        if len(buffer) - end > _FLOOD and self._take_flood():
            return True
        line = self._take(end)
        gap, self._gap = self._gap, bytearray()
        self._physical(line, bytes(gap))
        return True

    def _take_flood(self) -> bool:
        """Takes all lines that are nothing special at once, in front of the first that may be; False = that is the
        next line. A modem that chatters sends thousands, and most of the time of a line went into taking it singly."""
        if self._open is not None or self._body is not None or self._overflow:
            return False
        buffer = self._buffer
        special = _SPECIAL.search(buffer, 0, MAX_LINE)
        limit = MAX_LINE if special is None else special.start()
        end = max(buffer.rfind(b"\n", 0, limit), buffer.rfind(b"\r", 0, limit))
        if end <= 0:
            return False
        for found in _CONTENT.finditer(bytes(buffer[:end])):
            line = found[0]
            if body_follows(line) is not None:
                end = found.start()
                break
            if not line.isspace():
                self._ready.append(line.decode("latin-1"))
        if end <= 0:
            return False
        del buffer[:end]
        self._scanned = 0
        self._gap.clear()
        return True

    def _take(self, end: int) -> bytes:
        taken = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._scanned = 0
        return taken

    def _keep_gap(self, run: bytes) -> None:
        self._gap += run if len(self._gap) < MAX_LINE else b""

    def _partial(self) -> bool:
        """Whether the buffer is the beginning of a line. A prompt is none (Cinterion shows one behind a menu)."""
        return bytes(self._buffer.strip(b"\r\n\0 ")) not in (b"", b">")

    def _waits_in_line(self) -> bool:
        """Whether the buffer is a prompt, or the beginning of a line with an open +CUSD string."""
        if self._overflow or not self._buffer.startswith((b">", _CUSD)):
            return False
        return self._buffer.strip() == b">" or _STRING_OPENS.match(self._buffer) is not None

    def _give_up_line(self) -> str:
        self._idles = 0
        self._overflow = True  # what still comes of this line is no line
        self._gap.clear()
        return TornLine(self._take(len(self._buffer)).decode("latin-1"))

    def _cut_long_line(self) -> None:
        piece = self._take(MAX_LINE)
        gap, self._gap = self._gap, bytearray()
        if self._open is not None:
            self._open.add(piece, bytes(gap))
            self._end_string(self._open, partial=False)
        else:
            self._emit(piece, data=self._overflow or self._body is not None)
        self._overflow = True

    # --- physical lines -> lines

    def _physical(self, line: bytes, gap: bytes) -> None:
        if self._overflow:
            self._emit(line, data=True)
        elif self._open is not None:
            self._continue_string(self._open, line, gap)
        elif self._body is not None:
            self._body_line(self._body, line, gap.count(b"\n") >= 2)
        else:
            self._plain(line)

    def _plain(self, line: bytes) -> None:
        """A line outside of strings and bodies."""
        line = line.strip(b"\0")
        if not line.strip():
            return
        if line[0] == 0x3E and (prompt := _PROMPT.match(line)) is not None:
            self._ready.append("> ")
            if rest := line[prompt.end() :]:
                self._plain(rest)
            return
        if _CUSD in line:
            if (glued := _GLUED_RESULT.match(line)) is not None:
                self._emit(glued[1])
                line = line[glued.end(1) :].lstrip()
            if _STRING_OPENS.match(line) is not None:
                self._open = OpenString(line)
                if self._open.verdict is Verdict.ENDED:
                    self._end_string(self._open, partial=False)
                return
        elif (header := body_follows(line)) is not None:
            self._body, self._pdu = header
        self._emit(line)

    def _continue_string(self, opened: OpenString, line: bytes, gap: bytes) -> None:
        if line.startswith(_CUSD):
            self._end_string(opened, partial=False)
            self._plain(line)
        elif len(opened) + len(gap) + len(line) > MAX_LINE:
            self._end_string(opened, partial=False)
            self._emit(line, data=True)
        elif opened.add(line, gap) is Verdict.ENDED:
            self._end_string(opened, partial=False)

    def _end_string(self, opened: OpenString, *, partial: bool) -> None:
        """Emits the string and, as lines of their own, what turned out not to belong to it.

        `partial`: the beginning of a line that is in the buffer goes with it."""
        self._open = None
        self._idles = 0
        torn = partial and self._partial()
        if torn:
            gap, self._gap = self._gap, bytearray()
            opened.add(self._take(len(self._buffer)), bytes(gap))
            self._overflow = True  # what still comes of this line is no line
        text, others = opened.split()
        self._emit(text, torn=torn and not others)
        for other in others:
            self._plain(other)

    def _body_line(self, name: str, line: bytes, framed: bool) -> None:
        """A line behind a header `name`. `framed`: an empty line stands in front, as in front of every result code."""
        if self._pdu:
            if _HEX.fullmatch(line):
                self._emit(line, data=True)
                self._body = self._awaited.pop() if self._awaited else None
            else:  # A URC between header and PDU; nothing is forged here, a PDU has only digits.
                if final_result(line.decode("latin-1")) is not None:
                    self._body = None
                    self._awaited.clear()
                elif name not in _UNSOLICITED and body_follows(line) is not None and line.startswith(_HANDED_OVER):
                    self._awaited = [name]
                self._plain(line)
            return
        text = line.decode("latin-1")
        self._withheld = None
        if final_result(text) is not None:
            if framed:
                self._emit(line)
                return
            self._withheld = text
        elif (header := body_follows(line)) is not None:
            self._body, self._pdu = header
            self._emit(line)
            return
        self._emit(line, data=True)

    def _emit(self, line: bytes, *, data: bool = False, torn: bool = False) -> None:
        text = line.decode("latin-1")
        self._ready.append(DataLine(text, self._body or "") if data else TornLine(text) if torn else text)


_FLOOD = 256  # octets behind a line from which on it pays to look at many lines at once
_SPECIAL = re.compile(rb"\+CUSD|[>\0]")
_CONTENT = re.compile(rb"[^\r\n]+")
_LINE_END = re.compile(rb"[\r\n]")
_LINE_ENDS = re.compile(rb"[\r\n]+")
_LINE_ENDS_OR_NULS = re.compile(rb"[\r\n\0]+")
_PROMPT = re.compile(rb">(?: |$)")
_HEX = re.compile(rb"\s*(?:[0-9A-Fa-f]{2})+\s*")
_UNSOLICITED = ("+CMT", "+CDS", "+CBM")
_HANDED_OVER = (b"+CMT:", b"+CDS:", b"+CBM:")
_CUSD = b"+CUSD"
_STRING_OPENS = re.compile(rb'\+CUSD\s*:\s*-?\d+\s*,\s*"')
# "OK+CUSD: 2,..." (a capture from dz-mobilis); the other final result codes by analogy.
_GLUED_RESULT = re.compile(
    rb"(OK|ERROR|NO CARRIER|BUSY|NO ANSWER|NO DIALTONE|COMMAND NOT SUPPORT|\+CM[ES] ERROR:\s*\d+)\s*(?=\+CUSD\s*:)"
)
