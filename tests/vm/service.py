"""Checks of the service in one life of the machine: how it starts, who may ask, what leaves it, what it survives."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

from tests.vm.trial import READY_S, FailedError, Trial, last, scenario

STICK = 'ATTRS{idVendor}=="2c7c", ATTRS{idProduct}=="0125"'
DROP_IN = "/run/systemd/system/modemd.service.d/vm.conf"
HOLD = "trap '' HUP; exec 3<>/dev/{port}; echo open; exec sleep 600"  # a program that has a port open, without any lock
WATCHDOG_S = 20  # instead of the unit's two minutes, which nobody wants to wait for


def not_at_all(trial: Trial) -> str:
    """Booted without a stick: the service is ready, and says that the modem is absent."""
    at = trial.wait_active()
    trial.wait_state("absent", timeout=30.0)
    return f"READY {at:.0f} s into the boot, the modem is absent"


def late(trial: Trial) -> str:
    """The stick comes when the service runs already, and the kernel has never seen one in this boot."""
    trial.machine.call("plug")
    return f"ready {trial.wait_state('ready'):.0f} s after the plug"


def at_boot(trial: Trial) -> str:
    """Booted with the stick in."""
    at = trial.wait_active()
    return f"READY {at:.0f} s into the boot, the modem ready {trial.wait_state('ready'):.0f} s later"


def status_line(trial: Trial) -> str:
    """systemd shows what the service says of itself."""
    shown = trial.run("systemctl show modemd -p StatusText --value").text
    if not shown:
        raise FailedError("no STATUS= reaches systemd")
    return shown


def member(trial: Trial) -> str:
    """Somebody in the group modemd asks."""
    reading = trial.ask("ann")
    return f"{reading['balance']} {reading['currency']}"


def stranger(trial: Trial) -> str:
    """Somebody else is refused, in one line and with exit code 3."""
    done = trial.run("modemd balance", "eve", code=3)
    if len(done.lines) != 1:
        raise FailedError(f"{len(done.lines)} lines instead of one: {done.text}")
    return done.text


def udev_name(trial: Trial) -> str:
    """The rule that the package's file proposes for this stick makes a link, and the modem is found by it."""
    for line in trial.run("grep -H SYMLINK /usr/lib/udev/rules.d/*modemd*.rules", code=None).lines:
        path, _, rule = line.partition(":")
        if rule.startswith("#") and STICK in rule:
            return _found_by(trial, path.rpartition("/")[2], rule.removeprefix("#"))
    raise FailedError("no rules file of the package proposes a name for 2c7c:0125")


def _found_by(trial: Trial, file: str, rule: str) -> str:
    link = "/dev/" + rule.partition('SYMLINK+="')[2].partition('"')[0]
    trial.run(f"cat > /etc/udev/rules.d/{file} <<'END'\n{rule}\nEND")
    trial.run("udevadm control --reload && udevadm trigger --subsystem-match=tty && udevadm settle")
    target = trial.run(f"readlink -e {link}", code=None)
    if target.done != 0:
        raise FailedError(f"the rule of {file} makes no {link}")
    trial.configure(port=link)
    trial.run("systemctl reload modemd")
    trial.wait_state("ready")
    return f"{link} -> {target.text}, asked: {trial.ask()['balance']}"


def held_port(trial: Trial) -> str:
    """A port that another user's program has open, without any lock, is not opened: the program is named instead."""
    trial.run("systemctl stop modemd")
    holder = trial.machine.start(HOLD.format(port="ttyUSB2"), timeout=600.0)
    trial.machine.wait_line(holder, "open")
    trial.run("systemctl start modemd")
    trial.wait_state("blocked")
    said = str(trial.state()["error"])
    trial.machine.end(holder)
    took = trial.wait_state("ready")
    if "sleep" not in said:
        raise FailedError(f"the program is not named: {said}")
    return f"{said}; ready {took:.0f} s after its end"


def alerts(trial: Trial) -> str:
    """A balance below the limits leaves the sandbox, by the web and through a program of the user."""
    before = len(trial.machine.events)
    trial.machine.call("scenario", text=scenario(["45.10", "44.00"]))
    trial.wait_state("ready")
    if trial.ask()["level"] != "low":
        raise FailedError("45.10 is not low")
    by_web = trial.expect_event("came", after=before, path="/webhook")
    trial.expect_event("came", after=before, path="/program")
    body = json.loads(by_web["body"])
    if body["event"] != "low":
        raise FailedError(f"{body['event']} came instead of low")
    trial.wait_delivered(within=30.0)
    trial.raised[body["id"]] = body
    return str(body["text"])


def another_number(trial: Trial) -> str:
    """The stick comes back under other ttyUSB numbers, because somebody still holds one of the old ones."""
    holder = trial.machine.start(HOLD.format(port="ttyUSB0"), timeout=600.0)
    trial.machine.wait_line(holder, "open")
    before = trial.run("ls /dev/ttyUSB*").lines
    trial.machine.call("unplug")
    trial.wait_state("absent", timeout=60.0)
    trial.machine.call("plug")
    took = trial.wait_state("ready")
    after = trial.run("ls /dev/ttyUSB*").lines
    trial.machine.end(holder)
    if after == before:
        raise FailedError(f"the numbers are the same: {' '.join(after)}")
    return f"{after[-1]} instead of {before[-1]}: ready after {took:.0f} s, asked: {trial.ask()['balance']}"


def pulled_in_a_query(trial: Trial) -> str:
    """Unplugged while the network works on the answer: who asked is told, and the next one is answered."""
    trial.machine.call("scenario", text=scenario(["44.00"], after="60s"))
    trial.wait_state("ready")
    before = len(trial.machine.events)
    asked = trial.machine.start("modemd balance --json", "ann", timeout=200.0)
    trial.expect_event("dialled", after=before)
    began = time.monotonic()
    trial.machine.call("unplug")
    trial.machine.wait(asked)
    told = time.monotonic() - began
    error = next((json.loads(line)["error"] for line in asked.lines if line.startswith("{")), None)
    if asked.done != 1 or not error:
        raise FailedError(f"exit {asked.done}: {last(asked)}")
    trial.machine.call("scenario", text=scenario(["43.00"]))
    trial.machine.call("plug")
    trial.wait_state("ready")
    return f"told after {told:.0f} s ({error}), then: {trial.ask()['balance']}"


def killed(trial: Trial) -> str:
    """SIGKILL: systemd starts it again, nothing is dialled for it, and the history is whole."""
    rows = len(trial.rows("history"))
    return _lives_again(trial, "systemctl kill --kill-who=main -s KILL modemd", rows, READY_S)


def stopped(trial: Trial) -> str:
    """SIGSTOP: the watchdog ends it, and systemd starts it again."""
    set_up = trial.run("systemctl show modemd -p WatchdogUSec --value").text
    if set_up in ("0", "infinity"):
        raise FailedError("the unit has no watchdog")
    rows = len(trial.rows("history"))
    trial.run(f"mkdir -p $(dirname {DROP_IN}) && printf '[Service]\\nWatchdogSec={WATCHDOG_S}\\n' > {DROP_IN}")
    trial.run("systemctl daemon-reload && systemctl restart modemd")
    trial.wait_state("ready")
    try:
        seen = _lives_again(trial, "kill -STOP $(systemctl show modemd -p MainPID --value)", rows, READY_S + WATCHDOG_S)
    finally:
        trial.run(f"rm {DROP_IN}; systemctl daemon-reload", code=None)
    return f"the unit has {set_up}; with {WATCHDOG_S} s: {seen}"


def _lives_again(trial: Trial, deed: str, rows: int, within: float) -> str:
    pid = "systemctl show modemd -p MainPID --value"
    first, dialled, began = trial.run(pid).text, trial.machine.count("dialled"), time.monotonic()
    trial.run(deed)
    if trial.machine.until(pid, lambda done: done.text not in (first, "0"), within) is None:
        raise FailedError(f"it was not started again within {within:.0f} s: {trial.journal()}")
    trial.wait_state("ready")
    took = time.monotonic() - began
    if (now := len(trial.rows("history"))) != rows:
        raise FailedError(f"{now} rows in the history instead of {rows}")
    if trial.machine.count("dialled") != dialled:
        raise FailedError("something was dialled by itself")
    return f"ready again after {took:.0f} s"


def leaves_no_trace(trial: Trial) -> str:
    """A stop puts back whatever the service has set in the modem, and no message was touched."""
    trial.run("systemctl stop modemd")
    trial.machine.call("scenario", text=scenario(["43.00"]))
    before = trial.machine.call("modem")["settings"]
    trial.run("systemctl start modemd")
    trial.wait_state("ready")
    trial.ask()
    busy = trial.machine.call("modem")
    began = time.monotonic()
    trial.run("systemctl stop modemd")
    took = time.monotonic() - began
    after = trial.machine.call("modem")
    trial.run("systemctl start modemd")
    changed = {key: after["settings"][key] for key in before if after["settings"][key] != before[key]}
    if changed:
        raise FailedError(f"left behind: {changed}")
    if after["touched"]:
        raise FailedError(f"messages were touched: {after['touched']}")
    was = sum(busy["settings"][key] != before[key] for key in before)
    return f"{was} settings were other ones meanwhile; stopped in {took:.1f} s"


def hardened(trial: Trial) -> str:
    """What systemd itself thinks of the unit: 1.5 or better."""
    said = last(trial.run("systemd-analyze security modemd --no-pager"))
    found = re.search(r"(\d+\.\d+)", said)
    if found is None or float(found[1]) > 1.5:
        raise FailedError(said)
    return found[1]


def healthy(trial: Trial) -> str:
    """The doctor has nothing to say, and the log is short."""
    done = trial.run("modemd doctor", code=None, timeout=60.0)
    if done.done != 0:
        raise FailedError(f"modemd doctor, exit {done.done}: {' | '.join(done.lines[:6])}")
    return last(done)


FIRST_DAY: list[tuple[str, Callable[[Trial], str]]] = [
    ("booted without the stick", not_at_all),
    ("the stick comes late", late),
    ("a member of the group asks", member),
    ("a stranger is refused", stranger),
    ("systemd shows a status", status_line),
    ("found by its udev name", udev_name),
    ("alerts leave the sandbox", alerts),
    ("back under another number", another_number),
    ("unplugged in a query", pulled_in_a_query),
    ("a port of another's program is left alone", held_port),
    ("SIGKILL", killed),
    ("SIGSTOP, ended by the watchdog", stopped),
    ("a stop leaves the modem as it was", leaves_no_trace),
    ("systemd-analyze security", hardened),
    ("the doctor has no complaint", healthy),
]
SHORT_DAY = [row for row in FIRST_DAY if row[1] in (not_at_all, late, member, stranger, udev_name, alerts, killed)]
