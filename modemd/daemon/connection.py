"""One client of the control socket: who it is, what it asked for, and its bytes in both directions.

Belongs to the thread of the server's loop, and never waits.
"""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from modemd.daemon.control import MAX_LINE_BYTES, encode_line
from modemd.errors import ModemdError
from modemd.frozen import dataclass
from modemd.log import get_logger

PUMP_BYTES = 1 << 16  # rows are fetched, and requests read, only while less than this waits to be written
SILENT_S = 60.0  # a client that asks for nothing and waits for nothing keeps its place for so long
STALLED_S = 30.0  # unread output for this long: the client hangs
ROW_FRAME_BYTES = 512  # the line around a row: its request's id, 64 characters of up to 6 octets, and the keys
TOO_LONG = "the answer is larger than 64 KiB: ask for less, or for `rows`"
MOST_BYTES = 1024  # Python's getsockopt() refuses more; room for 256 groups
SO_PEERGROUPS = 59  # include/uapi/asm-generic/socket.h; since Linux 4.13, not in Python's socket module


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, as the kernel says (SO_PEERCRED, SO_PEERGROUPS)."""

    pid: int
    uid: int
    gids: frozenset[int]


class Request:
    """One request under way. Its handler ends it with `finish`, `fail` or `rows`, in the loop's thread; what comes
    after the end, or after the client went away, is dropped. `on_cancel` is called when the client takes it back or
    goes away, `on_answer` with the answer to a menu."""

    def __init__(self, connection: Connection, ident: int | str, message: Mapping[str, Any]) -> None:
        self.ident = ident
        self.message = message
        self.peer = connection.peer
        self.on_cancel: Callable[[], None] | None = None
        self.on_answer: Callable[[str], None] | None = None
        self._connection = connection

    @property
    def open(self) -> bool:
        """The client still waits for the end."""
        return self._connection.requests.get(self.ident) is self

    def finish(self, result: Mapping[str, Any]) -> None:
        self._end({"id": self.ident, "ok": True, "result": result})

    def fail(self, code: str, message: str) -> None:
        self._end({"id": self.ident, "ok": False, "error": {"code": code, "message": message}})

    def bug(self) -> None:
        """Ends it after an exception that nobody foresaw: logged with its traceback."""
        get_logger().exception("request failed", cmd=str(self.message.get("cmd")))
        self.fail("failed", "this is a bug in modemd, please report it with the log: journalctl -u modemd -e")

    @property
    def unread(self) -> int:
        """Octets that this client has not taken yet, of all its requests."""
        return len(self._connection.output)

    def drop(self, code: str, message: str) -> None:
        """Ends the whole connection: what the client has not read is thrown away, and this error is its last line."""
        self._connection.give_up(error_line(None, code, message))

    def event(self, name: str, **fields: Any) -> None:
        if self.open:
            self._connection.send({"id": self.ident, "event": name, **fields})

    def row(self, row: Mapping[str, Any]) -> None:
        """One row at once, of a request that goes on."""
        self.put(encode_row(row))

    def put(self, encoded: bytes) -> None:
        """The same for a row that encode_row() has made."""
        if self.open and not self._connection.ending:
            self._connection.output += self._line(encoded)

    def rows(self, rows: Iterator[Mapping[str, Any]]) -> None:
        """Sends these as fast as the client reads them, then their number, which is the end."""
        self.stream(map(encode_row, rows), lambda number: self.finish({"rows": number}))

    def stream(self, rows: Iterator[bytes], then: Callable[[int], None] = lambda _number: None) -> None:
        """Sends these of encode_row() as fast as the client reads them; `then` gets their number behind the last."""
        if self.open:
            self._connection.streams.append((self, self._lines(rows, then)))

    def _lines(self, rows: Iterator[bytes], then: Callable[[int], None]) -> Iterator[bytes]:
        number = 0
        for row in rows:
            number += 1
            yield self._line(row)
        then(number)

    def _line(self, encoded: bytes) -> bytes:
        return encode_line({"id": self.ident})[:-2] + b', "row": ' + encoded + b"}\n"

    def _end(self, message: Mapping[str, Any]) -> None:
        if self.open:
            self._connection.end(self.ident)
            self._connection.send(message)


class Connection:
    """One client: its bytes in both directions, and what it asked for."""

    def __init__(self, accepted: socket.socket, peer: Peer, monotonic: Callable[[], float]) -> None:
        self.socket = accepted
        self.peer = peer
        self.requests: dict[int | str, Request] = {}
        self.streams: deque[tuple[Request, Iterator[bytes]]] = deque()
        self.output = bytearray()
        self.ending = False  # nothing more is read; closed once the output is written
        self.stalled_at: float | None = None
        self.pumped_at = 0.0  # when rows were fetched for it last
        self._input = bytearray()
        self._mid_line = False  # the client has the first part of the line that `output` begins with
        self._monotonic = monotonic
        self._rests_since = monotonic()  # when the last request ended

    @property
    def silent_at(self) -> float | None:
        """When this client has been silent for too long (monotonic); None while something is under way."""
        busy = self.requests or self.output or self.ending
        return None if busy else self._rests_since + SILENT_S

    def end(self, ident: int | str) -> None:
        """That request is over."""
        del self.requests[ident]
        self._rests_since = self._monotonic()

    def read(self) -> bool:
        """Takes in what is there; False when the client is gone."""
        try:
            data = self.socket.recv(MAX_LINE_BYTES)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        self._input += data
        return bool(data)

    def lines(self) -> Iterator[bytes | None]:
        """The whole lines so far; None for one that is too long, which is the last."""
        if b"\n" not in self._input and len(self._input) < MAX_LINE_BYTES:
            return
        *whole, rest = bytes(self._input).split(b"\n")
        self._input[:] = rest
        for line in whole:
            yield line if len(line) < MAX_LINE_BYTES else None
        if len(rest) >= MAX_LINE_BYTES:
            self._input.clear()
            yield None

    def send(self, message: Mapping[str, Any]) -> None:
        if self.ending:
            return
        line = encode_line(message)
        if len(line) > MAX_LINE_BYTES:
            line = encode_line(error_line(message.get("id"), "failed", TOO_LONG))
        self.output += line

    def give_up(self, message: Mapping[str, Any]) -> None:
        """The last line of a client that does not keep up; it goes out if the client reads after all."""
        if self.ending:
            return
        begun = self.output.find(b"\n") + 1 if self._mid_line else 0
        del self.output[begun:]
        self.streams.clear()
        self.send(message)
        self.ending = True

    def pump(self, until: float) -> None:
        """Fetches rows for as long as the client keeps up, and the time allows."""
        while self.streams and len(self.output) < PUMP_BYTES and (now := self._monotonic()) < until:
            self.pumped_at = now
            request, lines = self.streams[0]
            try:
                line = next(lines, None) if request.open else None
            except ModemdError as error:  # the store's, in the middle of it
                request.fail("failed", error.message)
                line = None
            except Exception:  # noqa: BLE001 (one row that cannot be shown must not end the daemon)
                request.bug()
                line = None
            if line is None:
                self.streams.popleft()
            else:
                self.output += line

    def write(self) -> bool:
        """Writes what the client takes; False when it is gone."""
        sent = 0
        try:
            while self.output:
                sent = self.socket.send(self.output)
                self._mid_line = sent > 0 and self.output[sent - 1] != ord("\n")
                del self.output[:sent]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            return False
        if not self.output:
            self.stalled_at = None
        elif sent or self.stalled_at is None:
            self.stalled_at = self._monotonic() + STALLED_S
        return True


def peer_of(connection: socket.socket) -> Peer:
    """The process at the other end, as it was when it connected. Raises OSError if the kernel will not say."""
    size = struct.calcsize("3i")
    pid, uid, gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, MOST_BYTES)
    except OSError:
        raw = b""  # an old kernel, or more groups than fit: the primary group decides
    groups = struct.unpack(f"{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
    return Peer(pid, uid, frozenset({gid, *groups}))


def encode_row(row: Mapping[str, Any]) -> bytes:
    """A row as JSON, to be put into the line of any request. One that is too long for a line comes without the
    operator's text, its own or that of the object that it holds."""
    encoded = encode_line(row)[:-1]
    if len(encoded) > MAX_LINE_BYTES - ROW_FRAME_BYTES:
        short = {key: _without_text(value) if isinstance(value, Mapping) else value for key, value in row.items()}
        encoded = encode_line(_without_text(short))[:-1]
    return encoded


def _without_text(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "text": None} if "text" in row else row


def error_line(ident: object, code: str, message: str) -> dict[str, Any]:
    return {"id": ident, "ok": False, "error": {"code": code, "message": message}}
