"""Whose SIM it is, where the packs cannot say: nothing is guessed, and the person learns what settles it."""

from __future__ import annotations

from typing import Any

from modemd.modem.worker import BalanceQuery


def test_a_sim_of_no_known_operator_says_so(peer: Any, start: Any, watch: Any) -> None:
    """Without a pack nothing is dialled; status and answer say why instead of a silence until `stale`."""
    peer.answers["AT+CIMI"] = ("999990000000012", "OK")
    worker = start(peer.path)
    assert watch.wait_for(lambda seen: "no operator pack" in (seen.snapshots[-1].error or ""))
    row = worker.submit(BalanceQuery()).result(5)
    assert (row.error, row.reading.balance) == ("no code", None)
    assert "no operator pack" in row.hint
    assert peer.requests == []


def test_a_configured_code_needs_no_pack(peer: Any, start: Any, watch: Any) -> None:
    """With a code of one's own the schedule has something to dial, so there is nothing to complain of."""
    peer.answers["AT+CIMI"] = ("999990000000012", "OK")
    start(peer.path, code="*123#")
    assert watch.snapshots[-1].error is None
    assert watch.snapshots[-1].code == "*123#"
