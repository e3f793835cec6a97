"""Who gets a place at the control socket, and for how long: users, root, silent clients. The clock is the test's."""

from __future__ import annotations

import math
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modemd.daemon.connection import SILENT_S, Peer, Request
from modemd.daemon.control import MAX_CLIENTS, Client
from modemd.daemon.server import KEPT_PLACES, MAX_OF_ONE_USER, Server
from modemd.errors import DaemonUnreachable

DEADLINE_S = 10.0


class Served:
    """A server in a thread; `uid` is who connects next, `now` what time it is."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.uid = os.geteuid()
        self.now = 1000.0
        self.requests: list[Request] = []
        self.arrived = threading.Semaphore(0)
        self._stop = False
        self.server = Server(self.path, self._handle, credentials=self._who, monotonic=lambda: self.now)
        self.server.open()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def pass_time(self, seconds: float) -> None:
        self.soon(lambda: setattr(self, "now", self.now + seconds))
        self.soon(lambda: None)  # a whole turn of the loop is over

    def soon(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def call() -> None:
            act()
            done.set()

        self.server.call_soon(call)
        assert done.wait(DEADLINE_S)

    def close(self) -> None:
        self.server.call_soon(lambda: setattr(self, "_stop", True))
        self._thread.join(DEADLINE_S)
        self.server.close()

    def _run(self) -> None:
        while not self._stop:
            self.server.run_once(None)

    def _who(self, _connection: socket.socket) -> Peer:
        return Peer(pid=1, uid=self.uid, gids=frozenset())

    def _handle(self, request: Request) -> None:
        self.requests.append(request)
        if request.message["cmd"] == "status":
            request.finish({"modems": []})
        self.arrived.release()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "s")
    yield served
    served.close()


@pytest.fixture
def come_in(served: Served) -> Iterator[Callable[..., Client]]:
    """come_in(uid): a client of that user; closed behind the test."""
    clients: list[Client] = []

    def connect(uid: int | None = None) -> Client:
        served.uid = os.geteuid() if uid is None else uid
        clients.append(Client.connect(served.path))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def refusal(come_in: Callable[..., Client], uid: int) -> str:
    with pytest.raises(DaemonUnreachable) as caught:
        come_in(uid)
    assert caught.value.code == "too many clients"
    return caught.value.message


def test_one_user_has_16_places(come_in: Callable[..., Client]) -> None:
    """The 17th is turned away with the reason; another user and the daemon's own are not."""
    for _ in range(MAX_OF_ONE_USER):
        come_in(4242)
    assert "16 of this user are connected" in refusal(come_in, 4242)
    come_in(4243)
    come_in()


def test_the_last_places_are_kept_for_root(come_in: Callable[..., Client]) -> None:
    """Many users together do not lock root and the daemon's user out."""
    for i in range(MAX_CLIENTS - KEPT_PLACES):
        come_in(4242 + i % 4)
    assert "8 places are root's" in refusal(come_in, 5000)
    for i in range(KEPT_PLACES):
        come_in(0 if i % 2 else None)
    assert "takes (64)" in refusal(come_in, 0)


def test_a_place_is_free_again(come_in: Callable[..., Client], served: Served) -> None:
    """When one of them goes."""
    clients = [come_in(4242) for _ in range(MAX_OF_ONE_USER)]
    clients[0].close()
    served.pass_time(0)
    come_in(4242)


@pytest.mark.parametrize("sent", [b"", b'{"id": 1, "cm', b'{"id": 7, "cancel": true}\n'])
def test_a_silent_client_is_dropped(served: Served, come_in: Callable[..., Client], sent: bytes) -> None:
    """A minute behind its beginning: half a line, and a line that asks for nothing, are silence too."""
    client: Any = come_in()
    served.pass_time(SILENT_S - 1)
    client._socket.sendall(sent)
    served.pass_time(0)
    served.pass_time(2)
    with pytest.raises(DaemonUnreachable) as caught:
        client.request("status")
    assert caught.value.code in ("no request", "gone")  # gone: the request found the connection closed
    client._socket.settimeout(DEADLINE_S)


def test_it_is_told_why(served: Served, come_in: Callable[..., Client]) -> None:
    """The last line that a silent client gets."""
    client = come_in()
    served.pass_time(SILENT_S + 1)
    message = client._receive(math.inf)
    assert (message["id"], message["error"]["code"]) == (None, "no request")
    assert "for a minute" in message["error"]["message"]


def test_who_asks_now_and_then_stays(served: Served, come_in: Callable[..., Client]) -> None:
    """The minute begins with the end of each request."""
    client = come_in()
    for _ in range(3):
        served.pass_time(SILENT_S - 1)
        assert client.request("status") == {"modems": []}


def test_who_waits_for_an_answer_stays(served: Served, come_in: Callable[..., Client]) -> None:
    """A request that is under way, like a watch, keeps the place however long it takes."""
    client = come_in()
    client._send({"id": 1, "cmd": "watch"})
    assert served.arrived.acquire(timeout=DEADLINE_S)
    served.pass_time(SILENT_S * 100)
    served.soon(lambda: served.requests[0].finish({"seq": 1}))
    assert client._receive(math.inf)["result"] == {"seq": 1}
