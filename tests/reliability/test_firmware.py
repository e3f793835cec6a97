"""Faults of the modem's firmware: it hangs, goes mad, floods, says half of it."""

from __future__ import annotations

import signal
import threading
from typing import Any

import pytest

MODEM = """
[modem]
profile = "{profile}"
imsi = "250011234567890"
{keys}

[[ussd]]
code = "*100#"
replies = [{first}"Balance 42.50"]

[[ussd]]
code = "*102#"
replies = ["Balance 17.00"]

[[ussd]]
code = "*111#"
replies = [{{ text = "Balance 99.99", after = "2s" }}, "Balance 17.00"]
{rest}
"""


def modem(profile: str = "huawei", *, first: str = "", keys: str = "", rest: str = "") -> str:
    return MODEM.format(profile=profile, first=first and f"{first}, ", keys=keys, rest=rest)


def home(fake: Any, *more: str) -> str:
    lines = ['name = "home"', f'port = "{fake.path}"', 'every = "off"', 'quarantine = "1s"', 'reply_timeout = "2s"']
    return "\n".join([*lines, *more])


def test_hangs_in_a_query(stage: Any) -> None:
    """Nothing is read or answered behind the request: a typed end, and the next question finds it well again."""
    fake = stage.modem(modem(first='{ text = "Balance 1", after = "60s" }'))
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    waiting = daemon.begin()
    assert fake.wait_for(lambda it: len(it.queries) == 1, 20)
    second = daemon.begin("ussd", code="*102#")
    with stage.fault("hangs in a query"):
        fake.hang()
        assert waiting.result(60)["error"] == "no answer"
        assert second.result(60)["error"] in ("silent", "no answer", "busy")
        daemon.wait("failed")
    with stage.fault("by itself"):
        fake.resume()
        daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    assert fake.queries.count("*102#") <= 1


def test_hangs_at_its_opening(stage: Any) -> None:
    """A port that says nothing, or stops in the middle of being set up: said so, and opened again until it answers."""
    fake = stage.modem(modem())
    fake.hang()
    daemon = stage.daemon(home(fake))
    with stage.fault("nothing at its opening"):
        daemon.wait("failed")
        assert daemon.ask()["error"] in ("silent", "no answer")
    fake.resume()
    assert daemon.ask()["balance"] == "42.50"
    late = stage.modem(modem())
    stage.config(home(fake), home(late).replace("home", "van"))
    with stage.fault("while it is set up"):
        daemon.process.send_signal(signal.SIGHUP)
        assert late.wait_for(lambda it: "AT+CMEE?" in it.commands, 20)
        late.hang()
        daemon.wait("failed", modem="van")
        late.resume()
        daemon.wait("ready", modem="van")
    assert daemon.ask(modem="van")["balance"] == "42.50"


def test_silent_until_it_is_opened_again(stage: Any) -> None:
    """A driver that loses a port's reader: closing and opening is the cure."""
    fake = stage.modem(modem(first='{ text = "x", silent = true }', rest='[[event]]\nafter_queries = 1\ndo = "deaf"\n'))
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    with stage.fault():
        assert daemon.ask()["error"] == "no answer"
        daemon.wait(lambda _: "modem unusable" in daemon.log)  # whoever is in line until then hears of it, too
        daemon.wait("ready")
        assert daemon.ask()["balance"] == "42.50"


@pytest.mark.parametrize("recovery", ["reset", "reopen"])
def test_mad(stage: Any, recovery: str) -> None:
    """AT works, USSD does not: the radio off and on where that is permitted, else nothing but opening again."""
    fake = stage.modem(modem("simcom"))
    keys = f'recovery = "{recovery}"', 'code = "*102#"'  # not of the pack, so asked once each time
    daemon = stage.daemon(home(fake, *keys).replace('"2s"', '"1s"').replace('quarantine = "1s"', 'quarantine = "0s"'))
    daemon.wait("ready")
    fake.mad("cfun")
    with stage.fault():
        for _ in range(8 if recovery == "reset" else 4):
            result = daemon.ask()
            if result["balance"] is not None:
                break
            assert result["error"] in ("no answer", "busy")
            daemon.wait("ready")
        assert (result["balance"] == "17.00") is (recovery == "reset")
    off = [line for line in fake.commands if line.startswith("AT+CFUN=")]
    assert off == (["AT+CFUN=4", "AT+CFUN=1"] if recovery == "reset" else []) or off[-1:] == ["AT+CFUN=1"]
    assert fake.settings["CFUN"] == "1"


def test_octets_that_nobody_asked_for(stage: Any) -> None:
    """Floods of rubbish, idle and in a query, echoes, foreign result codes: the answer is still the answer."""
    fake = stage.modem(
        modem(
            first='{ text = "Balance 42.50", after = "1s" }',
            rest='[[noise]]\nline = ["^RSSI: 17", "+CSQ: 9,99", "^HCSQ:\\"LTE\\",42,37"]\nbetween = true\n',
        )
    )
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    before = daemon.load
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            fake.send_bytes(bytes(range(32, 256)) * 8 + b"\r\n" + b"\x00\xff\r" * 100 + b"\r\n")
            stop.wait(0.02)

    rubbish = threading.Thread(target=flood)
    rubbish.start()
    try:
        with stage.fault("flood"):
            result = daemon.ask()
            assert result["balance"] in ("42.50", None)
    finally:
        stop.set()
        rubbish.join()
    with stage.fault("after it"):
        daemon.wait(lambda found: found["state"] == "ready", within_s=20)
        assert daemon.ask()["balance"] == "42.50"
    with stage.fault("result codes"):
        for line in (
            "OK",
            "ERROR",
            "+CME ERROR: 100",
            "NO CARRIER",
            "RING",
            '+CUSD: 0,"',
            '+CUSD: 1,"Balance 9999",15',
        ):
            fake.send_line(line)
        assert daemon.ask()["balance"] == "42.50"
    assert all(row["balance"] in ("42.50", None) for row in daemon.rows() if row["origin"] == "query")
    daemon.settles(before)


HALF = """# id: half
> AT+CUSD=1,"*100#",15
< OK
~ 0.1s
<< \\r\\n+CUSD: 0,"Balance 12
"""


def test_half_a_line(stage: Any) -> None:
    """Half of "Balance 12.50", then silence: no number is made of it. Split between octets it is one answer."""
    capture = stage.folder / "half.capture"
    capture.write_text(HALF, encoding="ascii")
    half = stage.modem(capture)
    pieces = stage.modem(modem(keys="chunk = 1\ngap = 0.005"))
    daemon = stage.daemon(home(half, 'code = "*100#"'), home(pieces).replace("home", "van"))
    daemon.wait("ready")
    with stage.fault("half a line"):
        result = daemon.ask(modem="home")
        assert (result["balance"], bool(result["error"])) == (None, True)
    daemon.wait("ready", modem="van")
    with stage.fault("pieces"):
        assert daemon.ask(modem="van")["balance"] == "42.50"


def test_the_answer_of_another_question(stage: Any) -> None:
    """It comes when the next question may already wait: kept as late, and never that question's answer."""
    fake = stage.modem(modem())
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    with stage.fault():
        assert daemon.ask("ussd", code="*111#", timeout_s=1)["error"] == "no answer"
        result = daemon.ask("ussd", code="*102#")
        assert (result["text"], result["error"]) == ("Balance 17.00", None)
        daemon.wait(lambda _: any(row["origin"] == "late" for row in daemon.rows()))
    (late,) = [row for row in daemon.rows() if row["origin"] == "late"]
    assert (late["text"], late["balance"]) == ("Balance 99.99", None)
    assert fake.queries == ["*111#", "*102#"]


def test_refuses_everything(stage: Any) -> None:
    """ERROR to every command but AT: a modem that is none. Said so; no PIN, no code goes out."""
    fake = stage.modem(modem(rest='[refuse]\n"AT+" = "ERROR"\n'))
    daemon = stage.daemon(home(fake))
    with stage.fault():
        daemon.wait(lambda found: found["state"] != "starting")
        result = daemon.ask()
        assert (result["balance"], bool(result["error"])) == (None, True)
    assert fake.queries == []
