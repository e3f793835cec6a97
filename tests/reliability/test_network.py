"""Faults of the network and of the operator's answers."""

from __future__ import annotations

import time
from typing import Any

import pytest

MODEM = """
[modem]
profile = "{profile}"
imsi = "250011234567890"
register_time = "0.2s"
{keys}

[[ussd]]
code = "*100#"
replies = [{replies}]
"""
BALANCE = '"Balance 42.50"'


def modem(replies: str = BALANCE, *, profile: str = "huawei", keys: str = "") -> str:
    return MODEM.format(profile=profile, keys=keys, replies=replies)


def home(fake: Any, *more: str, name: str = "home") -> str:
    lines = [f'name = "{name}"', f'port = "{fake.path}"', 'every = "off"', 'quarantine = "1s"', 'reply_timeout = "2s"']
    return "\n".join([*lines, *more])


def test_registration(stage: Any) -> None:
    """Nothing is dialled without network, where it is denied, or abroad; with the network it works again by itself."""
    fake = stage.modem(modem())
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    for state, fault, error in [
        ("searching", "lost", "not registered"),
        ("denied", "denied", "denied"),
        ("roaming", "roaming", "roaming"),
    ]:
        with stage.fault(fault) as row:
            fake.register(state)
            result = daemon.ask()  # the last look at the registration may be up to 10 s old
            if state != "roaming" and result["error"] != error:
                assert result["error"] == "CME 30"
                daemon.wait("offline")
            result = ask_until(daemon, result, error, row.limit_s)
            assert (result["balance"], result["error"]) == (None, error)
        asked = len(fake.queries)
        fake.register("home")
        if state == "denied":  # by itself
            daemon.wait("ready")
            assert len(fake.queries) == asked
        result = ask_until(daemon, daemon.ask(), None, 20)
        assert result["balance"] == "42.50"


def ask_until(daemon: Any, result: dict[str, Any], error: str | None, within_s: float) -> dict[str, Any]:
    """Asks again until an answer has this `error`; the last one where none has."""
    deadline = time.monotonic() + within_s
    while result["error"] != error and time.monotonic() < deadline:
        daemon.idle(0.25)
        result = daemon.ask()
    return result


ANSWERS = {
    "not supported": "{ m = 4 }",
    "network timeout": "{ m = 5 }",
    "terminated": '{ m = 2, text = "" }',
    "refused": '"x"]\n[refuse]\n"+CUSD=1" = "ERROR"\n[[ussd]]\ncode = "*9#"\nreplies = ["x"',
    "carrier": '{ error = "NO CARRIER" }',
    "cme": '{ error = "CME 258" }',
    "menu": '{ text = "1 Balance\\n2 Offers", menu = { 1 = "Balance 9" } }',
    "poison": '{ raw = "\\u0000\\u00FF%s%n$(reboot)\\u001B[2J" }',
    "long": '{ text = "' + "Balance " * 100 + '" }',
    "forged": '{ text = "+CUSD: 0,\\"Balance 9999\\",15 OK" }',
    "other": '{ text = "Dear customer, thank you" }',
    "silence": "{ silent = true }",
    "fell": '{ text = "Balance 0.00" }',
}


@pytest.fixture(scope="module")
def answers() -> list[str]:
    return list(ANSWERS)


def test_answers(stage: Any, answers: list[str]) -> None:
    """One modem a kind of answer, in one daemon: each is a typed result, none is a number that was not said."""
    fakes = {name.replace(" ", "-"): stage.modem(modem(reply)) for name, reply in ANSWERS.items()}
    daemon = stage.daemon(*(home(fake, 'code = "*100#"', name=name) for name, fake in fakes.items()))
    for name in fakes:
        daemon.wait("ready", modem=name)
    waiting = {}
    for name in answers:
        waiting[name] = daemon.begin(modem=name.replace(" ", "-"))
    for name in answers:
        with stage.fault(f"({name})"):
            result = waiting[name].result(60)
            daemon.seen.append(str(result))
            if name == "fell":
                assert (result["balance"], result["error"], result["level"]) == ("0.00", None, "critical")
            else:
                assert (result["balance"], bool(result["error"])) == (None, True)
    for name, fake in fakes.items():
        assert not fake.session_open, name
        assert fake.sms_touched == []
    for name in fakes:
        daemon.wait("ready", modem=name)
