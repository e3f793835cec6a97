"""The ways an alert can leave. One file a channel; this table is the only place that knows them.

A channel is a class with
    check(options) -> list[Problem]     what is wrong with its keys of a [[channel]] table (`key` relative to the table)
    lacks(options) -> list[Problem]     what this machine lacks for it now, as far as this user sees; the same `key`. It
                                        may come later, so nothing waits for it
    label(options) -> str               a short name for lists and `modemd alerts test`, the same after each restart,
                                        without anything secret
    Class(options)                      only after check found nothing
    send(alert) -> None                 blocks until handed over, bounded by itself; raises DeliveryError
    cancel() -> None                    from another thread: ends a running send within a second, and those to come
One that needs the daemon for it (`sms`) has a method besides
    use(desk)                           before the first send
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast, runtime_checkable

from modemd.errors import DeliveryError, Problem
from modemd.frozen import dataclass
from modemd.records import Alert, AlertEvent, ChannelSettings, LocalHours


class Channel(Protocol):
    def send(self, alert: Alert) -> None: ...
    def cancel(self) -> None: ...


class ChannelClass(Protocol):
    """What the table holds: the class itself, called with the options of its [[channel]] table."""

    @staticmethod
    def check(options: Mapping[str, object]) -> list[Problem]: ...
    @staticmethod
    def lacks(options: Mapping[str, object]) -> list[Problem]: ...
    @staticmethod
    def label(options: Mapping[str, object]) -> str: ...
    def __call__(self, options: Mapping[str, object]) -> Channel: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsOrder:
    """One short message: of which channel, through which modem, and what of. `per_day` None: a person asks for it."""

    channel: str
    through: str
    number: str
    text: str
    alert: Alert
    per_day: int | None = None


class ModemAway(DeliveryError):
    """The modem of `through` takes no message now, to whatever number."""


class SmsDesk(Protocol):
    """What sends messages through a modem of this daemon."""

    def send(self, order: SmsOrder) -> None:
        """At most once, and not where the channel has sent `per_day` in 24 hours. Raises DeliveryError where it did not
        go out."""

    def cancel(self) -> None:
        """From another thread: gives up what waits for its turn."""


@runtime_checkable
class NeedsDesk(Protocol):
    def use(self, channel: str, desk: SmsDesk) -> None: ...


class _Kinds(Mapping[str, ChannelClass]):
    """A kind is loaded when it is used: mail alone would cost every daemon a mebibyte."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, kind: str) -> ChannelClass:
        module, name = self._places[kind].split(":")
        return cast(ChannelClass, getattr(import_module(f"modemd.alerts.channels.{module}"), name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


CHANNELS: Mapping[str, ChannelClass] = _Kinds(
    {
        "command": "command:CommandChannel",
        "ntfy": "ntfy:NtfyChannel",
        "webhook": "webhook:WebhookChannel",
        "email": "mail:EmailChannel",
        "apprise": "apprise:AppriseChannel",
        "sms": "sms:SmsChannel",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A configured channel under its name, with the events it wants ("test" always reaches it), and when it wants
    them."""

    name: str
    channel: Channel
    events: frozenset[AlertEvent]
    remind_s: float | None = None
    quiet: LocalHours | None = None
    after_s: float = 0.0


def bind(settings: Sequence[ChannelSettings], desk: SmsDesk | None = None) -> dict[str, Bound]:
    """The configured channels by name, in the order of the file. Names are labels; a second of a name gets "-2"."""
    bound: dict[str, Bound] = {}
    for one in settings:
        kind = CHANNELS[one.type]
        label = one.name or kind.label(one.options)
        name, number = label, 1
        while name in bound:
            number += 1
            name = f"{label}-{number}"
        events: frozenset[AlertEvent] = frozenset((*one.events, "test"))
        channel = kind(one.options)
        if desk is not None and isinstance(channel, NeedsDesk):
            channel.use(name, desk)
        bound[name] = Bound(
            name=name,
            channel=channel,
            events=events,
            remind_s=one.remind_s,
            quiet=one.quiet,
            after_s=one.after_s,
        )
    return bound


def matching(bound: Mapping[str, Bound], wanted: str | None) -> list[str]:
    """The names that a person means: all for None, else that name, or every channel of that type; [] for no such."""
    if wanted is None:
        return list(bound)
    return [name for name in bound if wanted in (name, name.partition(":")[0])]
