"""Which readings count only if a second answer to the same question, where it costs nothing, brings the same number: on
a wire that damages what goes over it, nobody is woken by one flipped bit."""

from __future__ import annotations

from modemd.alerts import raising, rules
from modemd.errors import StoreError
from modemd.explanations import situation
from modemd.modem.context import Context
from modemd.records import Measurement, Origin, Reading, ReadingChannel

SHOWN = 100  # characters of an answer that a line for people quotes


def is_wanted(
    context: Context,
    sim_key: str,
    reading: Reading,
    *,
    channel: ReadingChannel = "ussd",
    origin: Origin = "query",
) -> bool:
    """Whether this reading is in doubt and would raise an alert."""
    if reading.balance is None or not context.backend.damaged:
        return False
    return bool(_events(context, sim_key, reading, channel, origin))


def is_sudden(context: Context, sim_key: str, reading: Reading) -> bool:
    """Whether this reading is a fall below `low` that the SIM's habit does not explain: worth one more free question,
    and true where that brings no other number."""
    policy, name = rules.policy_of(context.settings), context.settings.name
    try:
        return raising.is_sudden(context.store, name, sim_key, reading, policy=policy, now=context.clocks.now())
    except StoreError:  # nothing to compare it with
        return False


class Doubts:
    """What could not be confirmed, because the question may cost money. Of one open modem; owner thread only."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._last: dict[str, frozenset[str]] = {}  # SIM -> what its last answer would have raised

    def is_in_doubt(self, sim_key: str, reading: Reading, *, channel: ReadingChannel = "ussd") -> bool:
        """is_wanted() for the answer to a question; one that is in no doubt ends what was in doubt before."""
        wanted = is_wanted(self._context, sim_key, reading, channel=channel)
        if not wanted:
            self._last.pop(sim_key, None)
        return wanted

    def note(self, sim_key: str, reading: Reading) -> bool:
        """Notes what an answer in doubt would have raised. True where the answer before it would have raised the same:
        two in turn are as good as one that was asked for twice."""
        events = _events(self._context, sim_key, reading, "ussd", "query")
        before = self._last.get(sim_key)
        self._last[sim_key] = events
        return before == events


def verdict(first: str | None, second: str | None, *, asked_again: bool) -> str:
    """The line for people of a number that was not confirmed, with what both answers said."""
    if not asked_again:
        return situation("not asked twice", text=_shown(first))
    if second is None:
        return situation("no second answer", text=_shown(first))
    return situation("answers differ", first=_shown(first), second=_shown(second))


# --- helpers


def _events(
    context: Context, sim_key: str, reading: Reading, channel: ReadingChannel, origin: Origin
) -> frozenset[str]:
    """What the rules would raise for it now."""
    snapshot, now = context.owner.snapshot(), context.clocks.now()
    row = Measurement(
        modem=context.settings.name,
        sim=snapshot.sim,
        sim_key=sim_key,
        operator=snapshot.operator,
        country=snapshot.country,
        reading=reading,
        taken_at=now,
        channel=channel,
        origin=origin,
    )
    try:
        state = context.store.alert_state(sim_key)
    except StoreError:  # as if nothing had been raised yet
        state = {}
    events = rules.evaluate(state, row, rules.policy_of(context.settings), now=now)[1]
    return frozenset(event.event for event in events)


def _shown(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}..."
