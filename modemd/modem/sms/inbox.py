"""The short messages of one open modem that are news: announced, handed over, or found in a storage that was looked at
before. Nothing else that lies there is read, and nothing is marked as read without leave."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from modemd.at.sms import SmsPart, join
from modemd.backends.base import SmsAnnounced, SmsReceived, SmsStorageFull
from modemd.explanations import situation
from modemd.frozen import dataclass
from modemd.modem.context import Context
from modemd.records import SmsMessage, SmsPlace, SmsStorage

MOST_NEWS = 64  # announcements and parts that wait; a modem that floods us must not fill the memory
MOST_READS = 24  # places read at one look; the others wait for the next
TRIES = 2  # an announced part that cannot be read at once may be there a moment later
CLOCK_DOUBT = timedelta(minutes=5)  # between the service centre's clock and ours
DELAYED = timedelta(hours=1)  # a message that was under way for longer says what was, not what is
LONGEST_WAY = timedelta(days=7)  # no network keeps a message for longer: such a time stamp is of a wrong clock


def told_at(message: SmsMessage, now: datetime) -> datetime:
    """The moment that a message which has just come speaks of: `now`, or its own time stamp where the network kept it
    for long."""
    sent = message.sent_at.astimezone(UTC) if message.sent_at is not None else now
    return sent if DELAYED < now - sent < LONGEST_WAY else now


def decoder_of(parts: Iterable[SmsPart]) -> str:
    """What read a message, as the history names it."""
    return "text" if any(part.text_mode for part in parts) else "pdu"


@dataclass(eq=False, slots=True)
class _Announced:
    """A message that the modem announced and that is to be read there; `at` in monotonic seconds."""

    at: float
    place: SmsPlace
    tries: int = 0


@dataclass(eq=False, slots=True)
class _Came:
    """A part that was handed over, or read; `at` in monotonic seconds."""

    at: float
    part: SmsPart


class Inbox:
    """Owner thread only. `on_event` may be called in the middle of other work and talks to nobody."""

    def __init__(self, context: Context) -> None:
        self.full: str | None = None  # a line for people while a storage is (nearly) full
        self.storages: tuple[SmsStorage, ...] = ()  # as last read
        self._backend, self._clocks, self._log = context.backend, context.clocks, context.log
        self._monotonic = context.clocks.monotonic
        self._announced: deque[_Announced] = deque(maxlen=MOST_NEWS)
        self._later: list[_Announced] = []
        self._came: deque[_Came] = deque(maxlen=MOST_NEWS)
        self._seen: deque[object] = deque(maxlen=2 * MOST_NEWS)  # prints of parts that came
        self._news = 0
        self._said_full = self._said_hidden = False
        self._announces: bool | None = None  # whether the modem tells of new messages; None = not known yet
        self._used: dict[str, int] | None = None
        self._known: set[object] | None = None  # what lay there at the first look, where that is of use

    # --- what the modem says

    def on_event(self, event: SmsAnnounced | SmsReceived | SmsStorageFull) -> None:
        self._news += 1
        match event:
            case SmsAnnounced(place):
                if all(known.place != place for known in self._announced):
                    self._announced.append(_Announced(self._monotonic(), place))
            case SmsReceived(part, age_s):
                self._add(self._monotonic() - age_s, part)
            case SmsStorageFull():
                self._said_full = True

    @property
    def news(self) -> int:
        """How much has come: it changes with everything that does."""
        return self._news

    @property
    def announced(self) -> bool:
        """There is something to fetch now."""
        return bool(self._announced)

    @property
    def said_full(self) -> bool:
        """The modem has complained since the last look."""
        return self._said_full

    # --- what has come

    def fetch(self, *, mark_since: float | None = None) -> None:
        """Reads what was announced, without marking it as read, unless there is no other way and it was announced at
        `mark_since` (monotonic) or later. Raises ModemError only."""
        sms = self._backend.sms
        if sms is None:
            return
        waiting = [self._announced.popleft() for _ in range(min(len(self._announced), MOST_READS))]
        again = []
        for item in waiting:
            may_mark = mark_since is not None and item.at >= mark_since
            part = sms.read(item.place, may_mark=may_mark)
            item.tries += 1
            if part is not None:
                self._add(item.at, part)
            elif item.tries < TRIES and may_mark:
                again.append(item)
            elif not may_mark and not self._said_hidden:
                self._said_hidden = True
                self._log.info("a message is left alone: this modem could only read it by marking it as read")
        self._later += again

    def retry(self) -> None:
        """Puts back on the list what could not be read when it was announced."""
        self._announced.extend(self._later)
        self._later = []

    def messages(self, *, since: float = 0.0) -> list[SmsMessage]:
        """What has come since then (monotonic), parts joined, in the order in which it came."""
        return join([item.part for item in self._came if item.at >= since])

    def parts_of(self, message: SmsMessage) -> list[SmsPart]:
        return [item.part for item in self._came if _belongs(item.part, message)]

    def age_of(self, message: SmsMessage) -> float:
        """Seconds since its last part came."""
        times = [item.at for item in self._came if _belongs(item.part, message)]
        return self._monotonic() - max(times, default=self._monotonic())

    def whole(self, message: SmsMessage) -> bool:
        """No part is missing, nor can one be: in text mode nothing but its length tells that a part may go on."""
        if message.missing or message.cut:
            return False
        parts = self.parts_of(message)
        return not (parts and parts[-1].text_mode and parts[-1].full)

    def drop(self, message: SmsMessage) -> None:
        """It is dealt with."""
        for item in [item for item in self._came if _belongs(item.part, message)]:
            self._came.remove(item)

    # --- the storages

    def poll_storages(self, *, asked_at: datetime | None = None) -> None:
        """How full the storages are, and what is new in them where the modem does not announce it. One command as a
        rule, one more at the first look. The first look takes what lies there for old, but for what was sent since
        `asked_at`. Raises ModemError only."""
        said_full, self._said_full = self._said_full, False
        sms = self._backend.sms
        if sms is None:
            return
        storages = self.storages = sms.storages()
        self._judge(storages, said_full=said_full)
        if not storages:
            return
        used = {storage.name: storage.used for storage in storages}
        before, self._used = self._used, used
        first = before is None
        grown = before is not None and any(used[name] > before.get(name, 0) for name in used)
        if self._announces is None:
            self._announces = sms.announces()
        if not (first or grown) or (self._announces and (first or asked_at is None)):
            return
        now = self._clocks.now()
        parts = sms.list(may_mark=False).parts if any(used.values()) else ()
        for part in parts:
            fresh = asked_at is not None and _sent_since(part, asked_at, now)
            new = fresh if self._known is None else _print(part) not in self._known
            if new and part.status in ("unread", "read") and _print(part) not in self._seen:
                self._add(self._monotonic(), part)
        if not self._announces:
            self._known = {*(self._known or ()), *map(_print, parts)}

    # --- helpers

    def _add(self, at: float, part: SmsPart) -> None:
        self._came.append(_Came(at, part))
        self._seen.append(_print(part))
        if self._known is not None and part.place is not None:
            self._known.add(_print(part))

    def _judge(self, storages: tuple[SmsStorage, ...], *, said_full: bool) -> None:
        """Says once when a storage becomes full, and once when there is room again."""
        worst = max(
            (one for one in storages if one.places > 0 and one.name != "MT"),
            key=lambda one: one.used / one.places,
            default=None,
        )
        line = situation("storage said full") if said_full else None
        if worst is not None and worst.nearly_full:
            name = f"the {_STORAGE_NAMES.get(worst.name, worst.name)}"
            line = situation("storage full", storage=name, used=worst.used, places=worst.places)
        if line is not None and line != self.full:
            self._log.warning("message storage nearly full", reason=line)
        elif line is None and self.full is not None:
            self._log.info("message storage has room again")
        self.full = line


_STORAGE_NAMES = {"SM": "SIM", "ME": "modem"}


def _belongs(part: SmsPart, message: SmsMessage) -> bool:
    if part.sender != message.sender:
        return False
    return part.place in message.places if part.place is not None else bool(part.raw) and part.raw in message.raw


def _print(part: SmsPart) -> object:
    """Tells a part from others, however it was read: the raw text of two commands may differ."""
    return (part.place, part.sender, part.text, part.sent_at, part.number)


def _sent_since(part: SmsPart, asked_at: datetime, now: datetime) -> bool:
    if part.sent_at is None:
        return False
    return asked_at - timedelta(seconds=30) <= part.sent_at.astimezone(UTC) <= now + CLOCK_DOUBT
