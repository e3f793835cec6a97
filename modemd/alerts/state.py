"""What the rules of alerts share: a SIM's state, what its owner asked for, what its habits say, and events. Pure.

The state is a JSON object that the store keeps per SIM. Its keys (absent in a new one):
    raised      "low" | "critical": the worst of the two that went out and is not over
    stale       true while "stale" is in force; "critical" where that was said of a SIM whose money is short
    unreadable  true while "unreadable" is in force; unreadable_at: when it was last raised
    read_at     when the last reading that counts was taken; balance, currency, balance_at: the last one with money
    failure     why the last query brought nothing, one line; absent after a reading
    quiet_since where silence is counted from when the clock was found to have jumped back
    days_left, data_low, idle, spend, subscription, absent, sim: true while the event of that name is in force
    expiring    the date that was warned of
    gone_at     when the balance is used up by the likely forecast; lasts: that forecast in days, [low, likely, high]
    still_since since when readings have shown neither use nor a top-up
    spend_at, subscription_at: when last raised; subscribed: the sum or the text that it was raised of
    paid_in     when the operator's text told of a top-up that no reading has shown yet
    open        the events that are not over: the store closes this SIM's alerts of all others
Of a modem ("modem:NAME") also `seat`, the SIM last met in it; of the daemon ("daemon") `alive_at`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from modemd.frozen import dataclass
from modemd.records import AlertEvent, DaysLeft, Level, Measurement, ModemSettings

if TYPE_CHECKING:
    from modemd.money.forecast import Forecast

State = dict[str, object]

# A balance that hovers at the limit must not alert at each query: it counts as over only this much above the limit.
MARGIN = Decimal("0.10")
# With a limit of 0 a tenth of it is nothing; then one unit of the currency.
LEAST_MARGIN = Decimal(1)
# A forecast of ten years says "hardly used".
FAR_DAYS = 3650

OPEN_KEYS = (
    "stale",
    "unreadable",
    "days_left",
    "expiring",
    "data_low",
    "spend",
    "idle",
    "subscription",
    "absent",
    "sim",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one modem's owner asked for. `every_s` None = on demand only, which can never be stale. The rest as
    ModemSettings has it; left out = off."""

    low: Decimal = Decimal(50)
    critical: Decimal = Decimal(10)
    every_s: float | None = 6 * 3600.0
    days: int = 0
    expires_s: float | None = None
    data_low_mb: float | None = None
    spend: Decimal | Literal["auto"] | None = None
    idle_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The last balance that was read, however long ago."""

    balance: Decimal
    currency: str | None
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a SIM's history says at a reading; None = not known. `spent`: what left within the day up to it. `unusual`:
    what left that the habit does not explain, and what it would have. `fee`: a sum that leaves at the same hour on days
    without use. `looked` False: nobody has looked at the history, so what was concluded before still holds."""

    looked: bool = True
    outlook: Forecast | None = None  # what `days_left` is of
    days_left: DaysLeft | None = None
    spent: Decimal | None = None
    unusual: tuple[Decimal, Decimal] | None = None
    fee: Decimal | None = None


NO_SPENDING = Spending(looked=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedEvent:
    """One thing worth a message.

    `at` is when it was noticed, `limit` the threshold that was reached or left, `reason` why there is no number, or the
    operator's text. `taken_at` is when `balance` was read: for `stale` the last one known, for `unreadable` there is
    none, only the time of the reply. `known` is the last balance before an event that brings no number, `since` where
    what lasts began. `amount`: what was spent, paid in or taken. `data_mb`, `data_limit_mb`: of `data_low`. `date`: of
    `expiring`. `reminder`: said again, how often.
    """

    event: AlertEvent
    level: Level
    at: datetime
    balance: Decimal | None = None
    currency: str | None = None
    taken_at: datetime | None = None
    limit: Decimal | None = None
    reason: str | None = None
    known: Known | None = None
    since: datetime | None = None
    amount: Decimal | None = None
    data_mb: float | None = None
    data_limit_mb: float | None = None
    date: str | None = None
    days_left: DaysLeft | None = None
    reminder: int = 0


def policy_of(settings: ModemSettings) -> Policy:
    return Policy(
        low=settings.low,
        critical=settings.critical,
        every_s=settings.every_s,
        days=settings.days,
        expires_s=settings.expires_s,
        data_low_mb=settings.data_low_mb,
        spend=settings.spend,
        idle_s=settings.idle_s,
    )


def by_number(balance: Decimal, policy: Policy) -> Level:
    if balance <= policy.critical:
        return "critical"
    return "low" if balance <= policy.low else "ok"


def margin(limit: Decimal, policy: Policy) -> Decimal:
    """How far above this limit of the policy a balance is no longer at it."""
    return abs(limit) * MARGIN or abs(policy.low) * MARGIN or LEAST_MARGIN


def event_of(event: AlertEvent, level: Level, m: Measurement, limit: Decimal | None = None) -> RaisedEvent:
    """With the number of this row."""
    return RaisedEvent(
        event=event,
        level=level,
        at=m.taken_at,
        balance=m.reading.balance,
        currency=m.reading.currency,
        taken_at=m.taken_at,
        limit=limit,
    )


def opened(state: State) -> State:
    """The state with its key `open` as the others say."""
    # A critical balance that rose to merely low is not over, and neither is the low that came before it.
    money = ["low", "critical"] if state.get("raised") else []
    state["open"] = [*money, *(name for name in OPEN_KEYS if state.get(name))]
    return state


def is_poor(state: State, now: datetime) -> bool:
    """The money was short when it was last read, or is used up by now as the forecast has it."""
    gone_at = time_in(state, "gone_at")
    return bool(state.get("raised")) or (gone_at is not None and gone_at <= now)


def text_in(state: State, key: str) -> str | None:
    value = state.get(key)
    return value if isinstance(value, str) else None


def time_in(state: State, key: str) -> datetime | None:
    """None also for one that is damaged."""
    text = text_in(state, key)
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None


def amount_in(state: State, key: str) -> Decimal | None:
    text = text_in(state, key)
    try:
        return None if text is None else Decimal(text)
    except ArithmeticError:
        return None


def known_of(state: State) -> Known | None:
    balance, taken_at = amount_in(state, "balance"), time_in(state, "balance_at")
    if balance is None or taken_at is None:
        return None
    return Known(balance=balance, currency=text_in(state, "currency"), taken_at=taken_at)


def lasts_of(state: State) -> DaysLeft | None:
    """How long the balance of the last reading was to last; None where that was not known."""
    kept = state.get("lasts")
    if not isinstance(kept, list) or len(kept) != 3 or not all(isinstance(one, int | float) for one in kept):
        return None
    low, likely, high = kept
    return DaysLeft(low=low, likely=likely, high=high)
