"""The PIN from its file to the SIM, at most once: a refused PIN is never sent again, since three lock the SIM."""

from __future__ import annotations

from typing import Protocol

from modemd.backends.base import PinEntry
from modemd.credentials import credential_path, read_credential
from modemd.errors import SimError, StoreError
from modemd.explanations import line_of, situation


class PinBook(Protocol):
    """The part of the store that remembers PIN attempts, by digest."""

    def pin_refused(self, subject: str, pin_digest: str) -> bool: ...
    def pin_unresolved(self, subject: str, pin_digest: str) -> int: ...
    def note_pin_attempt(self, subject: str, pin_digest: str) -> None: ...
    def note_pin_refused(self, subject: str, pin_digest: str) -> None: ...
    def note_pin_accepted(self, subject: str, pin_digest: str) -> None: ...


FULL_TRIES = 3  # of a SIM that no wrong PIN was sent to since the last right one (11.11 9.3)


def unlock(sim: PinEntry, book: PinBook, *, pin_file: str | None, subject: str, also: tuple[str, ...] = ()) -> None:
    """Enters the PIN of `pin_file` into a SIM that asks for it. `subject`: the SIM's ICCID, else the modem's IMEI;
    `also`: under what else a refusal of this PIN may have been noted, before the ICCID could be read.

    The attempt is on the disk before it is on the wire. The last try is never taken; after an attempt whose outcome
    nobody saw one more is made, and none where the SIM has counted that one as wrong. Raises SimError "sim pin" when
    there is no PIN to send, it was refused, now or earlier, or may not be sent."""
    if pin_file is None:
        raise SimError(line_of("sim pin"), code="sim pin")
    pin = read_pin(pin_file)
    if any(book.pin_refused(one, _digest(one, pin)) for one in (subject, *also)):
        raise _refused(pin_file)
    digest = _digest(subject, pin)
    tries = sim.tries_left()
    if tries is not None and tries <= 1:
        raise SimError(situation("one PIN try left"), code="sim pin")
    if tries is not None and tries < FULL_TRIES and book.pin_unresolved(subject, digest):
        raise SimError(situation("PIN unresolved", file=pin_file), code="sim pin")
    try:
        book.note_pin_attempt(subject, digest)
    except StoreError as error:
        raise SimError(situation("PIN not noted", why=error.message), code="sim pin") from error
    verdict = sim.enter(pin)
    if verdict == "unknown" and sim.state() == "ready":
        verdict = "accepted"
    if verdict == "accepted":
        book.note_pin_accepted(subject, digest)
    elif verdict == "refused":
        book.note_pin_refused(subject, digest)
        raise _refused(pin_file)
    else:
        raise SimError(situation("PIN unanswered"), code="sim pin")


def read_pin(pin_file: str) -> str:
    """The PIN in a file, or in the systemd credential of that name. Raises SimError "sim pin" with the cure."""
    path = credential_path(pin_file)
    try:
        text = read_credential(pin_file)
    except FileNotFoundError as error:
        raise SimError(situation("no PIN file", file=path), code="sim pin") from error
    except PermissionError as error:
        raise SimError(situation("PIN file closed", file=path), code="sim pin") from error
    except OSError as error:
        raise SimError(situation("PIN file unfit", file=path, why=error.strerror), code="sim pin") from error
    except UnicodeDecodeError as error:
        raise SimError(situation("no PIN in file", file=path), code="sim pin") from error
    if not (text.isdigit() and 4 <= len(text) <= 8):
        raise SimError(situation("no PIN in file", file=path), code="sim pin")
    return text


def _digest(subject: str, pin: str) -> str:
    import hashlib  # late: OpenSSL is a megabyte, and few SIMs have a PIN

    return hashlib.sha256(f"{subject}:{pin}".encode()).hexdigest()


def _refused(pin_file: str) -> SimError:
    return SimError(situation("PIN refused", file=pin_file), code="sim pin")
