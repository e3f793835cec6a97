"""Puts back the choice of RATs that an earlier run left changed: the stick was unplugged, the process killed, the power
cut in the middle of a fall-back (fallback.py)."""

from __future__ import annotations

from modemd.backends.base import Backend
from modemd.errors import StoreError
from modemd.modem.context import Context
from modemd.modem.radio.fallback_policy import is_left_behind


def device_key(backend: Backend, name: str) -> str:
    """What a setting is saved under: it belongs to the device, not to the SIM."""
    return backend.device.imei or f"modem:{name}"


def recover(context: Context) -> str | None:
    """At opening, before anything else: puts back what an earlier run left changed, whatever the configuration says
    now. Without such a thing nothing is sent. A setting that belongs to another device waits for it. Gives a line for
    people where it did not work; it is then tried again at the next opening. Raises ModemError."""
    radio, store, log = context.backend.radio, context.store, context.log
    if radio is None:
        return None
    try:
        saved = store.rats_to_put_back()
        if not saved:
            return None
        key, sure = _key_of(saved, context.backend.imei(), context.settings.name)
        if key is None:
            return None
        setting = radio.saved(saved[key])
        if setting is None:
            log.error("a saved RAT setting is not readable", setting=saved[key])
            return f"the setting that was saved before a fall-back is not readable: {saved[key][:80]!r}"
        now = setting.now()
        if now is None or not (sure or is_left_behind(now)):
            log.warning("the modem's own RAT setting cannot be put back yet", setting=saved[key])
            return setting.by_hand
        if not setting.is_set() and not setting.put_back():
            log.error("the modem's own RAT setting could not be put back", setting=saved[key])
            return setting.by_hand
        store.forget_rat(key)
    except StoreError as error:
        log.warning("saved RAT settings are out of reach", reason=error.message)
        return error.message
    log.info("the modem's own RAT setting was put back", setting=saved[key])
    return None


def _key_of(saved: dict[str, str], imei: str | None, name: str) -> tuple[str | None, bool]:
    """Which of the saved settings is this modem's, and whether that is sure. One that told its IMEI only then or only
    now may be another: it is taken for the same where it stands as a fall-back leaves a modem."""
    own = f"modem:{name}"
    if imei is not None and imei in saved:
        return imei, True
    if own in saved:
        return own, imei is None
    if imei is None and len(saved) == 1:
        return next(iter(saved)), False
    return None, False
