"""No answer to the wrong question, whatever happens in whatever order: every answer carries the tag of its request."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from modemd.at.ussd import decode_packed
from modemd.backends.at.timeouts import Timeouts
from modemd.modem.worker import BalanceQuery, UssdQuery
from modemd.records import Measurement, UssdResult


def quick(fast: Timeouts) -> Timeouts:
    return replace(
        fast,
        silence_s=0.01,
        drain_s=0.06,
        line_gap_s=0.03,
        settle_s=0.02,
        release_s=0.05,
        grace_s=0.03,
        cancel_s=0.25,
    )


REPLY_S = 0.06

# How the modem answers a request whose tagged line is {}; "late" ones keep it back for later.
KINDS: dict[str, tuple[Any, ...]] = {
    "answer": ("OK", "{}"),
    "before OK": ("{}", "OK"),
    "noise between": ("OK", "^RSSI:19", '+CMTI: "SM",3', "+CREG: 1", "{}"),
    "junk first": ("OK", '+CUSD: 2,"Initiating Release",15', "{}"),
    "silence": ("OK",),
    "network timeout": ("OK", "+CUSD: 5"),
    "terminated": ("OK", "+CUSD: 2"),
    "late error": ("OK", "+CME ERROR: 258"),
    "no carrier": ("NO CARRIER",),
    "with the cancel": ("OK",),
}


class Story(RuleBasedStateMachine):
    """One owner thread, its modem, and people who ask. `owed`: tagged lines that the network still has."""

    def __init__(self, make_peer: Callable[..., Any], make_worker: Callable[..., Any], watch: Any, link: Path) -> None:
        super().__init__()
        self.make_peer, self.watch, self.link = make_peer, watch, link
        self.tags = itertools.count(200)
        self.owed: list[str] = []
        self.due_late = False  # the next late text is surely known as one
        self.held: str | None = None
        self.kind = "answer"
        self.serial = 0
        watch.rows.clear()
        watch.snapshots.clear()
        self.plug_in()
        self.worker = make_worker(str(link))

    def teardown(self) -> None:
        self.worker.stop()
        assert not self.worker.is_alive()
        self.peer.close()
        self.link.unlink()

    def plug_in(self) -> None:
        self.peer = self.make_peer()
        self.peer.answers["AT+CUSD=1*"] = self.answer
        self.peer.answers["AT+CUSD=2"] = self.cancel
        fresh = self.link.with_suffix(".new")
        fresh.symlink_to(self.peer.path)
        fresh.replace(self.link)

    # --- the modem

    def answer(self, command: str) -> tuple[Any, ...]:
        argument = command.split('"')[1]
        code = argument if argument[:1] in "*#" else decode_packed(bytes.fromhex(argument))
        text = f"Balance {self.serial}.00" if code == "*100#" else f"Tag {code.strip('*#')}"
        line = f'+CUSD: 0,"{text}",15'
        if self.kind == "silence":
            self.owed.append(line)
        elif self.kind == "with the cancel":
            self.held = line
        return tuple(item.format(line) if isinstance(item, str) else item for item in KINDS[self.kind])

    def cancel(self, _command: str) -> tuple[Any, ...]:
        line, self.held = self.held, None
        return ("OK",) if line is None else ("OK", line)

    # --- people

    def ask(self, kind: str, **options: Any) -> tuple[int, Any]:
        self.kind = kind
        tag = next(self.tags)
        query = UssdQuery(code=f"*{tag}#", **{"timeout_s": REPLY_S, **options})
        return tag, self.worker.submit(query)

    def done(self, tag: int, result: UssdResult) -> None:
        assert result.text in (None, f"Tag {tag}", "1 Menu"), result
        assert (result.error is None) == (result.text is not None), result
        self.due_late = result.error in ("no answer", "cancelled")

    @rule(kind=st.sampled_from(sorted(KINDS)))
    def typed(self, kind: str) -> None:
        requests = len(self.peer.requests)
        tag, future = self.ask(kind)
        self.done(tag, future.result(5))
        assert len(self.peer.requests) == requests + 1
        if kind == "with the cancel":
            self.expect_row(f"Tag {tag}", "late")
            self.due_late = False

    @rule(kind=st.sampled_from(sorted(KINDS)))
    def balance(self, kind: str) -> None:
        self.kind = kind
        self.serial = next(self.tags)
        rows = len(self.watch.rows)
        result = self.worker.submit(BalanceQuery()).result(5)
        assert isinstance(result, Measurement)
        assert result.reading.balance in (None, Decimal(self.serial)), result
        assert (result.error is None) == (result.reading.balance is not None), result
        assert self.watch.wait_for(lambda w: any(row is result for row in w.rows[rows:]), 5)
        self.due_late = result.error == "no answer"

    @rule()
    def two_at_once(self) -> None:
        """The second waits through the first one's quarantine, in which the first one's answer comes."""
        first = self.ask("with the cancel")
        tag = next(self.tags)
        second = self.worker.submit(UssdQuery(code=f"*{tag}#", timeout_s=REPLY_S))
        self.done(first[0], first[1].result(5))
        self.expect_row(f"Tag {first[0]}", "late")
        self.done(tag, second.result(5))
        self.expect_row(f"Tag {tag}", "late")
        self.due_late = False

    @rule()
    def cancelled(self) -> None:
        requests = len(self.peer.requests)
        tag, future = self.ask("silence", timeout_s=30)
        assert self.peer.heard("AT+CUSD=1", times=requests + 1)
        self.worker.cancel(future)
        result = future.result(3)
        assert result.error == "cancelled"
        self.done(tag, result)

    # --- network and cable

    @precondition(lambda self: self.owed)
    @rule()
    def late(self) -> None:
        line = self.owed.pop(0)
        self.peer.say(line)
        self.expect_row(line.split('"')[1], "late" if self.due_late else None)
        self.due_late = False

    @rule(status=st.sampled_from((0, 1, 2)))
    def network(self, status: int) -> None:
        self.network_speaks(status)

    def network_speaks(self, status: int) -> None:
        text = f"Advert {next(self.tags)}"
        self.peer.say(f'+CUSD: {status},"{text}",15')
        row = self.expect_row(text, None)
        assert row.reading.balance is None
        self.due_late = False

    @rule(line=st.sampled_from(("^RSSI:19", "+CUSD: 2", "+CUSD: 4", "OK", "ERROR", "+CME ERROR: 258", "RING", "> ")))
    def noise(self, line: str) -> None:
        self.peer.say(line)
        self.network_speaks(0)  # behind it, so that the noise has been heard when the next rule begins

    @rule(asking=st.booleans())
    def cable(self, *, asking: bool) -> None:
        """Unplugged, in a request or not, and plugged in again as another device node."""
        requests = len(self.peer.requests)
        future = self.ask("silence", timeout_s=30)[1] if asking else None
        if asking:
            assert self.peer.heard("AT+CUSD=1", times=requests + 1)
        self.peer.unplug()
        if future is not None:
            assert future.result(3).error == "unplugged"
        assert self.watch.wait_for(lambda w: w.snapshots[-1].state in ("absent", "failed"), 5)
        self.owed.clear()  # the session went with the device
        self.due_late = False
        old = self.peer
        self.plug_in()
        old.close()
        assert self.watch.wait_for(lambda w: w.snapshots[-1].state in ("ready", "quarantine"), 5)

    def expect_row(self, text: str, origin: str | None) -> Measurement:
        """What comes unasked is kept, as late or as the network's, with no number but its own."""

        def found(watch: Any) -> list[Measurement]:
            return [row for row in watch.rows if row.text == text and row.origin in ("late", "network")]

        assert self.watch.wait_for(lambda w: bool(found(w)), 5), (text, self.watch.rows)
        row = found(self.watch)[-1]
        assert origin in (None, row.origin), row
        assert row.reading.balance is None or f"Balance {row.reading.balance}" == text, row
        return row


def test_no_result_carries_another_requests_answer(
    make_peer: Any, start: Any, watch: Any, fast: Timeouts, paces: Any, tmp_path: Path
) -> None:
    """Queries, timeouts, late answers, noise, unplugs, cancels and what the network says by itself, in any order: each
    result has its own tag or none, late texts are in the history as late, nothing hangs."""
    make_worker = partial(
        start,
        timeouts=quick(fast),
        paces=replace(paces, reopen_min_s=0.02, reopen_max_s=0.05, turn_s=5),
        reply_timeout_s=REPLY_S,
        quarantine_s=0.03,
    )
    run_state_machine_as_test(
        lambda: Story(make_peer, make_worker, watch, tmp_path / "modem"),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),  # a failure is told at once: to shrink it would take minutes of real time
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_two_modems_do_not_hear_each_other(
    make_peer: Any, start: Any, watch: Any, together: Any, fast: Timeouts
) -> None:
    """Two owner threads side by side, with late answers on both: every text is of the modem that was asked."""

    def check(name: str) -> None:
        peer = make_peer()
        turn = itertools.count()

        def answer(command: str) -> tuple[Any, ...]:
            line = f'+CUSD: 0,"{name} {re.sub("[^0-9]", "", command)[1:-2]}",15'
            return ("OK", line) if next(turn) % 3 else ("OK",)

        peer.answers["AT+CUSD=1*"] = answer
        worker = start(peer.path, name=name, wait=None, timeouts=quick(fast), quarantine_s=0.03)
        for number in range(200, 212):
            result = worker.submit(UssdQuery(code=f"*{number}#", timeout_s=REPLY_S)).result(5)
            assert result.text in (None, f"{name} {number}"), result
            assert (result.error is None) == (result.text is not None)
            late = f"{name} late {number}"
            peer.say(f'+CUSD: 0,"{late}",15')
            assert watch.wait_for(lambda w, late=late: any(row.text == late and row.modem == name for row in w.rows))

    together({name: partial(check, name) for name in ("left", "right")})
