"""Clients that watch: what they may ask, the slow, the many, and how a subscription ends."""

from __future__ import annotations

import itertools
import json
import os
import socket
from dataclasses import replace
from typing import Any

import pytest

from modemd.daemon.connection import Peer
from modemd.daemon.control import MAX_CLIENTS, MAX_LINE_BYTES, Client
from modemd.daemon.listener import group_id
from modemd.daemon.watch import MAX_UNREAD_BYTES
from modemd.errors import DaemonUnreachable, ModemdError, RefusedError, StoreError
from tests.daemon.watching import HOME, VAN, add, seqs, soon, tell

DEADLINE_S = 10.0


@pytest.mark.parametrize("since", ["17", 1.5, -1, True, [], 1 << 63])
def test_a_wrong_since_is_refused(office: Any, watch: Any, since: object) -> None:
    """With the field, what it wants, and what means all."""
    office.configure(HOME)
    with pytest.raises(RefusedError, match="`since` must be the `seq` of the last row that you have") as caught:
        next(watch(since=since).events)
    assert caught.value.code == "bad request"


def test_a_wrong_modem_is_refused(office: Any, watch: Any) -> None:
    """As everywhere: the names that there are; and a text it must be."""
    office.configure(HOME, VAN)
    with pytest.raises(RefusedError, match="there is home, van"):
        next(watch(modem="car").events)
    with pytest.raises(RefusedError, match="`modem` must be a text"):
        next(watch(modem=7).events)


def test_the_group_may_watch_and_others_may_not(office: Any, watch: Any) -> None:
    """The right of `status`."""
    office.configure(HOME)
    group = found if (found := group_id()) is not None else os.getegid()
    office.peer = Peer(pid=1, uid=4242, gids=frozenset({group}))
    assert watch().until("live")
    office.peer = Peer(pid=1, uid=4242, gids=frozenset())
    with pytest.raises(DaemonUnreachable, match="usermod -aG modemd"):
        next(watch().events)


def test_who_never_reads_is_dropped_and_nobody_waits(office: Any, watch: Any) -> None:
    """The other one gets every row; the memory that the first one may fill is bounded."""
    office.configure(HOME)
    deaf = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    deaf.settimeout(DEADLINE_S)
    deaf.connect(office.path)
    deaf.sendall(b'{"id": 1, "cmd": "watch"}\n')
    watcher = watch()
    watcher.until("live")
    soon(office, lambda: None)
    text = "x" * 20_000
    count = 2 * MAX_UNREAD_BYTES // len(text) + 20  # more than our bound and the kernel's buffer together
    for number in range(count):
        tell(office, add(office, str(number), text=text))
        assert seqs(watcher.until("reading")) == [number + 1]
    assert office.watch.watched
    lines = deaf.makefile("rb").readlines()  # it reads after all: whole lines to the last, which says why
    told = [json.loads(line) for line in lines]
    assert told[-1] == {
        "id": None,
        "ok": False,
        "error": {
            "code": "too slow",
            "message": "too much waited to be read (256 KiB): let the program read faster, and ask again with `since`",
        },
    }
    kept = seqs([message["row"] for message in told[1:-1]])
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) < count
    deaf.close()
    tell(office, add(office, "7"))
    assert seqs(watcher.until("reading")) == [count + 1]


def test_a_row_too_long_for_a_line_comes_without_its_text(office: Any, watch: Any) -> None:
    """The rest of it does come."""
    office.configure(HOME)
    watcher = watch()
    watcher.until("live")
    tell(office, add(office, "7", text="x" * MAX_LINE_BYTES))
    (event,) = watcher.until("reading")
    assert (event["measurement"]["balance"], event["measurement"]["text"]) == ("7", None)
    assert watch(since=0).until("live")[-2] == event


def test_many_clients_get_everything(office: Any, watch: Any) -> None:
    """As many as the socket takes, from different rows on."""
    office.configure(HOME)
    for number in range(MAX_CLIENTS):
        add(office, str(number))
    watchers = [watch(since=number) for number in range(MAX_CLIENTS)]
    came = [watcher.until("live") for watcher in watchers]
    assert [len(seqs(events)) for events in came] == list(range(MAX_CLIENTS, 0, -1))
    tell(office, add(office, "7"))
    assert [seqs(watcher.until("reading")) for watcher in watchers] == [[MAX_CLIENTS + 1]] * MAX_CLIENTS


def test_more_subscriptions_than_clients_are_refused(office: Any) -> None:
    """One connection cannot hold a thousand of them."""
    office.configure(HOME)
    opened = []
    for _ in range(2):
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        raw.settimeout(DEADLINE_S)
        raw.connect(office.path)
        raw.sendall(b"".join(b'{"id": %d, "cmd": "watch"}\n' % ident for ident in range(32)))
        opened.append(raw)
    for raw in opened:
        live = sum(b'"live"' in line for line in itertools.islice(raw.makefile("rb"), 1 + 2 * 32))
        assert live == 32
    with Client.connect(office.path) as client, pytest.raises(RefusedError, match="64 requests watch") as caught:
        list(client.rows("watch", patience_s=DEADLINE_S))
    assert caught.value.code == "busy"
    for raw in opened:
        raw.close()


def test_it_ends_when_the_client_takes_it_back(office: Any, watch: Any) -> None:
    """The last number is the result, and the connection is good for more."""
    office.configure(HOME)
    add(office, "1")
    watcher = watch()
    watcher.until("live")
    tell(office, add(office, "2"))
    watcher.until("reading")
    watcher.client._send({"id": 1, "cancel": True})
    assert list(watcher.events) == []
    assert watcher.client.request("status")["modems"]
    assert not office.watch.watched


def test_who_goes_away_is_forgotten(office: Any, watch: Any) -> None:
    """A dead client is noticed by its socket, without a wake-up of the daemon's own."""
    office.configure(HOME)
    watcher, other = watch(), watch()
    watcher.until("live")
    other.until("live")
    watcher.client.close()
    with Client.connect(office.path) as client:
        client.request("status")  # the loop has seen the end of the other one when it answers this
    tell(office, add(office, "1"))
    assert seqs(other.until("reading")) == [1]


def test_the_end_of_the_daemon_is_said(office: Any, watch: Any) -> None:
    """One clear line."""
    office.configure(HOME)
    watcher = watch()
    watcher.until("live")
    office.close()
    with pytest.raises(DaemonUnreachable, match="shutting down: ask again when it runs"):
        next(watcher.events)


def test_a_store_that_fails_during_the_replay(office: Any, watch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request ends with the reason; the daemon and other clients go on."""
    office.configure(HOME)
    other = watch()
    other.until("live")

    def broken(*_args: object, **_fields: object) -> list[Any]:
        raise StoreError("the SD card fails: check it")

    monkeypatch.setattr(office.store, "rows_after", broken)
    with pytest.raises(ModemdError, match="the SD card fails"):
        watch(since=0).until("live")
    tell(office, add(office, "1"))
    assert seqs(other.until("reading")) == [1]


def test_nobody_watches_and_nothing_is_read(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is left alone: a subscription that nobody has costs nothing."""
    office.configure(HOME)
    m = add(office, "1")
    snapshot = replace(office.owners["home"].snapshot, state="busy")
    read: list[str] = []
    real = office.store._rows

    def rows(*query: Any) -> Any:
        read.append(query[0])
        return real(*query)

    monkeypatch.setattr(office.store, "_rows", rows)
    office.watch.measured(m)
    office.watch.snapshot(snapshot)
    office.watch.alerts()
    assert read == []
