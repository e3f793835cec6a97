"""The short messages of one open modem that are news: announced by +CMTI, handed over by +CMT, or found in a storage
that was looked at before. Nothing else that lies there is read, and nothing is marked as read without leave."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from modemd.at.lines import DataLine
from modemd.at.sms import SmsPart, announced, join, part_of_delivery
from modemd.backends.at.modem import Modem
from modemd.backends.at.sms_store import Messages
from modemd.records import SmsMessage, SmsPlace, SmsStorage

MOST_NEWS = 64  # announcements and parts that wait; a modem that floods us must not fill the memory
MOST_READS = 24  # places read at one look; the others wait for the next
TRIES = 2  # an announced part that cannot be read at once may be there a moment later
CLOCK_DOUBT = timedelta(minutes=5)  # between the service centre's clock and ours
DELAYED = timedelta(hours=1)  # a message that was under way for longer says what was, not what is
LONGEST_WAY = timedelta(days=7)  # no network keeps a message for longer: such a time stamp is of a wrong clock

FULL_BY_ITSELF = (
    "the modem says that its message storage is full: delete some messages, or the operator's answers will not arrive "
    "(modemd sms list)"
)
_FULL_URC = re.compile(r"\^SMMEMFULL\b|\+?SMS[ _]FULL\b|\+CMS ERROR:\s*322\b|\^SMFULL\b|\+QIND:\s*\"SMSFULL\"", re.I)
_ROUTED = re.compile(r"\+CNMI:\s*\d+\s*,\s*(\d)")


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
    at: float
    place: SmsPlace
    tries: int = 0


@dataclass(eq=False, slots=True)
class _Came:
    at: float
    part: SmsPart


class Inbox:
    """Owner thread only. `line` may be called in the middle of other work and talks to nobody."""

    def __init__(
        self,
        modem: Modem,
        messages: Messages,
        *,
        monotonic: Callable[[], float],
        clock: Callable[[], datetime],
        body_s: float,
        log: Any,
    ) -> None:
        self.full: str | None = None  # a line for people while a storage is (nearly) full
        self.storages: tuple[SmsStorage, ...] = ()  # as last read
        self._modem, self._messages = modem, messages
        self._monotonic, self._clock, self._body_s, self._log = monotonic, clock, body_s, log
        self._announced: deque[_Announced] = deque(maxlen=MOST_NEWS)
        self._later: list[_Announced] = []
        self._came: deque[_Came] = deque(maxlen=MOST_NEWS)
        self._seen: deque[object] = deque(maxlen=2 * MOST_NEWS)  # prints of parts that came
        self._header: str | None = None  # of a +CMT whose text is coming
        self._body: list[str] = []
        self._body_at = 0.0
        self._said_full = self._said_hidden = False
        self._announces: bool | None = None  # whether the modem tells of new messages; None = not known yet
        self._used: dict[str, int] | None = None
        self._known: set[object] | None = None  # what lay there at the first look, where that is of use

    # --- what the modem says

    def line(self, line: str) -> bool:
        """Takes a line that belongs to no command; True where it is about messages."""
        if isinstance(line, DataLine):
            if self._header is None or line.header != "+CMT":
                return False
            self._body.append(str(line))
            self._body_at = self._monotonic()
            return True
        self._end_body()
        if (place := announced(line)) is not None:
            if all(known.place != place for known in self._announced):
                self._announced.append(_Announced(self._monotonic(), place))
            return True
        if line.startswith("+CMT:"):
            self._header, self._body, self._body_at = line, [], self._monotonic()
            return True
        if _FULL_URC.match(line):
            self._said_full = True
            return True
        return False

    @property
    def news(self) -> bool:
        """There is something to fetch now."""
        return bool(self._announced) or self._body_over

    @property
    def settles_in(self) -> float | None:
        """Seconds until a +CMT that is being handed over counts as complete; None = there is none."""
        if self._header is None:
            return None
        return max(0.0, self._body_at + self._body_s - self._monotonic())

    @property
    def said_full(self) -> bool:
        """The modem has complained since the last look."""
        return self._said_full

    # --- what has come

    def fetch(self, *, mark_since: float | None = None) -> None:
        """Reads what was announced, without marking it as read, unless there is no other way and it was announced at
        `mark_since` (monotonic) or later. Raises ModemError only."""
        if self._body_over:
            self._end_body()
        waiting = [self._announced.popleft() for _ in range(min(len(self._announced), MOST_READS))]
        again = []
        for item in waiting:
            may_mark = mark_since is not None and item.at >= mark_since
            part = self._messages.read(item.place, may_mark=may_mark)
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

    def look(self, *, asked_at: datetime | None = None) -> None:
        """How full the storages are, and what is new in them where the modem does not announce it. One command as a
        rule, one more at the first look. The first look takes what lies there for old, but for what was sent since
        `asked_at`. Raises ModemError only."""
        said_full, self._said_full = self._said_full, False
        storages = self.storages = self._messages.storages()
        self._judge(storages, said_full=said_full)
        if not storages:
            return
        used = {storage.name: storage.used for storage in storages}
        before, self._used = self._used, used
        first = before is None
        grown = before is not None and any(used[name] > before.get(name, 0) for name in used)
        if self._announces is None:
            self._announces = self._routed()
        if not (first or grown) or (self._announces and (first or asked_at is None)):
            return
        now = self._clock()
        parts = self._messages.list(may_mark=False).parts if any(used.values()) else ()
        for part in parts:
            fresh = asked_at is not None and _sent_since(part, asked_at, now)
            new = fresh if self._known is None else _print(part) not in self._known
            if new and part.status in ("unread", "read") and _print(part) not in self._seen:
                self._add(self._monotonic(), part)
        if not self._announces:
            self._known = {*(self._known or ()), *map(_print, parts)}

    # --- helpers

    @property
    def _body_over(self) -> bool:
        return self._header is not None and bool(self._body) and self._monotonic() - self._body_at >= self._body_s

    def _end_body(self) -> None:
        header, self._header = self._header, None
        body, self._body = self._body, []
        if header is None or not body:
            return
        part = part_of_delivery(header, "\n".join(body), charset=self._modem.te_charset)
        if part is not None:
            self._add(self._body_at, part)

    def _add(self, at: float, part: SmsPart) -> None:
        self._came.append(_Came(at, part))
        self._seen.append(_print(part))
        if self._known is not None and part.place is not None:
            self._known.add(_print(part))

    def _routed(self) -> bool:
        """Whether +CNMI makes the modem tell of new messages (mt 1, 2, 3)."""
        for line in self._modem.execute("AT+CNMI?").lines:
            if (found := _ROUTED.match(line)) is not None:
                return found[1] != "0"
        return False

    def _judge(self, storages: tuple[SmsStorage, ...], *, said_full: bool) -> None:
        """Says once when a storage becomes full, and once when there is room again."""
        worst = max(
            (one for one in storages if one.places > 0 and one.name != "MT"),
            key=lambda one: one.used / one.places,
            default=None,
        )
        line = FULL_BY_ITSELF if said_full else None
        if worst is not None and worst.nearly_full:
            line = (
                f"the {_STORAGE_NAMES.get(worst.name, worst.name)} holds {worst.used} of {worst.places} messages: "
                "delete some, or the operator's answers will not arrive (modemd sms list)"
            )
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
