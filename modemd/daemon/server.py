"""The control socket: one selectors loop for all clients, which never waits for a modem, a disk or a slow reader.

Who may ask for what is not decided here: each request goes to a handler (commands.Handlers), which answers it now or
later from the same thread. Other threads hand their completions over with `call_soon`.
"""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from modemd import __version__
from modemd.daemon import listener
from modemd.daemon.connection import PUMP_BYTES, Connection, Peer, Request, error_line, peer_of
from modemd.daemon.control import MAX_CLIENTS, MAX_LINE_BYTES, PROTOCOL, decode_line
from modemd.errors import ProtocolError
from modemd.explanations import line_of
from modemd.log import get_logger

MAX_IN_FLIGHT = 32  # requests of one connection; a person has one or two
# Rows are fetched for so long, for all clients together, twice a turn of the loop; then others have theirs.
PUMP_S = 0.01
KEPT_PLACES = 8  # of MAX_CLIENTS, for root and the daemon's own user
MAX_OF_ONE_USER = 16  # clients of any other user
MAX_OUTPUT_BYTES = 1 << 20  # a client that lets this much pile up does not read

Handler = Callable[[Request], None]


class Server:
    """The socket from `open` to `close`. Everything but `call_soon` and `wake` belongs to the thread that runs it."""

    def __init__(
        self,
        path: str,
        handler: Handler,
        *,
        credentials: Callable[[socket.socket], Peer] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._handler = handler
        self._credentials = credentials or peer_of
        self._monotonic = monotonic
        self._selector = selectors.DefaultSelector()
        self._listener: socket.socket | None = None
        self._identity: tuple[int, int] | None = None
        self._connections: set[Connection] = set()
        self._calls: deque[Callable[[], None]] = deque()
        self._wake_receive, self._wake_send = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake_receive, selectors.EVENT_READ, self._woken)

    def open(self) -> None:
        """Binds the socket, again where somebody has removed it. Raises StateInUse when another daemon answers there,
        StoreError with the cure otherwise."""
        fresh, self._identity = listener.bind(self.path)
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
        self._listener = fresh
        self._selector.register(fresh, selectors.EVENT_READ, self._accept)

    def close(self) -> None:
        """Tells every client, then removes the socket if it is still ours. Idempotent."""
        for connection in list(self._connections):
            connection.send(error_line(None, "shutting down", line_of("shutting down")))
            connection.write()
            self._drop(connection)
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
            listener.remove(self.path, self._identity)
        if self._wake_receive >= 0:
            self._selector.close()
            receive, send = self._wake_receive, self._wake_send
            self._wake_receive = self._wake_send = -1
            os.close(receive)
            os.close(send)

    def call_soon(self, call: Callable[[], None]) -> None:
        """Has this called in the loop's thread. From any thread, and from a signal handler."""
        self._calls.append(call)
        self.wake()

    def wake(self) -> None:
        """Ends the wait of `run_once`. From any thread."""
        try:
            os.write(self._wake_send, b"\0")
        except OSError:
            return  # the pipe is full, so it is awake; or it is closed, and nobody waits

    def run_once(self, timeout_s: float | None) -> None:
        """One wait of at most this long (None = for ever), and everything that ended it."""
        self._continue_all()  # what was answered between two turns goes out before we sleep
        for key, events in self._selector.select(self._patience_s(timeout_s)):
            if isinstance(key.data, Connection):
                self._serve(key.data, events)
            else:
                key.data()
        for _ in range(len(self._calls)):
            call = self._calls.popleft()
            try:
                call()
            except Exception:  # noqa: BLE001 (a bug in one completion must not end the daemon that warns people)
                get_logger().exception("completion failed")
        self._continue_all()

    def _continue_all(self) -> None:
        now = self._monotonic()
        # Who got rows longest ago comes first, so that many long histories at once go on side by side.
        for connection in sorted(self._connections, key=lambda connection: connection.pumped_at):
            if connection.stalled_at is not None and now >= connection.stalled_at:
                self._drop(connection)
                continue
            silent_at = connection.silent_at
            if silent_at is not None and now >= silent_at:
                connection.give_up(error_line(None, "no request", line_of("no request")))
            self._continue(connection, pump_until=now + PUMP_S)

    def _patience_s(self, timeout_s: float | None) -> float | None:
        now = self._monotonic()
        ends = [end for one in self._connections for end in (one.stalled_at, one.silent_at) if end is not None]
        limits = [end - now for end in ends] + ([] if timeout_s is None else [timeout_s])
        return max(0.0, min(limits)) if limits else None

    def _woken(self) -> None:
        try:
            os.read(self._wake_receive, 4096)
        except BlockingIOError:
            return

    def _accept(self) -> None:
        assert self._listener is not None  # noqa: S101 (only registered while it is open)
        try:
            accepted, _ = self._listener.accept()
        except OSError:
            return  # the client gave up in between, or we ran out of descriptors: the next one may do better
        accepted.setblocking(False)
        try:
            connection = Connection(accepted, self._credentials(accepted), self._monotonic)
        except OSError:
            accepted.close()
            return
        self._connections.add(connection)
        self._selector.register(accepted, selectors.EVENT_READ, connection)
        full = self._full_for(connection.peer)
        if full is not None:
            connection.send(error_line(None, "too many clients", line_of("too many clients", about=full)))
            connection.ending = True
        else:
            connection.send({"hello": "modemd", "protocol": PROTOCOL, "version": __version__})
        self._continue(connection)

    def _full_for(self, peer: Peer) -> str | None:
        """Which limit the newest connection is beyond; None = it has a place. Some are kept for those who look after
        the machine, and no other user alone can have all the rest."""
        if len(self._connections) > MAX_CLIENTS:
            return str(MAX_CLIENTS)
        if peer.uid in {0, os.geteuid()}:
            return None
        if len(self._connections) > MAX_CLIENTS - KEPT_PLACES:
            return f"{MAX_CLIENTS - KEPT_PLACES} clients are connected, and {KEPT_PLACES} places are root's"
        mine = sum(one.peer.uid == peer.uid for one in self._connections)
        return f"{MAX_OF_ONE_USER} of this user are connected" if mine > MAX_OF_ONE_USER else None

    def _serve(self, connection: Connection, events: int) -> None:
        if events & selectors.EVENT_READ and not connection.ending and not connection.read():
            connection.write()  # what it asked for and did not wait for, as far as it goes
            self._drop(connection)
            return
        for line in connection.lines():
            self._line(connection, line)

    def _continue(self, connection: Connection, *, pump_until: float = 0.0) -> None:
        """Writes what can be written, and waits for the rest."""
        connection.pump(pump_until)
        alive = connection.write()
        if not alive or len(connection.output) > MAX_OUTPUT_BYTES or (connection.ending and not connection.output):
            self._drop(connection)
            return
        interest = selectors.EVENT_WRITE if connection.output or connection.streams else 0
        if not connection.ending and len(connection.output) < PUMP_BYTES:
            interest |= selectors.EVENT_READ
        key = self._selector.get_key(connection.socket)
        if key.events != interest:
            self._selector.modify(connection.socket, interest, connection)

    def _line(self, connection: Connection, line: bytes | None) -> None:
        if connection.ending:
            return
        try:
            message = decode_line(_bounded(line))
            ident = _ident(message)
        except ProtocolError as error:
            connection.send(error_line(None, "bad request", error.message))
            connection.ending = True
            return
        if "cmd" not in message:
            _follow_up(connection.requests.get(ident), message)
        elif ident in connection.requests:
            connection.send(error_line(ident, "bad request", "this id is still in use: give each request its own"))
        elif len(connection.requests) >= MAX_IN_FLIGHT:
            connection.send(error_line(ident, "busy", f"{MAX_IN_FLIGHT} requests are under way: wait for one to end"))
        else:
            request = connection.requests[ident] = Request(connection, ident, message)
            try:
                self._handler(request)
            except Exception:  # noqa: BLE001 (a bug in one answer must not end the daemon that warns people)
                request.bug()

    def _drop(self, connection: Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.discard(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()
        requests = list(connection.requests.values())
        connection.requests.clear()
        for request in requests:
            if request.on_cancel is not None:
                request.on_cancel()


def _bounded(line: bytes | None) -> bytes:
    if line is None:
        raise ProtocolError(f"a line is longer than {MAX_LINE_BYTES} bytes: make the request shorter")
    return line


def _ident(message: Mapping[str, Any]) -> int | str:
    ident = message.get("id")
    if isinstance(ident, bool) or not isinstance(ident, int | str) or len(str(ident)) > 64:
        raise ProtocolError("`id` is missing: give each request a number or a short word of its own")
    return ident


def _follow_up(request: Request | None, message: Mapping[str, Any]) -> None:
    """An answer to a menu, or a cancel. One that comes after the end of its request is no fault of the client."""
    if request is None:
        return
    if message.get("cancel") is True and request.on_cancel is not None:
        request.on_cancel()
    answer = message.get("answer")
    if isinstance(answer, str) and request.on_answer is not None:
        request.on_answer(answer)
