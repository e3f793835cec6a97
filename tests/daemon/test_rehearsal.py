"""`modemd alerts rehearse` through real servers and the fake modem's network: the arc in each."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from modemd.alerts import rules
from modemd.alerts.advice import adviser
from modemd.alerts.channels import apprise, command, servers
from modemd.alerts.raising import rehearsed
from modemd.alerts.rehearsal import acts
from modemd.cli import alerts
from modemd.daemon.rehearsal import RECEIPTS_S
from modemd.money.operators import Packs
from modemd.records import ModemSnapshot
from tests.alerts.servers import http_server, mail_server

Factory = Callable[..., Any]
ARC = ["low", "critical", "reminder", "recovered"]
MARKS = {"en": "REHEARSAL, nothing is wrong: ", "ru": "УЧЕНИЯ, всё в порядке: ", "zh": "演练,一切正常:"}

MODEM = """
[modem]
profile = "quectel"
imsi = "250011234567890"
iccid = "8970101234567890123"
plmn = "25001"
[balance]
code = "*100#"
template = "Balance: {balance} RUB"
amounts = ["312.40"]
"""


def test_the_arc_through_each_channel(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    """Each message is marked in its text and in what programs read; no reading, no open alert and no limit of SMS a day
    comes of it, and quiet hours hold nothing back."""
    modem = fake_modem(MODEM)
    with http_server(204) as hook, http_server((200, {}, b'{"id":"x"}')) as ntfy, mail_server() as mail:
        config = write_config(
            f"""
            [daemon]
            socket = "s"
            state = "state"
            language = "ru"
            [[modem]]
            name = "home"
            port = "{modem.path}"
            code = "*100#"
            [[channel]]
            type = "webhook"
            url = "{hook.url()}"
            quiet = "00:00-12:00"
            [[channel]]
            type = "ntfy"
            url = "{ntfy.url("/topic")}"
            quiet = "12:00-24:00"
            [[channel]]
            type = "email"
            server = "localhost:{mail.port}"
            security = "none"
            from = "modemd@example.org"
            to = ["anna@example.org"]
            after = "1h"
            [[channel]]
            type = "sms"
            to = ["+79161234567"]
            through = "home"
            """
        )
        daemon = run_daemon(config, fresh=False)
        daemon.wait_told("STATUS=home: ready")
        daemon.cli("balance", "-q")
        done = daemon.cli("alerts", "rehearse", "--json")
        assert done.returncode == 0, done.stderr + daemon.log
        acts = [json.loads(line) for line in done.stdout.splitlines()]
        assert [(act["event"], len(act["delivered"]), act["failed"]) for act in acts] == [(name, 4, {}) for name in ARC]
        listed = [json.loads(line) for line in daemon.cli("alerts", "list", "--json").stdout.splitlines()]
        assert [alert["open"] for alert in listed] == [False] * 4
        assert len(daemon.cli("history", "--json").stdout.splitlines()) == 1
        status = json.loads(daemon.cli("status", "--json").stdout)["modems"][0]
        assert (status["level"], status["alerts"], status["balance"]) == ("ok", [], "312.40")
    posted = [seen.json for seen in hook.seen]
    assert ["reminder" if one["reminder"] else one["event"] for one in posted] == ARC
    assert [one["rehearsal"] for one in posted] == [True] * 4
    texts = [one["text"] for one in posted]
    assert all(text.startswith(MARKS["ru"]) for text in texts), texts
    assert [seen.json["message"].partition("\n")[0] for seen in ntfy.seen] == texts
    mails = [message for _envelope, message in mail.messages]
    assert [message.get_body(("plain",)).get_content().splitlines()[0] for message in mails] == texts  # type: ignore[union-attr]
    assert mails[2]["In-Reply-To"] == mails[1]["Message-ID"]
    assert [number for number, _ in modem.sms_outgoing] == ["+79161234567"] * 4


def test_receipts_are_waited_for_as_long_as_a_channel_may_take() -> None:
    """Of a test as of an act; and whoever asked waits a little longer than the daemon."""
    slowest = max(command.TIME_LIMIT_S, servers.TIME_LIMIT_S, servers.MAIL_LIMIT_S, apprise.TIME_LIMIT_S)
    assert slowest < RECEIPTS_S < alerts.RECEIPTS_S


@pytest.mark.parametrize("language", MARKS)
def test_each_message_is_marked_in_each_language(language: str) -> None:
    policy = rules.Policy(low=Decimal(50), critical=Decimal(10))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    snapshot = ModemSnapshot(modem="home", currency="RUB", operator="ru-mts", sim_key="iccid:1")
    numbers = {"iccid:1": "+79161234567"}
    found = list(rehearsed(policy, snapshot, now=now, language=language, advise=adviser(Packs(), numbers.get)))
    assert ["reminder" if one.reminder else one.event for one in found] == ARC
    assert all(one.rehearsal for one in found)
    assert all(f"{one.text}\n{one.title}".count(MARKS[language]) == 2 for one in found), found
    assert [one.text.startswith(MARKS[language]) for one in found] == [True] * 4
    assert (found[2].reminds, found[2].sim_key) == (found[1].id, "rehearsal:home")
    assert ["4567" in (one.advice or "") and one.url for one in found] == ["https://www.mts.ru"] * 3 + [False]


@pytest.mark.parametrize(
    ("low", "critical", "events"),
    [
        ("50", "10", ["low", "critical", "critical", "recovered"]),
        ("10", "10", ["critical", "critical", "recovered"]),
        ("0", "0", ["critical", "critical", "recovered"]),
        ("0", "-100", ["low", "critical", "critical", "recovered"]),
        ("-5", "-5.50", ["low", "critical", "critical", "recovered"]),
        ("100000", "1", ["low", "critical", "critical", "recovered"]),
    ],
)
def test_an_arc_for_each_pair_of_limits(low: str, critical: str, events: list[str]) -> None:
    policy = rules.Policy(low=Decimal(low), critical=Decimal(critical))
    found = list(acts(policy, modem="home", currency="RUB", now=datetime(2026, 1, 1, tzinfo=UTC)))
    assert [act.event.event for act in found] == events
    assert [act.again for act in found].count(True) == 1


def test_a_channel_that_fails_is_named(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    with http_server(500) as hook:
        config = write_config(
            f"""
            [daemon]
            socket = "s"
            state = "state"
            [[modem]]
            name = "home"
            port = "{fake_modem(MODEM).path}"
            [[channel]]
            type = "webhook"
            url = "{hook.url()}"
            events = ["critical"]
            """
        )
        daemon = run_daemon(config, fresh=False)
        daemon.wait_told("STATUS=home: ready")
        done = daemon.cli("alerts", "rehearse")
        assert done.returncode == 1
        assert done.stderr.count("webhook:localhost: not delivered: webhook:localhost answered 500") == 2
        assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ARC
        assert daemon.cli("alerts", "rehearse", "phone").stderr == "no such channel: there is webhook:localhost\n"
