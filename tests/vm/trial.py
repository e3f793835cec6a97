"""One release under test: its machine, what the checks have in common, and what they found."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.vm.machine import Event, Machine, MachineError, Running

READY_S = 180.0  # until a modem that is there is ready, on an emulated processor of a busy machine
RECEIVER = "http://127.0.0.1:8099"

CONFIG = """
[[modem]]
name = "home"
port = "{port}"
every = "6h"
low = "50"
critical = "10"
reply_timeout = "30s"
quarantine = "5s"

[[channel]]
type = "webhook"
name = "hook"
url = "{receiver}/webhook"

[[channel]]
type = "command"
name = "program"
run = ["/usr/local/bin/on-alert"]
"""

ON_ALERT = f"""#!/bin/sh
exec busybox wget -q -O /dev/null --header "webhook-id: $MODEMD_ALERT_ID" --post-data "$MODEMD_TEXT" {RECEIVER}/program
"""


class FailedError(Exception):
    """One line: what was seen instead."""


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    passed: bool
    detail: str
    took_s: float


@dataclass
class Trial:
    """`package`: the .deb as it was built; `shared`: where the guest sees it. `say` gets the report's lines."""

    machine: Machine
    package: Path
    say: Callable[[str], None]
    outcomes: list[Outcome] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)  # readings that a person has seen
    shown_after_s: float = 2.0  # from a code to its reading, when it was seen last
    raised: dict[str, dict[str, Any]] = field(default_factory=dict)  # alerts that a person has seen, by id

    # --- the report ---------------------------------------------------------------------------------------------------

    def check(self, name: str, act: Callable[[], str | None]) -> bool:
        """Runs one check and writes its line; True if it passed. `act` gives what is worth knowing beside that."""
        began = time.monotonic()
        try:
            passed, detail = True, act() or ""
        except (FailedError, MachineError) as fault:
            passed, detail = False, str(fault)
        except Exception:  # noqa: BLE001  the other checks go on
            passed, detail = False, traceback.format_exc().strip().replace("\n", "\n        ")
        self._note(Outcome(name, passed, detail, time.monotonic() - began))
        return passed

    def fail(self, name: str, detail: str) -> None:
        """What no check expects."""
        self._note(Outcome(name, False, detail, 0.0))

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        mark = "pass" if outcome.passed else "FAIL"
        self.say(f"{mark}  {outcome.name}{': ' if outcome.detail else ''}{outcome.detail}  ({outcome.took_s:.0f} s)")

    # --- the guest ----------------------------------------------------------------------------------------------------

    def run(self, shell: str, user: str = "root", timeout: float = 120.0, code: int | None = 0) -> Running:
        """A command; any other exit code than this is a failure (None: whatever it is)."""
        done = self.machine.run(shell, user, timeout)
        if code is not None and done.done != code:
            raise FailedError(f"`{shell}` as {user}: exit {done.done} instead of {code}: {last(done)}")
        return done

    def json(self, shell: str, user: str = "root", timeout: float = 120.0) -> dict[str, Any]:
        """The one object that a command prints."""
        done = self.run(shell, user, timeout)
        found = [line for line in done.lines if line.startswith("{")]
        if not found:
            raise FailedError(f"`{shell}` printed no JSON: {last(done)}")
        return dict(json.loads(found[-1]))

    def rows(self, command: str) -> list[dict[str, Any]]:
        """What `modemd history` or `modemd alerts list` lists; `command`: "history" or "alerts"."""
        return list(self.machine.call("rows", command=command))

    def history(self) -> set[tuple[str | None, str]]:
        """What was measured, and when."""
        return {(row["balance"], row["taken_at"]) for row in self.rows("history")}

    def configure(self, port: str = "auto") -> None:
        """Writes the service's configuration, and the program of its `command` channel."""
        text = CONFIG.format(port=port, receiver=RECEIVER)
        self.run(f"cat > /etc/modemd/modemd.toml <<'END'\n{text}\nEND")
        self.run(f"cat > /usr/local/bin/on-alert <<'END'\n{ON_ALERT}\nEND\nchmod 755 /usr/local/bin/on-alert")

    def state(self) -> dict[str, Any]:
        """The modem, as `modemd status --json` has it; state "unreachable" where the daemon does not answer."""
        return dict(self.machine.call("status"))

    def wait_state(self, *wanted: str, timeout: float = READY_S) -> float:
        """Until the modem is in one of these states; the seconds it took."""
        began = time.monotonic()
        while True:
            state = self.state()
            if state["state"] in wanted:
                return time.monotonic() - began
            if time.monotonic() - began > timeout:
                raise FailedError(
                    f"the modem is {state['state']} ({state.get('error')}) instead of {' or '.join(wanted)} "
                    f"after {timeout:.0f} s"
                )
            time.sleep(0.5)

    def wait_active(self, timeout: float = 120.0) -> float:
        """Until systemd has got the service's READY; seconds of the boot at which it did, by the guest's clock."""
        if self.machine.until("systemctl is-active modemd", lambda done: done.done == 0, timeout) is None:
            state = last(self.machine.run("systemctl is-active modemd"))
            raise FailedError(f"the service is {state}: {self.journal()}")
        shown = self.run("systemctl show modemd -p ActiveEnterTimestampMonotonic --value").text
        return int(shown) / 1e6

    def ask(self, user: str = "ann") -> dict[str, Any]:
        """A balance, as a person asks for it; it counts as shown."""
        reading = self.json("modemd balance --json", user, timeout=180.0)
        if reading["balance"] is None:
            raise FailedError(f"no balance: {reading['error']}")
        self.shown.append(reading)
        return reading

    def wait_delivered(self, within: float) -> float:
        """Until no alert waits for a channel any more; the seconds it took."""
        began = time.monotonic()
        while True:
            ways = [(alert["text"], way) for alert in self.rows("alerts") for way in alert["deliveries"]]
            waiting = [way for way in ways if way[1]["state"] == "pending"]
            if not waiting:
                return time.monotonic() - began
            if time.monotonic() - began > within:
                raise FailedError(f"not delivered within {within:.0f} s: {waiting[0]}")
            time.sleep(1.0)

    def journal(self) -> str:
        """The service's last line."""
        return last(self.machine.run("journalctl -u modemd -o cat --no-pager -n 5"))

    def expect_event(self, kind: str, timeout: float = 60.0, after: int = 0, **wanted: Any) -> Event:
        event = self.machine.wait_event(kind, timeout, after, **wanted)
        if event is None:
            raise FailedError(f"nothing {' '.join([kind, *map(str, wanted.values())])} within {timeout:.0f} s")
        return event


def last(done: Running) -> str:
    """The last thing that a command said."""
    lines = [line for line in done.lines if line.strip()]
    return lines[-1] if lines else "(it said nothing)"


def scenario(amounts: list[str], after: str = "0.3s") -> str:
    """A Quectel stick of MTS with a balance that takes these values in turn; each reply comes so much later."""
    return f"""
[modem]
profile = "quectel"
imsi = "250011234567890"
iccid = "8970101234567890123"
ports = ["diag", "nmea", "at", "at2"]

[[balance]]
code = "*100#"
template = "Баланс:{{balance}}р"
amounts = {json.dumps(amounts)}
encoding = "ucs2"
dcs = 72
after = "{after}"
"""
