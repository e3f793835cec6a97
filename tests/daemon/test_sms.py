"""Short messages through the daemon: the request `sms`, and the real process on the fake modem."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from modemd.daemon.connection import Peer
from modemd.daemon.control import Client
from modemd.errors import DaemonUnreachable
from modemd.modem.requests import SmsList, SmsListing
from modemd.records import ModemSettings, SmsMessage, SmsPlace, SmsStorage

Factory = Callable[..., Any]
HOME = ModemSettings(name="home", port="/dev/null")


def config(port: object, extra: str = "") -> str:
    return f"""
[daemon]
socket = "s"
state = "state"
[[modem]]
name = "home"
port = "{port}"
every = "off"
{extra}
"""


class Listing(threading.Thread):
    """`sms` in a thread of its own."""

    def __init__(self, path: str, **fields: Any) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []
        self._client = Client.connect(path)
        self._fields = fields
        self._end: dict[str, Any] = {}
        self.start()

    def run(self) -> None:
        with self._client:
            self._end = self._client.request("sms", on_row=self.rows.append, **self._fields)

    @property
    def end(self) -> dict[str, Any]:
        self.join(10)
        assert not self.is_alive()
        return self._end


def test_rows_and_storages(office: Any) -> None:
    """A row a message with the keys of the interface, then how full the storages are and what was hidden."""
    office.configure(HOME)
    listing = Listing(office.path)
    future = office.owners["home"].wait()
    assert office.owners["home"].asked[-1][0] == SmsList(may_mark=False)
    message = SmsMessage(
        sender="MTS",
        text="Balance 5",
        status="unread",
        sent_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        places=(SmsPlace(storage="SM", index=3),),
    )
    storages = (SmsStorage(name="SM", used=3, places=20),)
    future.set_result(SmsListing(messages=(message,), hidden=2, storages=storages))
    assert listing.end == {
        "modem": "home",
        "rows": 1,
        "hidden": 2,
        "storages": [{"name": "SM", "used": 3, "places": 20}],
        "error": None,
        "hint": None,
    }
    assert listing.rows == [
        {
            "modem": "home",
            "places": [{"storage": "SM", "index": 3}],
            "status": "unread",
            "sender": "MTS",
            "sent_at": "2026-03-01T09:30:00Z",
            "text": "Balance 5",
            "parts": 1,
            "missing": 0,
        }
    ]


def test_a_list_that_fails(office: Any) -> None:
    """The phrase and the line for people; with `mark_read` the owner thread is told so."""
    office.configure(HOME)
    listing = Listing(office.path, mark_read=True)
    future = office.owners["home"].wait()
    assert office.owners["home"].asked[-1][0] == SmsList(may_mark=True)
    future.set_result(SmsListing(error="not supported", hint="no storage"))
    assert (listing.end["error"], listing.end["hint"], listing.rows) == ("not supported", "no storage", [])


def test_messages_are_for_those_who_may_dial(office: Any) -> None:
    """The group may ask for balances, and not read somebody's messages."""
    office.configure(HOME)
    office.peer = Peer(pid=1, uid=4242, gids=frozenset({office.desk._group or 0}))
    with pytest.raises(DaemonUnreachable) as caught, Client.connect(office.path) as client:
        client.request("sms")
    assert caught.value.code == "forbidden"
    assert office.owners["home"].asked == []


def test_a_longest_message_fits_a_line(office: Any) -> None:
    """255 parts in an alphabet of three octets a letter still are one line of the protocol."""
    office.configure(HOME)
    listing = Listing(office.path)
    office.owners["home"].wait().set_result(SmsListing(messages=(SmsMessage(sender="x", text="中" * 30_000),)))
    assert listing.end["rows"] == 1
    assert len(listing.rows[0]["text"]) >= 17_085


def test_the_answer_by_sms_end_to_end(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    """`modemd balance` gives the message's number; the list shows both messages as unread as they were."""
    modem = fake_modem("sms-answer")
    daemon = run_daemon(write_config(config(modem.path)), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    asked = daemon.cli("balance", "--json")
    row = json.loads(asked.stdout)
    assert (asked.returncode, row["balance"], row["channel"], row["code"]) == (0, "57.30", "sms", "*100#")
    listed = daemon.cli("sms", "list", "--json")
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert listed.returncode == 0, listed.stderr
    assert [(one["sender"], one["status"]) for one in rows] == [("+79261234567", "unread"), ("MegaFon", "unread")]
    assert not any(line.startswith("AT+CMGD") for line in modem.commands)
    assert modem.sms_touched == []
    assert "Мама" not in daemon.log
    assert "9261234567" not in daemon.log


def test_an_operator_that_writes_by_itself(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    """A balance that nobody asked for is a reading of origin sms, in history and status; a stranger's is nothing."""
    modem = fake_modem("sms-answer")
    daemon = run_daemon(write_config(config(modem.path)), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    modem.deliver_sms("Ваш баланс: 9999 руб.", "+79261234567")
    modem.deliver_sms("Ваш баланс: 8.15 руб.", "MegaFon")
    daemon.wait_told("8.15 RUB")
    rows = [json.loads(line) for line in daemon.cli("history", "--json").stdout.splitlines()]
    assert [(row["origin"], row["channel"], row["balance"]) for row in rows] == [("sms", "sms", "8.15")]
    assert modem.sms_touched == []


def test_sigterm_while_a_message_is_awaited(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    """The process is gone within 5 s, and who asked hears why."""
    modem = fake_modem("sms-full")  # the message never comes: the SIM is full
    daemon = run_daemon(write_config(config(modem.path)), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(daemon.cli("balance")))
    asking.start()
    assert modem.wait_for(lambda m: any(line.startswith("AT+CPMS") for line in m.commands))
    began = time.monotonic()
    code, took_s = daemon.stop()
    asking.join(10)
    assert (code, took_s < 5) == (0, True)
    assert time.monotonic() - began < 10
    assert answers[0].returncode in (1, 3)
    assert modem.sms_touched == []
