"""Fall-backs to another RAT: what is to be put back, and when the last one was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from modemd.store import FallbackNote, Store


def test_all_that_is_to_be_put_back(store: Store, folder: Path) -> None:
    """What was saved and not forgotten is there for each device after a restart; an older value is not replaced."""
    store.save_rat("860000000000017", "AT+CNMP? 2")
    store.save_rat("860000000000017", "AT+CNMP? 14")
    store.save_rat("modem:home", "AT+WS46? 31")
    store.save_rat("gone", "AT+WS46? 25")
    store.forget_rat("gone")
    store.close()
    again = Store(folder)
    try:
        assert again.rats_to_put_back() == {"860000000000017": "AT+CNMP? 2", "modem:home": "AT+WS46? 31"}
    finally:
        again.close()


def test_last_fallback(store: Store, clock: Any) -> None:
    """Its time counts from its beginning; the RAT that helped stays known until another one ended without it."""
    assert store.last_fallback("iccid:1") is None
    store.note_fallback("iccid:1", clock.now)
    assert store.last_fallback("iccid:1") == FallbackNote(at=clock.now)
    store.note_fallback_end("iccid:1", rat="GSM", outage_s=21.5)
    assert store.last_fallback("iccid:1") == FallbackNote(at=clock.now, rat="GSM", outage_s=21.5)
    later = clock.now + timedelta(hours=6)
    store.note_fallback("iccid:1", later)
    assert store.last_fallback("iccid:1") == FallbackNote(at=later, rat="GSM")
    store.note_fallback_end("iccid:1", rat=None, outage_s=60.0)
    assert store.last_fallback("iccid:1") == FallbackNote(at=later, outage_s=60.0)
    assert store.last_fallback("iccid:2") is None
