"""The control socket: hello, lines, limits, clients that misbehave or go away, and its place in the file system."""

from __future__ import annotations

import json
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modemd.daemon.connection import Request
from modemd.daemon.control import MAX_CLIENTS, MAX_LINE_BYTES, Client, decode_line, encode_line, socket_candidates
from modemd.daemon.server import MAX_OUTPUT_BYTES, PUMP_S, Server
from modemd.errors import DaemonUnreachable, ModemdError, ProtocolError, RefusedError, StateInUse, StoreError

DEADLINE_S = 10.0


class Served:
    """A server with its loop in a thread; requests wait in `requests` unless `answers` knows their command."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.answers: dict[str, Callable[[Request], None]] = {}
        self.arrived = threading.Semaphore(0)
        self.requests: list[Request] = []
        self.cancelled = threading.Event()
        self.server = Server(self.path, self._handle)
        self.server.open()
        self._stop = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self.server.call_soon(lambda: setattr(self, "_stop", True))
        self._thread.join(DEADLINE_S)
        self.server.close()

    def _run(self) -> None:
        while not self._stop:
            self.server.run_once(None)

    def _handle(self, request: Request) -> None:
        request.on_cancel = self.cancelled.set
        cmd = request.message["cmd"]
        if cmd in self.answers:
            self.answers[cmd](request)
        self.requests.append(request)
        self.arrived.release()

    def wait(self) -> Request:
        assert self.arrived.acquire(timeout=DEADLINE_S)
        return self.requests[-1]


class Raw:
    """A client that can break the protocol."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def line(self) -> dict[str, Any]:
        return json.loads(self.file.readline())  # type: ignore[no-any-return]

    def at_end(self) -> bool:
        try:
            return self.file.readline() == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "s")
    yield served
    served.close()


@pytest.fixture
def raw(served: Served) -> Iterator[Raw]:
    raw = Raw(served.path)
    yield raw
    raw.close()


def test_the_server_speaks_first(raw: Raw) -> None:
    """The first line is the hello with the protocol's version, before anything is asked."""
    hello = raw.line()
    assert list(hello) == ["hello", "protocol", "version"]
    assert (hello["hello"], hello["protocol"]) == ("modemd", 1)


def test_a_request_and_its_answer(served: Served) -> None:
    """The client gets the result object of its own request."""
    served.answers["status"] = lambda request: request.finish({"modems": []})
    with Client.connect(served.path) as client:
        assert client.request("status") == {"modems": []}


def test_several_requests_at_once_end_in_any_order(served: Served, raw: Raw) -> None:
    """Ids may be numbers or words; the answer to the second may come first."""
    raw.line()
    raw.send(b'{"id": 1, "cmd": "a"}\n{"id": "two", "cmd": "b"}\n')
    served.wait()
    second = served.wait()
    first = served.requests[0]
    served.server.call_soon(lambda: second.finish({"n": 2}))
    served.server.call_soon(lambda: first.finish({"n": 1}))
    assert [raw.line()["id"], raw.line()["id"]] == ["two", 1]


def test_a_line_in_pieces(served: Served, raw: Raw) -> None:
    """Octets may come one at a time."""
    raw.line()
    for byte in b'{"id": 1, "cmd": "a"}\n':
        raw.send(bytes([byte]))
    assert served.wait().message["cmd"] == "a"


def test_long_histories_take_turns(tmp_path: Path) -> None:
    """Rows that take their time are fetched for PUMP_S a turn, for all clients together; all of them get on."""
    now = [1000.0]

    def slow(total: int) -> Iterator[dict[str, Any]]:
        for number in range(total):
            now[0] += PUMP_S * 0.6
            yield {"n": number}

    path = str(tmp_path / "s")
    server = Server(path, lambda request: request.rows(slow(6)), monotonic=lambda: now[0])
    server.open()
    clients = []
    for _ in range(3):
        clients.append(Raw(path))
        clients[-1].send(b'{"id": 1, "cmd": "history"}\n')
    for _ in range(3 * 6 + 6):
        before = now[0]
        server.run_once(0.0)
        assert now[0] - before < 2.5 * PUMP_S  # it fetches twice a turn, and the last row of each may be late
    for raw in clients:
        assert [raw.line().get("row", {}).get("n") for _ in range(7)] == [None, *range(6)]
        raw.close()
    server.close()


def test_menu_events_are_answered(served: Served) -> None:
    """An event reaches on_event, its answer reaches the request, and the same id ends."""
    got: list[str] = []

    def ask(request: Request) -> None:
        def answered(text: str) -> None:
            got.append(text)
            request.finish({"text": "done"})

        request.on_answer = answered
        request.event("menu", text="1 Balance")

    served.answers["ussd"] = ask
    with Client.connect(served.path) as client:
        result = client.request("ussd", on_event=lambda event: "1" if event["text"] == "1 Balance" else None)
    assert (got, result) == (["1"], {"text": "done"})


def test_a_menu_nobody_answers_is_cancelled(served: Served) -> None:
    """Without on_event the client ends the session instead of leaving it open."""

    def ask(request: Request) -> None:
        request.on_cancel = lambda: request.finish({"error": "cancelled"})
        request.event("menu", text="1 Balance")

    served.answers["ussd"] = ask
    with Client.connect(served.path) as client:
        assert client.request("ussd") == {"error": "cancelled"}


def test_rows_arrive_in_order_and_are_counted(served: Served) -> None:
    """A long history passes a small buffer, row by row."""
    served.answers["history"] = lambda request: request.rows(iter([{"n": n, "text": "x" * 500} for n in range(5000)]))
    with Client.connect(served.path) as client:
        assert [row["n"] for row in client.rows("history")] == list(range(5000))


def test_a_client_that_goes_away_cancels(served: Served, raw: Raw) -> None:
    """The end of the connection takes back what it asked for."""
    raw.line()
    raw.send(b'{"id": 1, "cmd": "balance"}\n')
    served.wait()
    raw.close()
    assert served.cancelled.wait(DEADLINE_S)


def test_answers_to_finished_requests_are_no_fault(served: Served, raw: Raw) -> None:
    """A menu answer that crosses its request's end on the wire is dropped, the connection lives."""
    served.answers["a"] = lambda request: request.finish({})
    raw.line()
    raw.send(b'{"id": 1, "answer": "1"}\n{"id": 1, "cancel": true}\n{"id": 2, "cmd": "a"}\n')
    assert raw.line() == {"id": 2, "ok": True, "result": {}}


@pytest.mark.parametrize(
    "line",
    [b"hello\n", b"[1]\n", b"\xff\xfe\n", b'{"cmd": "a"}\n',
     b'{"id": true, "cmd": "a"}\n', b'{"id": 1e999, "cmd": "a"}\n',
     b"[" * 3000 + b"\n", b"x" * MAX_LINE_BYTES + b"\n", b"x" * (3 * MAX_LINE_BYTES)],
    ids=["word", "list", "not-utf8", "no-id", "bool-id", "float-id", "deep", "one-too-long", "endless"],
)  # fmt: skip
def test_a_broken_line_ends_the_connection(served: Served, raw: Raw, line: bytes) -> None:
    """One error line, then the end; the next client is served."""
    raw.line()
    try:
        raw.send(line)
        answer = raw.line()
        assert (answer["ok"], answer["error"]["code"]) == (False, "bad request")
    except (BrokenPipeError, ConnectionResetError):
        pass  # it was closed while we still wrote
    assert raw.at_end()
    served.answers["a"] = lambda request: request.finish({})
    with Client.connect(served.path) as client:
        assert client.request("a") == {}


def test_the_longest_line_is_64_kib(served: Served, raw: Raw) -> None:
    """65,536 octets with the newline are still a request."""
    raw.line()
    head, tail = b'{"id": 1, "cmd": "', b'"}\n'
    raw.send(head + b"a" * (MAX_LINE_BYTES - len(head) - len(tail)) + tail)
    assert len(str(served.wait().message["cmd"])) > 65_000


def test_an_id_in_use_is_refused(served: Served, raw: Raw) -> None:
    """The second request of an id fails, the first goes on."""
    raw.line()
    raw.send(b'{"id": 1, "cmd": "a"}\n{"id": 1, "cmd": "a"}\n')
    assert raw.line()["error"]["code"] == "bad request"
    first = served.wait()
    served.server.call_soon(lambda: first.finish({}))
    assert raw.line()["ok"] is True


def test_64_clients_and_no_more(served: Served) -> None:
    """The 65th is told so and turned away; when one leaves there is room again."""
    clients = [Client.connect(served.path) for _ in range(MAX_CLIENTS)]
    with pytest.raises(DaemonUnreachable) as caught:
        Client.connect(served.path)
    assert caught.value.code == "too many clients"
    served.answers["a"] = lambda request: request.finish({})
    clients.pop().close()
    clients[0].request("a")  # the loop has seen the end of the other one when it answers this
    with Client.connect(served.path) as late:
        late.request("a")
    for client in clients:
        client.close()


def test_a_client_that_does_not_read_is_dropped(served: Served, raw: Raw) -> None:
    """Output that piles up ends that connection, not the daemon; others are served meanwhile."""
    raw.send(b'{"id": 1, "cmd": "a"}\n')
    flooded = served.wait()

    def flood() -> None:
        for _ in range(3 * MAX_OUTPUT_BYTES // 60_000):
            flooded.event("menu", text="x" * 60_000)

    served.server.call_soon(flood)
    assert served.cancelled.wait(DEADLINE_S)
    served.answers["b"] = lambda request: request.finish({})
    with Client.connect(served.path) as client:
        assert client.request("b") == {}


def test_a_bug_in_an_answer_ends_the_request_only(served: Served) -> None:
    """An exception nobody foresaw is an answer with the code "failed"; the daemon goes on."""

    def broken(request: Request) -> None:
        raise ZeroDivisionError

    def half(request: Request) -> None:
        request.rows({"n": 1 // n} for n in (1, 0))

    served.answers.update(broken=broken, half=half, fine=lambda request: request.finish({}))
    with Client.connect(served.path) as client:
        for cmd in ("broken", "half"):
            with pytest.raises(ModemdError) as caught:
                list(client.rows(cmd))
            assert caught.value.code == "failed"
        assert client.request("fine") == {}


def test_failures_become_the_errors_of_who_must_act(served: Served) -> None:
    """ "forbidden" is exit 3's error, "no such modem" the asker's, with the daemon's message."""
    served.answers["f"] = lambda request: request.fail("forbidden", "not you")
    served.answers["n"] = lambda request: request.fail("no such modem", "there is home")
    with Client.connect(served.path) as client:
        with pytest.raises(DaemonUnreachable, match="not you"):
            client.request("f")
        with pytest.raises(RefusedError, match="there is home") as caught:
            client.request("n")
    assert caught.value.code == "no such modem"


def test_ctrl_c_cancels_on_the_wire(served: Served) -> None:
    """KeyboardInterrupt takes the request back, waits for its end, and goes on."""

    def ask(request: Request) -> None:
        request.on_cancel = lambda: request.finish({})
        request.event("menu", text="?")

    served.answers["ussd"] = ask

    def interrupted(event: dict[str, Any]) -> str:
        raise KeyboardInterrupt

    with Client.connect(served.path) as client, pytest.raises(KeyboardInterrupt):
        client.request("ussd", on_event=interrupted)
    assert served.requests[0].open is False


def test_the_socket_is_for_owner_and_group(served: Served) -> None:
    """0660 from the first moment on."""
    assert stat.S_IMODE(Path(served.path).stat().st_mode) == 0o660


def test_close_tells_clients_and_removes_the_socket(tmp_path: Path) -> None:
    """Who waits hears "shutting down"; the file is gone."""
    served = Served(tmp_path / "s")
    raw = Raw(served.path)
    raw.line()
    served.close()
    assert raw.line()["error"]["code"] == "shutting down"
    raw.close()
    assert not Path(served.path).exists()


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    """What a killed daemon left behind does not stop the next one."""
    path = tmp_path / "s"
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(path))
    dead.close()
    served = Served(path)
    Client.connect(served.path).close()
    served.close()


def test_a_living_socket_is_left_alone(served: Served) -> None:
    """A second daemon is refused, and the first keeps its socket."""
    second = Server(served.path, lambda request: None)
    with pytest.raises(StateInUse, match="another daemon answers"):
        second.open()
    second.close()
    Client.connect(served.path).close()


def test_a_file_in_the_way_is_not_removed(tmp_path: Path) -> None:
    """Only sockets are ours to replace."""
    path = tmp_path / "precious"
    path.write_text("data")
    server = Server(str(path), lambda request: None)
    with pytest.raises(StoreError, match="not a socket"):
        server.open()
    server.close()
    assert path.read_text() == "data"


def test_paths_over_107_bytes_are_refused_at_both_ends(tmp_path: Path) -> None:
    """With a clear error, before the kernel cuts them."""
    path = str(tmp_path / ("x" * 107))
    server = Server(path, lambda request: None)
    with pytest.raises(StoreError, match="107 bytes"):
        server.open()
    server.close()
    with pytest.raises(DaemonUnreachable, match="107 bytes"):
        Client.connect(path)


def test_no_daemon_names_the_cure(tmp_path: Path) -> None:
    """Missing, stale, not a socket at all: one line each, with what to do."""
    with pytest.raises(DaemonUnreachable, match="systemctl start modemd"):
        Client.connect(str(tmp_path / "none"))
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(tmp_path / "dead"))
    dead.close()
    with pytest.raises(DaemonUnreachable, match="nobody answers"):
        Client.connect(str(tmp_path / "dead"))
    with pytest.raises(DaemonUnreachable):
        Client.connect(str(tmp_path))


def test_where_the_daemon_is_looked_for() -> None:
    """--socket, then MODEMD_SOCKET, then the system's, then the user's own."""
    own = {"XDG_RUNTIME_DIR": "/run/user/1000"}
    assert socket_candidates("/a", {**own, "MODEMD_SOCKET": "/b"}) == ("/a",)
    assert socket_candidates(None, {**own, "MODEMD_SOCKET": "/b"}) == ("/b",)
    assert socket_candidates(None, own) == ("/run/modemd/modemd.sock", "/run/user/1000/modemd/modemd.sock")


def test_strange_programs_are_recognised(tmp_path: Path) -> None:
    """A listener that is not modemd, or is of another protocol, is named as such."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(tmp_path / "s"))
    listener.listen()
    for said, match in (
        (b'{"hello": "other"}\n', "is not modemd"),
        (b'{"hello": "modemd", "protocol": 2}\n', "version"),
    ):
        ends: list[socket.socket] = []
        thread = threading.Thread(target=_say, args=(listener, said, ends))
        thread.start()
        with pytest.raises(DaemonUnreachable, match=match):
            Client.connect(str(tmp_path / "s"))
        thread.join()
        ends[0].close()
    with pytest.raises(DaemonUnreachable, match="does not answer"):
        Client.connect(str(tmp_path / "s"), timeout_s=0.05)
    listener.close()


def _say(listener: socket.socket, said: bytes, ends: list[socket.socket]) -> None:
    accepted, _ = listener.accept()
    accepted.sendall(said)
    ends.append(accepted)


def test_lines_survive_any_text() -> None:
    """Lone surrogates and line separators come back as they were, in one UTF-8 line."""
    message = {"text": "Баланс\n\u2028\ud800\x00"}
    line = encode_line(message)
    assert line.count(b"\n") == 1
    assert line.decode("utf-8")
    assert decode_line(line) == message
    with pytest.raises(ProtocolError):
        decode_line(b"[]")
