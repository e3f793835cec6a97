"""The PIN from its file to the SIM, at most once: a refused PIN is never sent again, since three lock the SIM."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Protocol

from modemd.errors import SimError


class PinBook(Protocol):
    """The part of the store that remembers PIN attempts, by digest."""

    def pin_refused(self, subject: str, pin_digest: str) -> bool: ...
    def note_pin_attempt(self, subject: str, pin_digest: str) -> None: ...
    def note_pin_refused(self, subject: str, pin_digest: str) -> None: ...
    def note_pin_accepted(self, subject: str, pin_digest: str) -> None: ...


class PinModem(Protocol):
    def enter_pin(self, pin: str) -> str: ...
    def sim_state(self) -> str: ...


def unlock(modem: PinModem, book: PinBook, *, pin_file: str | None, subject: str) -> None:
    """Enters the PIN of `pin_file` into a SIM that asks for it. `subject`: the SIM's ICCID, else the modem's IMEI.

    The attempt is on the disk before it is on the wire. Raises SimError "sim pin" when there is no PIN to send or it
    was refused, now or earlier."""
    if pin_file is None:
        raise SimError(
            "the SIM asks for its PIN: put it in a file and name it with pin_file, or switch the PIN off in a phone",
            code="sim pin",
        )
    pin = read_pin(pin_file)
    digest = hashlib.sha256(f"{subject}:{pin}".encode()).hexdigest()
    if book.pin_refused(subject, digest):
        raise _refused(pin_file)
    book.note_pin_attempt(subject, digest)
    verdict = modem.enter_pin(pin)
    if verdict == "unknown" and modem.sim_state() == "ready":
        verdict = "accepted"
    if verdict == "accepted":
        book.note_pin_accepted(subject, digest)
    elif verdict == "refused":
        book.note_pin_refused(subject, digest)
        raise _refused(pin_file)
    else:
        raise SimError("the modem did not say whether it took the PIN; modemd looks again by itself", code="sim pin")


def read_pin(pin_file: str) -> str:
    """The PIN in a file, or in the systemd credential of that name. Raises SimError "sim pin" with the cure."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / pin_file if folder and "/" not in pin_file else Path(pin_file)
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise SimError(f"pin_file {path} does not exist: create it, or correct pin_file", code="sim pin") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SimError(f"pin_file {path} cannot be read: let modemd's user read it", code="sim pin") from error
    if not (text.isdigit() and 4 <= len(text) <= 8):
        raise SimError(f"pin_file {path} must hold 4 to 8 digits and nothing else", code="sim pin")
    return text


def _refused(pin_file: str) -> SimError:
    return SimError(
        f"the SIM refused the PIN of {pin_file}; it is not sent again: correct the file (three wrong PINs lock a SIM)",
        code="sim pin",
    )
