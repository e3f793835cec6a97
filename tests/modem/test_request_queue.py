"""Who joins whose balance query."""

from __future__ import annotations

from modemd.modem.requests import BalanceQuery, Job, RequestQueue, SmsListing


def test_an_answer_that_is_out_is_not_joined() -> None:
    """Who asks right behind an answer asks anew, although the owner thread has not put the query away yet; who asks
    while it runs joins it."""
    queue = RequestQueue()
    first, second, third = (Job(BalanceQuery(origin="query"), submitted=0.0) for _ in range(3))
    assert queue.add(first) is first
    assert queue.take() is first
    assert queue.add(second) is first
    first.finish(SmsListing())
    assert queue.add(third) is third
