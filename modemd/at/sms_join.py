"""Parts of short messages -> messages (23.040 9.2.3.24.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from modemd.at.gsm import BASIC, EXTENSION, is_gsm
from modemd.at.pdu import SmsPart
from modemd.at.sms_text import units
from modemd.records import SmsMessage

NEAR = timedelta(minutes=2)
"""How far apart the time stamps of two parts of one message can be. Service centres stamp parts as they come in,
within seconds; references come round again."""


def join(parts: Iterable[SmsPart]) -> list[SmsMessage]:
    """Messages of parts, in the order in which the first part of each stands.

    Parts belong together by sender, reference and total, in any order, twice or more. Parts whose time stamps are not
    NEAR, or that claim one number with different texts, are of two messages with one reference. A missing part gives
    the text in front of the gap, `cut` and `missing`.

    In text mode nothing tells of parts but that one is `full` and that the next one of that sender is NEAR; a full one
    with nothing behind it is `cut`, as nobody knows whether more belongs to it (`missing` 0)."""
    ordered = list(dict.fromkeys(parts))
    groups: list[tuple[int, SmsMessage]] = []
    by_reference = [(at, part) for at, part in enumerate(ordered) if part.reference is not None]
    by_length = [(at, part) for at, part in enumerate(ordered) if part.reference is None and part.text_mode]
    for at, part in enumerate(ordered):
        if part.reference is None and not part.text_mode:
            groups.append((at, _message({1: part}, 1)))
    groups += _referenced(by_reference)
    groups += _adjacent(by_length)
    return [message for _, message in sorted(groups, key=lambda group: group[0])]


Numbered = tuple[int, SmsPart]

# --- with a reference


def _referenced(parts: Sequence[Numbered]) -> list[tuple[int, SmsMessage]]:
    found: dict[object, list[dict[int, Numbered]]] = {}
    # In order of time, so that of two messages with one reference the earlier is complete before the later begins.
    timed = sorted(parts, key=lambda item: item[1].sent_at.timestamp() if item[1].sent_at else float("inf"))
    for at, part in timed:
        messages = found.setdefault((part.sender, part.reference, part.total), [])
        fitting = [message for message in messages if _fits(message, part)]
        best = min(fitting, key=lambda message: _distance(message, part), default=None)
        if best is None:
            messages.append({part.number: (at, part)})
        elif part.number not in best or (best[part.number][1].place is None and part.place is not None):
            best[part.number] = (at, part)
    return [
        (
            min(at for at, _ in message.values()),
            _message({number: part for number, (_, part) in message.items()}, total),
        )
        for (_, _, total), messages in ((key, value) for key, value in found.items() if isinstance(key, tuple))
        for message in messages
    ]


def _fits(message: dict[int, Numbered], part: SmsPart) -> bool:
    if part.number in message and message[part.number][1].text != part.text:
        return False
    return all(_near(other, part) for _, other in message.values())


def _near(one: SmsPart, other: SmsPart) -> bool:
    if one.sent_at is None or other.sent_at is None:
        return True
    return abs(one.sent_at - other.sent_at) <= NEAR


def _distance(message: dict[int, Numbered], part: SmsPart) -> timedelta:
    return min(
        abs(other.sent_at - part.sent_at) if other.sent_at and part.sent_at else NEAR for _, other in message.values()
    )


# --- without one: text mode


def _adjacent(parts: Sequence[Numbered]) -> list[tuple[int, SmsMessage]]:
    senders: dict[str, list[Numbered]] = {}
    for at, part in parts:
        senders.setdefault(part.sender, []).append((at, part))
    return [message for group in senders.values() for run in _runs(group) for message in _of_run(run)]


def _runs(parts: Sequence[Numbered]) -> list[list[Numbered]]:
    """Parts of one sender whose time stamps follow each other closely."""
    runs: list[list[Numbered]] = []
    for item in parts:
        last = runs[-1][-1][1] if runs else None
        if last is not None and last.sent_at is not None and item[1].sent_at is not None and _near(last, item[1]):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _of_run(run: list[Numbered]) -> list[tuple[int, SmsMessage]]:
    letters = any(part.text is not None and not is_gsm(part.text) for _, part in run)

    def goes_on(part: SmsPart) -> bool:
        # A part of a message in UCS2 may have nothing but plain letters.
        return part.full or (letters and part.text is not None and units(part.text) in (66, 67))

    ends = [item for item in run if not goes_on(item[1])]
    if len(ends) == 1 and run[-1] is not ends[0]:
        run = [item for item in run if item is not ends[0]] + ends  # the last part came before another
    messages: list[tuple[int, SmsMessage]] = []
    pending: list[Numbered] = []
    for item in run:
        pending.append(item)
        if not goes_on(item[1]):
            messages.append(_of_pending(pending, cut=False))
            pending = []
    if pending:
        messages.append(_of_pending(pending, cut=True))
    return messages


def _of_pending(pending: list[Numbered], *, cut: bool) -> tuple[int, SmsMessage]:
    parts = {number: part for number, (_, part) in enumerate(pending, 1)}
    return min(at for at, _ in pending), _message(parts, len(pending), cut=cut)


# --- a message


def _message(parts: dict[int, SmsPart], total: int, *, cut: bool = False) -> SmsMessage:
    ordered = [parts[number] for number in sorted(parts)]
    texts: list[str] = []
    whole = True
    for number in range(1, total + 1):
        part = parts.get(number)
        if part is None or part.text is None:
            whole = False
            break
        texts.append(part.text)
    unreadable = all(part.text is None for part in ordered)
    unread = any(part.status == "unread" for part in ordered)
    return SmsMessage(
        sender=ordered[0].sender,
        text=None if unreadable else _whole(texts),
        status="unread" if unread else ordered[0].status,
        sent_at=ordered[0].sent_at,
        places=tuple(part.place for part in ordered if part.place is not None),
        parts=total,
        missing=total - len(ordered),
        cut=cut or (not whole and not (unreadable and len(ordered) == total)),
        raw=(b"\n" if ordered[0].text_mode else b"").join(part.raw for part in ordered),
    )


def _whole(texts: Sequence[str]) -> str:
    """One text of its pieces: what was cut in the middle of a character is one character again."""
    text = ""
    for piece in texts:
        if text.endswith("\x1b") and piece and piece[0] in BASIC:
            text, piece = text[:-1] + EXTENSION.get(BASIC.index(piece[0]), piece[0]), piece[1:]
        text += piece
    text = text.rstrip("\x1b")
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
