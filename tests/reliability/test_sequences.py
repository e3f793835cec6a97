"""Faults in any order, one upon the other, against one life of the daemon; what must hold holds after each."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.simulator.scenario import SimChange

MODEM = """
[modem]
profile = "quectel"
imsi = "250011234567890"
ports = ["diag", "nmea", "at", "ppp"]

[[sms]]
text = "Balance 9999"
from = "MTS"

[[ussd]]
code = "*100#"
replies = [{ text = "Balance 42.50", after = "0.1s" }]

[[ussd]]
code = "*102#"
replies = [{ text = "Balance 17.00", after = "0.3s" }]

[[ussd]]
code = "*103#"
replies = [{ text = "Balance 33.00", after = "1.3s" }]
"""
SAID = {"*102#": "Balance 17.00", "*103#": "Balance 33.00"}
FAULTS = ("none", "unplug", "hang", "noise", "sim", "network", "client")


def strike(fake: Any, fault: str) -> None:
    if fault == "unplug":
        fake.unplug()
        fake.replug()
    elif fault == "hang":
        fake.hang()
    elif fault == "noise":
        fake.send_bytes(b'\r\n^RSSI: 9\r\n\x00\xff+CUSD: \r\nOK\r\n+CMTI: "XX",7\r\n' * 20)
    elif fault == "sim":
        fake.change_sim(SimChange(state="none"))
    elif fault == "network":
        fake.register("searching")


def heal(fake: Any, fault: str) -> None:
    if fault == "hang":
        fake.resume()
    elif fault == "sim":
        fake.change_sim(SimChange(state="ready"))
    elif fault == "network":
        fake.register("home")


def test_any_order(stage: Any) -> None:
    """Each request has a typed end, no answer goes to another question, nothing leaks, nothing is sent twice."""
    fake = stage.machine.plug(MODEM, numbers="next")
    keys = ['name = "home"', 'port = "auto"', 'every = "off"', 'quarantine = "1s"', 'reply_timeout = "1s"']
    daemon = stage.daemon("\n".join(keys))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    daemon.wait("ready")
    rest = {name: fake.settings[name] for name in ("CSCS", "CPMS", "CNMI", "CMGF", "COPS_FORMAT", "CFUN")}
    before = daemon.load
    asked = {"*102#": 0, "*103#": 0}

    def play(steps: list[tuple[str, str]]) -> None:
        for code, fault in steps:
            asked[code] += 1
            seen = len(fake.queries)
            if fault == "client":
                with daemon.client() as client:
                    client._send({"id": 1, "cmd": "ussd", "code": code, "timeout_s": 1})
                    fake.wait_for(lambda it, seen=seen: len(it.queries) > seen, 1.0)
                continue
            waiting = daemon.begin("ussd", code=code, timeout_s=1)
            fake.wait_for(lambda it, seen=seen, end=waiting: len(it.queries) > seen or end.done(), 1.0)
            strike(fake, fault)
            result = waiting.result(30)
            heal(fake, fault)
            assert result["text"] in (SAID[code], None), (steps, result)
            assert (result["text"] is None) == (result["error"] is not None), (steps, result)
        for _ in range(40):
            result = daemon.ask()
            if result["balance"] is not None:
                break
            daemon.idle(0.2)
        assert result["balance"] == "42.50", (steps, result)
        daemon.wait("ready")
        daemon.settles(before)
        assert {name: fake.settings[name] for name in rest} == rest, steps
        assert fake.sms_touched == []
        assert all(fake.queries.count(code) <= times for code, times in asked.items()), steps
        rows = daemon.rows()
        assert {row["balance"] for row in rows if row["code"] == "*100#"} <= {"42.50", None}, steps

    step = st.tuples(st.sampled_from(sorted(SAID)), st.sampled_from(FAULTS))
    with stage.fault():
        settings(max_examples=4, deadline=None, derandomize=True, database=None)(
            given(st.lists(step, min_size=2, max_size=3))(play)
        )()
