"""docs/protocol.md against the code: commands, their fields and rights, the keys of every object, errors, limits."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modemd.cli.main import exit_code
from modemd.daemon import connection, control, render, server
from modemd.daemon import watch as watching
from modemd.daemon.connection import Peer
from modemd.daemon.control import Client
from modemd.daemon.listener import group_id
from modemd.errors import DaemonUnreachable, ModemdError, RefusedError
from modemd.modem.requests import SmsListing
from modemd.records import ModemSnapshot, SmsMessage, UssdResult
from modemd.store import AlertRow, Delivery
from tests.daemon.watching import HOME, Watcher, add, alert, soon, tell

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
DEADLINE_S = 10.0
NAME = re.compile(r"`([a-z_]+)`")


def table(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 2, heading
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


COMMANDS = {NAME.findall(cells[0])[0]: cells for cells in table("Commands")}
OBJECTS = {cells[0].strip("*"): NAME.findall(cells[1]) for cells in table("Objects")}
EVENTS = {NAME.findall(cells[0])[0]: NAME.findall(cells[1]) for cells in table("watch")}
# What makes a handler look at every field that it knows: the default leaves some of them out.
COMPLETE: dict[str, dict[str, Any]] = {"record": {"modem": "home", "balance": False}, "ussd": {"code": "*100#"}}


class Noted(Mapping[str, Any]):
    """A request that remembers which of its fields were looked at."""

    def __init__(self, message: Mapping[str, Any], seen: set[str]) -> None:
        self._message, self._seen = message, seen

    def __getitem__(self, key: str) -> Any:
        self._seen.add(key)
        return self._message[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._message)

    def __len__(self) -> int:
        return len(self._message)


@pytest.fixture
def looked_at(office: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., set[str]]:
    """looked_at(cmd, **fields): the fields that the handler of a command reads."""
    office.configure(HOME)
    handlers = office.desk

    def of(cmd: str, **fields: Any) -> set[str]:
        seen: set[str] = set()

        def handle(request: Any) -> None:
            if request.ident == "noted":
                request.message = Noted(request.message, seen)
            handlers(request)

        monkeypatch.setattr(office.server, "_handler", handle)
        with Client.connect(office.path) as client:
            client._send({"id": "noted", "cmd": cmd, **fields})
            client.request("status")  # answered behind the other one's start
        return seen - {"cmd"}

    return of


def test_it_names_the_commands_that_there_are(office: Any) -> None:
    """No more and no less, as the daemon itself lists them."""
    office.configure(HOME)
    with Client.connect(office.path) as client, pytest.raises(RefusedError) as caught:
        client.request("nonsense")
    assert set(caught.value.message.partition("there is ")[2].split(", ")) == set(COMMANDS)


@pytest.mark.parametrize("cmd", sorted(COMMANDS))
def test_it_names_the_fields_of_each_command(looked_at: Callable[..., set[str]], cmd: str) -> None:
    """What the handler reads from the request is what the page says."""
    seen = looked_at(cmd, **COMPLETE.get(cmd, {}))
    if cmd == "record":
        seen |= looked_at(cmd, code="*100#")
    assert seen == set(NAME.findall(COMMANDS[cmd][1]))


@pytest.mark.parametrize("cmd", sorted(COMMANDS))
def test_it_says_who_may(office: Any, cmd: str) -> None:
    """*group*: a member may; *dial*: a member may not. Strangers may nothing."""
    office.configure(HOME)
    group = found if (found := group_id()) is not None else os.getegid()

    def forbidden(*groups: int) -> bool:
        office.peer = Peer(pid=1, uid=4242, gids=frozenset(groups))
        with Client.connect(office.path) as client:
            client._send({"id": 1, "cmd": cmd, **COMPLETE.get(cmd, {})})
            client._send({"id": 2, "cmd": "nonsense"})
            codes = {}
            while 2 not in codes:
                message = client._receive(time.monotonic() + DEADLINE_S)
                codes[message["id"]] = message.get("error", {}).get("code")
        return codes.get(1) == "forbidden"

    assert forbidden()
    assert forbidden(group) == {"group": False, "dial": True}[COMMANDS[cmd][2]]


def test_it_names_the_keys_of_each_object(office: Any) -> None:
    """In their order, as the one place that makes each of them does."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    raised = alert(office)
    due = Delivery(id=1, alert=raised, channel="phone", state="pending", tries=0, next_at=now)
    row = AlertRow(alert=raised, open=True, acknowledged_at=None, closed_at=None, deliveries=(due,))
    snapshot = ModemSnapshot(modem="home")
    status = render.status(
        snapshot,
        reading=None,
        level="unknown",
        next_query_at=None,
        alerts=[row],
        fallback=None,
        own_number=None,
        now=now,
    )
    made = {
        "reading": render.measurement(office.reading("1"), level="ok", days_left=None, now=now),
        "outlook": render.forecast("home", office.reading("1"), None),
        "dialogue": render.ussd("home", UssdResult(code="*100#", status="done")),
        "status": status,
        "alert": render.alert(row),
        "delivery": render.delivery(due),
        "message": render.sms("home", SmsMessage(sender="100", text=None)),
        "storages": render.storages("home", SmsListing()),
        "port": render.port(snapshot),
    }
    assert {name: list(found) for name, found in made.items()} == OBJECTS
    assert list(status["alerts"][0]) == ["id", "event", "raised_at", "text"]
    assert '`{"id", "event", "raised_at", "text"}`' in PAGE


def test_it_names_the_events_of_watch(office: Any, watch: Callable[..., Watcher]) -> None:
    """Every type, with its keys in order."""
    office.configure(HOME)
    office.store.put_alert(alert(office), ["phone"])
    (due,) = office.store.outbox_due(office.now)
    watcher = watch()
    came = watcher.until("live")
    tell(office, add(office, "1"))
    tell(office, add(office, None, error="no answer"))
    soon(office, lambda: office.watch.tried(due, None))

    def reload() -> None:
        office.configure(replace(HOME, name="van"))
        office.watch.refresh()

    soon(office, reload)
    came += watcher.until("removed")
    assert {event["type"]: list(event) for event in came} == EVENTS
    by_type = {event["type"]: event for event in came}
    for kind, key, of in (
        ("state", "status", "status"),
        ("reading", "measurement", "reading"),
        ("alert", "alert", "alert"),
        ("delivery", "delivery", "delivery"),
    ):
        assert list(by_type[kind][key]) == OBJECTS[of]


def test_it_names_the_errors() -> None:
    """Each code that the protocol's files use as one, with the exit code that the client makes of it."""
    page = {NAME.sub(r"\1", cells[0]): cells for cells in table("Errors")}
    page = {code.strip("`"): cells for code, cells in page.items()}
    used: set[str] = set()
    for name in ("connection", "server", "commands", "request_fields", "watch", "fleet", "recording"):
        text = (ROOT / "modemd" / "daemon" / f"{name}.py").read_text(encoding="utf-8")
        used |= set(re.findall(r'code="([a-z ]+)"', text))
        used |= set(
            re.findall(r'(?:\.fail|\.drop|error_line)\(\s*(?:None, |ident, |message\.get\("id"\), )?"([a-z ]+)"', text)
        )
    assert used - {"cancelled"} == set(page)  # a cancelled query ends with a result
    for code, cells in page.items():
        with pytest.raises(ModemdError) as caught:
            control._result({"id": 1, "ok": False, "error": {"code": code, "message": "why"}})
        assert exit_code(caught.value) == int(cells[2]), code
        assert isinstance(caught.value, DaemonUnreachable) == (cells[2] == "3")


def test_it_names_the_limits() -> None:
    """The numbers of the code."""
    page = [int(re.findall(r"[0-9]+", cells[1])[0]) for cells in table("Limits")]
    assert page == [
        control.MAX_LINE_BYTES,
        control.MAX_CLIENTS,
        server.KEPT_PLACES,
        server.MAX_OF_ONE_USER,
        int(connection.SILENT_S),
        server.MAX_IN_FLIGHT,
        control.MAX_CLIENTS,
        watching.MAX_UNREAD_BYTES,
        server.MAX_OUTPUT_BYTES,
        int(connection.STALLED_S),
        control.MAX_SOCKET_PATH_BYTES,
    ]


def test_no_other_page_describes_it() -> None:
    """One description cannot drift apart from itself."""
    others = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "modemd").rglob("*.py")]
    told = [path.name for path in others if '"hello": "modemd"' in path.read_text(encoding="utf-8")]
    assert sorted(told) == ["protocol.md", "server.py"]  # the page, and the line that sends it
