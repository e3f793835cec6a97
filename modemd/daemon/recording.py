"""A recording under way: tapped pieces become rows without anybody's numbers, in the order of the wire.

Only whole lines are redacted, since a number may be cut anywhere: what has no end yet is held back, and all behind it.
The pieces keep their bounds, because a redacted line is as long as the line was."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from modemd.backends.base import Piece, WireTap
from modemd.daemon.connection import Request
from modemd.records import ModemSnapshot
from modemd.redaction.dialogue import Redactor

LONGEST_UNIT = 8192  # octets without an end: rubbish, redacted as far as it goes


@dataclass(slots=True)
class _Held:
    piece: Piece
    at: float
    done: bytearray = field(default_factory=bytearray)


class Transcript:
    """`take` and `end` give rows {"at_s", "sent", "data"}: seconds since the first one, the direction, the octets as
    latin-1. One thread."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._queue: deque[_Held] = deque()
        self._streams = {True: _Stream(), False: _Stream()}
        self._first: float | None = None
        self._last_number = -1

    def introduce(self, kept: list[Piece], now: float) -> list[dict[str, Any]]:
        """What was said before the recording, as if it had ended just now."""
        shift = now - kept[-1].at if kept else 0.0
        return [row for piece in kept for row in self.take(piece, shift=shift)]

    def take(self, piece: Piece, *, shift: float = 0.0) -> list[dict[str, Any]]:
        """The rows that are complete by this piece; one that was there already is left out."""
        if piece.number <= self._last_number:
            return []
        missed = piece.number != self._last_number + 1
        self._last_number = piece.number
        data = piece.data
        if missed and not piece.sent and data[:1] not in b"\r\n":
            # The recording begins inside of a line: half a number could not be told.
            data = data.partition(b"\n")[2]
        if not data:
            return []
        if self._first is None:
            self._first = piece.at + shift
        held = _Held(Piece(piece.number, piece.at, piece.sent, data), piece.at + shift)
        self._queue.append(held)
        stream = self._streams[piece.sent]
        stream.held.append(held)
        stream.buffer += data
        bound = _sent_end if piece.sent else _received_end
        while (end := bound(bytes(stream.buffer))) > 0:
            self._settle(piece.sent, end)
        return list(self._complete())

    def end(self) -> list[dict[str, Any]]:
        """The rows that were held back; what has no end is redacted more strictly."""
        for sent, stream in self._streams.items():
            if stream.buffer:
                self._settle(sent, len(stream.buffer), last=True)
        return list(self._complete())

    def _settle(self, sent: bool, size: int, *, last: bool = False) -> None:
        stream = self._streams[sent]
        unit = bytes(stream.buffer[:size])
        del stream.buffer[:size]
        if sent:
            done = self._redactor.sent(unit)
        else:
            done = self._redactor.rest(unit) if last else self._redactor.received(unit)
        while done:
            held = stream.held[0]
            room = len(held.piece.data) - len(held.done)
            held.done += done[:room]
            done = done[room:]
            if len(held.done) == len(held.piece.data):
                stream.held.popleft()

    def _complete(self) -> Iterator[dict[str, Any]]:
        while self._queue and len(self._queue[0].done) == len(self._queue[0].piece.data):
            held = self._queue.popleft()
            yield {
                "at_s": round(held.at - (self._first or 0.0), 4),
                "sent": held.piece.sent,
                "data": held.done.decode("latin-1"),
            }


class Recording:
    """One `record` request, from its first row to its result. Belongs to the main loop's thread, but for `heard`."""

    def __init__(
        self,
        request: Request,
        tap: WireTap,
        *,
        snapshot: Callable[[], ModemSnapshot],
        call_soon: Callable[[Callable[[], None]], None],
        monotonic: Callable[[], float],
        for_s: float | None,
    ) -> None:
        self.deadline = None if for_s is None else monotonic() + for_s
        self._request = request
        self._tap = tap
        self._snapshot = snapshot
        self._call_soon = call_soon
        self._redactor = Redactor()
        self._transcript = Transcript(self._redactor)
        self._learn()
        self._send(self._transcript.introduce(tap.listen(self.heard), monotonic()))

    @property
    def over(self) -> bool:
        """The client has its result, or is gone."""
        return not self._request.open

    def heard(self, piece: Piece) -> None:
        """Called by the tap, in the owner thread."""
        self._call_soon(lambda: self._take(piece))

    def end(self, **result: Any) -> None:
        """Sends what was held back, then the result. Idempotent."""
        self._tap.leave(self.heard)
        if self.over:
            return
        self._learn()
        self._send(self._transcript.end())
        device = self._snapshot().device
        known = {"manufacturer": device.manufacturer, "model": device.model, "firmware": device.firmware}
        self._request.finish({"device": known, "decoder": None, "error": None, "hint": None, **result})

    def _take(self, piece: Piece) -> None:
        if self.over:
            self._tap.leave(self.heard)
            return
        self._learn()
        self._send(self._transcript.take(piece))

    def _learn(self) -> None:
        snapshot = self._snapshot()
        self._redactor.names.know(imsi=snapshot.sim.imsi, iccid=snapshot.sim.iccid, imei=snapshot.device.imei)

    def _send(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self._request.row(row)


@dataclass(slots=True)
class _Stream:
    buffer: bytearray = field(default_factory=bytearray)
    held: deque[_Held] = field(default_factory=deque)


# --- where a unit ends: 0 = not yet -----------------------------------------------------------------------------------

_SENT_END = re.compile(rb"[\r\x1a]|\A\x1b+(?!\x1b)")
_OPENED = re.compile(rb'\+CUSD\s*:\s*-?\d{1,9}\s*,\s*"')
_CLOSED = re.compile(rb'"\s*(?:,\s*\d{0,3}\s*[A-Za-z]?\s*;?)?[\s\0]*$')
_OTHER = re.compile(rb"\s*(?:OK|ERROR|NO CARRIER|\+CM[ES] ERROR:.*|\+CUSD:.*)\s*$")
_PROMPT = re.compile(rb"[\r\n]*> ?")


def _sent_end(buffer: bytes) -> int:
    found = _SENT_END.search(buffer)
    return len(buffer) if found is None and len(buffer) > LONGEST_UNIT else found.end() if found else 0


def _received_end(buffer: bytes) -> int:
    """A line with its end; a +CUSD until its quote closes (at/cusd_string.py), which may be lines later."""
    if _PROMPT.fullmatch(buffer):
        return len(buffer)
    end = buffer.find(b"\n") + 1
    if end and (opened := _OPENED.search(buffer, 0, end)) is not None:
        start = end
        while not _CLOSED.search(buffer, opened.end(), end):
            following = buffer.find(b"\n", end) + 1
            if not following:
                return len(buffer) if len(buffer) > LONGEST_UNIT else 0
            if _OTHER.match(buffer[start:following]):
                return end
            start, end = following, following
    return end if end or len(buffer) <= LONGEST_UNIT else len(buffer)
