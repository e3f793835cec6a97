"""The control protocol, version 1: JSON lines over a Unix socket. Constants, lines, and the client of the command line.

Imports the standard library and the error tree only, because every `modemd balance` pays for this module's imports.

docs/protocol.md describes the protocol, and is the one place that does: the lines, the commands with their fields, the
objects, the limits. Everything in an answer is data: texts come from an operator and may hold anything.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from modemd.errors import DaemonUnreachable, ModemdError, ProtocolError, RefusedError
from modemd.explanations import line_of, situation

PROTOCOL = 1
MAX_LINE_BYTES = 65_536  # with the newline; a longer line ends the connection
MAX_CLIENTS = 64
MAX_SOCKET_PATH_BYTES = 107  # sun_path of Linux is 108 with its closing NUL
SYSTEM_SOCKET = "/run/modemd/modemd.sock"

CONNECT_TIMEOUT_S = 5.0  # the daemon's loop answers in milliseconds; a busy Pi Zero gets room
STORE_TIMEOUT_S = 30.0  # a question that the store answers, on a slow SD card
QUERY_TIMEOUT_S = 200.0  # `balance` ends within 180 s in all
TURN_MARGIN_S = 130.0  # a USSD dialogue may wait 60 s for its turn, and a menu waits 60 s for its answer
FIRST_TICK_S = 0.5  # an answer that comes sooner was not waited for
TICK_S = 1.0
CANCEL_TIMEOUT_S = 4.0  # how long Ctrl-C waits for the daemon to confirm that the session was cancelled

# Answers that may not fit into one line: the client asks for rows, and joins them under this key of the result.
IN_ROWS = {"status": "modems", "ports": "modems"}

OnEvent = Callable[[dict[str, Any]], str | None]
Beside = Callable[[dict[str, Any] | None], None]


def encode_line(message: Mapping[str, Any]) -> bytes:
    """One message as its line. A lone surrogate becomes its JSON escape, so the bytes are always UTF-8."""
    text = json.dumps(message, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def decode_line(line: bytes) -> dict[str, Any]:
    """The message of one line. Raises ProtocolError if it is not one JSON object in UTF-8."""
    try:
        message = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not a JSON object in UTF-8: send one object a line") from error
    if not isinstance(message, dict):
        raise ProtocolError("not a JSON object: send one object a line")
    return message


def socket_candidates(path: str | None = None, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Where the daemon may be, in order: `--socket`, MODEMD_SOCKET, the system's daemon, this user's own daemon."""
    environ = os.environ if environ is None else environ
    if path:
        return (path,)
    if environ.get("MODEMD_SOCKET"):
        return (environ["MODEMD_SOCKET"],)
    runtime = environ.get("XDG_RUNTIME_DIR")
    return (SYSTEM_SOCKET, f"{runtime}/modemd/modemd.sock") if runtime else (SYSTEM_SOCKET,)


class Client:
    """One connection to the daemon. Blocking, for one thread. Use it as a context manager.

    Every failure to reach the daemon or to be let in is DaemonUnreachable (exit 3), its message names the cure. A
    request that the daemon turns down is RefusedError with the daemon's code ("no such modem", "bad request", "busy"),
    one that went wrong inside it ModemdError ("failed").
    """

    def __init__(self, connection: socket.socket, path: str, *, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        """Takes a connected socket over and reads the hello. `connect` is the usual way to get a Client."""
        self.path = path
        self._socket = connection
        self._buffer = bytearray()
        self._last_id = 0
        try:
            hello = self._receive(time.monotonic() + connect_timeout_s)
            _check_hello(hello, path)
        except BaseException:
            self.close()
            raise
        self.version = str(hello.get("version", ""))

    @classmethod
    def connect(
        cls,
        path: str | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> Client:
        """Connects to the first daemon of `socket_candidates` that answers. Raises DaemonUnreachable."""
        failures: list[DaemonUnreachable] = []
        for candidate in socket_candidates(path, environ):
            try:
                return cls(_open(candidate, timeout_s), candidate, connect_timeout_s=timeout_s)
            except DaemonUnreachable as failure:
                failures.append(failure)
        # A daemon that is there but keeps us out says more than a second place where there is none.
        raise min(failures, key=lambda failure: _TELLING.get(failure.code, 0))

    def request(
        self,
        cmd: str,
        *,
        on_event: OnEvent | None = None,
        on_row: Callable[[dict[str, Any]], None] | None = None,
        patience_s: float | None = None,
        beside: Beside | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """The `result` of one request. `on_event` gets each event and returns the answer to a menu, None to end the
        session; without it every menu is ended. `on_row` gets each row that comes before. `patience_s`: longest silence
        of the daemon. `beside`, of a request that waits: gets the events of `watch` for its modem, "begun" of the
        request itself, and None while nothing comes, each second. Ctrl-C cancels the request on the wire and then goes
        on as KeyboardInterrupt."""
        result: dict[str, Any] = {}
        joined = IN_ROWS.get(cmd) if on_row is None else None
        rows: list[Any] = []
        on_row = rows.append if on_row is None else on_row
        asked = fields if joined is None else {"rows": True, **fields}
        for message in self._conversation(cmd, asked, on_event, patience_s, beside):
            if "row" not in message:
                result = _result(message)
            else:
                on_row(message["row"])
        # A daemon that knows no rows here has sent the whole list in its result.
        return result if joined is None or joined in result else {joined: rows}

    def rows(self, cmd: str, *, patience_s: float | None = None, **fields: Any) -> Iterator[dict[str, Any]]:
        """The rows of `history` or `alerts`, the events of `watch`, as they arrive. `patience_s`: longest silence of
        the daemon, math.inf for none."""
        for message in self._conversation(cmd, fields, None, patience_s):
            if isinstance(message.get("row"), dict):
                yield message["row"]
            else:
                _result(message)

    def stop(self) -> None:
        """Asks for the end of the request that runs; what it still has to say is read as before. May be called in a
        signal's handler."""
        self._send({"id": self._last_id, "cancel": True})

    def hang_up(self) -> None:
        """Ends the connection for who waits on it, as DaemonUnreachable "gone". From any thread."""
        with contextlib.suppress(OSError):  # it has ended already
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends the connection; what is still under way is cancelled by the daemon. Idempotent."""
        self._socket.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _conversation(
        self,
        cmd: str,
        fields: Mapping[str, Any],
        on_event: OnEvent | None,
        patience_s: float | None,
        beside: Beside | None = None,
    ) -> Iterator[dict[str, Any]]:
        self._last_id += 1
        ident = self._last_id
        patience_s = _patience_s(cmd, fields) if patience_s is None else patience_s
        watching = None if beside is None else _Watching(beside, f"{ident} watch", fields.get("modem"))
        try:
            self._send({"id": ident, "cmd": cmd, **fields})
            deadline = time.monotonic() + patience_s
            while True:
                message = self._receive(deadline, watching)
                if message.get("id") != ident:
                    if watching is not None and message.get("id") == watching.ident:
                        watching.told(message)
                    if message.get("id") is None and message.get("ok") is False:
                        _result(message)  # the daemon is about to end this connection, and says why
                    continue  # the end of something that was cancelled earlier
                deadline = time.monotonic() + patience_s
                if message.get("event") == "begun":
                    if beside is not None:
                        beside(message)
                    continue
                if "event" in message:
                    answer = None if on_event is None else on_event(message)
                    self._send({"id": ident, "cancel": True} if answer is None else {"id": ident, "answer": answer})
                    deadline = time.monotonic() + patience_s  # the person may have thought for long
                    continue
                yield message
                if "ok" in message:
                    return
        except KeyboardInterrupt:
            self._cancel(ident)
            raise

    def _cancel(self, ident: int) -> None:
        """Best effort: an impatient second Ctrl-C, or a daemon that is gone, ends it too."""
        deadline = time.monotonic() + CANCEL_TIMEOUT_S
        try:
            self._send({"id": ident, "cancel": True})
            while True:
                message = self._receive(deadline)
                if message.get("id") == ident and "ok" in message:
                    return
        except (ModemdError, KeyboardInterrupt):
            return

    def _send(self, message: Mapping[str, Any]) -> None:
        line = encode_line(message)
        if len(line) > MAX_LINE_BYTES:
            raise RefusedError("the request is larger than 64 KiB: make it shorter", code="bad request")
        try:
            self._socket.settimeout(CONNECT_TIMEOUT_S)
            self._socket.sendall(line)
        except OSError as error:
            raise self._gone() from error

    def _receive(self, deadline: float, watching: _Watching | None = None) -> dict[str, Any]:
        while b"\n" not in self._buffer:
            if len(self._buffer) >= MAX_LINE_BYTES:
                raise ProtocolError(f"the program at {self.path} sends lines over 64 KiB: is it really modemd?")
            try:
                limit = deadline if watching is None else min(deadline, watching.due)
                # A limit of 0 would mean "do not block": the smallest wait that is one serves as "too late".
                self._socket.settimeout(None if limit == math.inf else max(limit - time.monotonic(), 0.001))
                data = self._socket.recv(MAX_LINE_BYTES)
            except TimeoutError as error:
                if watching is not None and time.monotonic() < deadline:
                    watching.tick(self)
                    continue
                raise _silent(self.path) from error
            except OSError as error:
                raise self._gone() from error
            if not data:
                raise self._gone()
            self._buffer += data
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer[:] = rest
        return decode_line(line)

    def _gone(self) -> DaemonUnreachable:
        return DaemonUnreachable(line_of("gone", about=self.path), code="gone")


class _Watching:
    """What goes on beside a request that waits: begun only when the answer does not come at once."""

    def __init__(self, beside: Beside, ident: str, modem: object) -> None:
        self.ident, self.due = ident, time.monotonic() + FIRST_TICK_S
        self._beside, self._modem, self._begun = beside, modem, False

    def tick(self, client: Client) -> None:
        self.due = time.monotonic() + TICK_S
        if not self._begun:
            self._begun = True
            client._send({"id": self.ident, "cmd": "watch", "modem": self._modem})
        self._beside(None)

    def told(self, message: Mapping[str, Any]) -> None:
        if isinstance(message.get("row"), dict):
            self._beside(message["row"])


_TELLING = {"permission": -3, "silent": -2, "protocol": -2, "not running": -1}


def _open(path: str, timeout_s: float) -> socket.socket:
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise DaemonUnreachable(line_of("path", about=path), code="path")
    if "\0" in path:
        raise DaemonUnreachable(line_of("path", about="it holds a NUL character"), code="path")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        connection.connect(path)
    except OSError as error:
        connection.close()
        raise _unreachable(path, error) from error
    return connection


def _unreachable(path: str, error: OSError) -> DaemonUnreachable:
    if isinstance(error, PermissionError):
        return DaemonUnreachable(line_of("permission", about=path), code="permission")
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ECONNREFUSED}:
        found = "nobody answers at" if error.errno == errno.ECONNREFUSED else "there is no socket"
        return DaemonUnreachable(line_of("not running", about=f"{found} {path}"), code="not running")
    if error.errno == errno.EAGAIN or isinstance(error, TimeoutError):
        return _silent(path)
    return DaemonUnreachable(line_of("unreachable", about=f"{path}: {os.strerror(error.errno or 0)}"))


def _silent(path: str) -> DaemonUnreachable:
    return DaemonUnreachable(situation("daemon silent", path=path), code="silent")


def _check_hello(hello: Mapping[str, Any], path: str) -> None:
    if hello.get("ok") is False:
        _result(hello)
    if hello.get("hello") != "modemd":
        raise DaemonUnreachable(line_of("protocol", about=path), code="protocol")
    if hello.get("protocol") != PROTOCOL:
        version = f"{path} is of version {hello.get('version')}"
        raise DaemonUnreachable(line_of("protocol", about=version), code="protocol")


def _result(message: Mapping[str, Any]) -> dict[str, Any]:
    if message.get("ok") is True and isinstance(message.get("result"), dict):
        return dict(message["result"])
    error = message.get("error")
    if message.get("ok") is not False or not isinstance(error, dict):
        raise ProtocolError(
            "the daemon's answer makes no sense: is it of another version? sudo systemctl restart modemd"
        )
    code, text = str(error.get("code", "failed")), str(error.get("message", "failed"))
    if code in {"forbidden", "too many clients", "no request", "shutting down"}:
        raise DaemonUnreachable(text, code=code)
    if code == "failed":
        raise ModemdError(text, code=code)
    raise RefusedError(text, code=code)


def _patience_s(cmd: str, fields: Mapping[str, Any]) -> float:
    if cmd == "watch":
        return math.inf  # nothing may happen for days; a daemon that ends closes the connection
    if cmd == "balance" and not fields.get("cached"):
        return QUERY_TIMEOUT_S
    if cmd == "ussd":
        timeout_s = fields.get("timeout_s")
        turns = 1 + len(fields.get("replies") or ())
        return TURN_MARGIN_S + turns * (timeout_s if isinstance(timeout_s, int | float) else 45.0)
    return STORE_TIMEOUT_S
