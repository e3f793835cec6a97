"""Power cuts: qemu is killed in the middle of a query, of a write, of a delivery, and the next boot is held to what a
person had seen before."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Literal

from tests.vm.machine import Machine
from tests.vm.trial import FailedError, Trial, scenario

Moment = Literal["query", "write", "delivery"]
ANSWER_S = 1.5  # from a code to its answer
DELIVERED_S = 120.0  # until what waited has gone out: a first try that failed is repeated after 30 s
HELD_S = 30.0  # how long a receiver keeps an alert without saying so


@dataclass(frozen=True, slots=True)
class Cut:
    """When the power goes: so long after a code was dialled; after the moment in which the life before showed the
    reading (a little earlier it is written); after a receiver has the alert and has not said so. `balance`: the answer.
    """

    moment: Moment
    after_s: float
    balance: str


# Each balance that may be stored is on another side of a limit than what may have been stored before, so that it raises
# an alert; no two are the same.
CUTS = [
    Cut("delivery", 0.1, "5.01"),
    Cut("query", 0.1, "300.02"),
    Cut("delivery", 1.0, "300.03"),
    Cut("query", 0.8, "20.04"),
    Cut("delivery", 0.0, "20.05"),
    Cut("write", -0.1, "300.06"),
    Cut("write", -0.4, "5.07"),
    Cut("query", 1.4, "20.08"),
    Cut("write", 0.1, "300.09"),
    Cut("write", -0.2, "5.10"),
]
SHORT = [Cut("delivery", 0.1, "5.01"), Cut("write", 0.0, "300.02")]


def life(plan: Cut) -> str:
    """What the modem plays until that cut."""
    return scenario([plan.balance], after=f"{ANSWER_S}s")


def cut(trial: Trial, plan: Cut) -> str:
    """Asks, and cuts the power. What was seen before is noted in `trial`."""
    machine = trial.machine
    machine.call("watch")
    trial.expect_event("watched")
    if plan.moment == "delivery":
        machine.call("receiver", hold_s=HELD_S, status=204)
    asked = machine.start("modemd balance --json", "ann", timeout=200.0)
    dialled = trial.expect_event("dialled", timeout=120.0)
    if plan.moment == "delivery":
        trial.expect_event("came", timeout=120.0)
        time.sleep(plan.after_s)
    else:
        due = dialled["at"] + plan.after_s + (trial.shown_after_s if plan.moment == "write" else 0.0)
        time.sleep(max(0.0, due - time.monotonic()))
    machine.cut()
    for event in machine.events:
        if _is(event, "reading"):
            trial.shown_after_s = event["at"] - dialled["at"]
    shown = [json.loads(line) for line in asked.lines if line.startswith("{")]
    shown += [event["what"]["measurement"] for event in machine.events if _is(event, "reading")]
    trial.shown += [row for row in shown if row["balance"] is not None]
    told = _alerts_seen(machine)
    trial.raised |= told
    return f"{len(shown)} times the reading and {len(told)} alerts seen before"


def _is(event: dict[str, Any], kind: str) -> bool:
    return bool(event["event"] == "watched" and event["what"].get("type") == kind)


def _alerts_seen(machine: Machine) -> dict[str, dict[str, Any]]:
    """What who watches and the receiver had when the power went, by the alerts' ids."""
    seen = [event["what"]["alert"] for event in machine.events if _is(event, "alert")]
    for event in machine.events:
        if event["event"] == "came" and event["path"] == "/webhook":
            body = json.loads(event["body"])
            seen += body.get("alerts", [body])
    return {alert["id"]: alert for alert in seen}


def whole_again(trial: Trial) -> str:
    """After the boot: what was shown is there, what was raised is there and goes out, nothing was dialled."""
    machine = trial.machine
    trial.wait_state("ready", "quarantine")
    if (said := machine.call("integrity")) != "ok":
        raise FailedError(f"integrity_check: {said}")
    history = trial.history()
    lost = [row for row in trial.shown if (row["balance"], row["taken_at"]) not in history]
    if lost:
        raise FailedError(f"shown, and not in the history: {[(row['balance'], row['taken_at']) for row in lost]}")
    alerts = {alert["id"] for alert in trial.rows("alerts")}
    missing = [alert["text"] for id_, alert in trial.raised.items() if id_ not in alerts]
    if missing:
        raise FailedError(f"raised, and not in the list: {missing}")
    waited = trial.wait_delivered(DELIVERED_S)
    if damaged := trial.run("ls /var/lib/modemd/*.corrupt-* 2>/dev/null", code=None).lines:
        raise FailedError(f"the database was taken for damaged: {damaged}")
    if dialled := machine.count("dialled"):
        raise FailedError(f"dialled by itself: {dialled} times")
    return f"{len(history)} rows and {len(alerts)} alerts, delivered after {waited:.0f} s; nothing was dialled"


def cuts(trial: Trial, plans: list[Cut]) -> None:
    """Each cut and the boot behind it; begins with the machine off, ends with it on."""
    trial.machine.boot(plugged=True, scenario=life(plans[0]))
    for number, plan in enumerate(plans, 1):
        then = life(plans[number % len(plans)])
        name = f"power cut {number} of {len(plans)}, {plan.after_s:.1f} s into a {plan.moment}"
        trial.check(name, lambda plan=plan, then=then: _one(trial, plan, then))  # type: ignore[misc]


def _one(trial: Trial, plan: Cut, then: str) -> str:
    try:
        trial.wait_state("ready")
        seen = cut(trial, plan)
    finally:
        trial.machine.cut()
        took = trial.machine.boot(plugged=True, scenario=then)
    return f"{seen}; up after {took:.0f} s: {whole_again(trial)}"
