"""One short message on its way out (27.005 3.5.1, 4.3): the prompt, the PDU, Ctrl-Z; at most once."""

from __future__ import annotations

import re
import warnings
from contextlib import suppress

from modemd import bundled
from modemd.at.lines import FinalResult
from modemd.backends.at.modem import Modem
from modemd.errors import CommandError, ModemError, SmsMaybeSent
from modemd.explanations import line_of

ESC = "\x1b"
CTRL_Z = "\x1a"


def submit_pdu(number: str, text: str) -> tuple[str, int]:
    """SMS-SUBMIT in hex with an empty service centre's address in front (the SIM's own counts), and the length of the
    TPDU in octets. No status report is asked for. Raises CommandError "bad number" or "bad text"."""
    with (
        bundled.first(),
        warnings.catch_warnings(),
    ):  # 28 invalid escapes in its regular expressions must not reach the journal
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        from gsmmodem.pdu import encodeSmsSubmitPdu

    if not re.fullmatch(r"\+?[0-9]{1,20}", number, re.ASCII):
        raise CommandError(line_of("bad number"), code="bad number")
    # "`" and "\xff" are in the codec's alphabet, and not in that of 23.038.
    if not text or set(text) & {"`", "\xff"} or not text.isprintable():
        raise CommandError(line_of("bad text"), code="bad text")
    pdus = encodeSmsSubmitPdu(number, text, requestStatusReport=False)
    if len(pdus) != 1:
        raise CommandError(line_of("bad text"), code="bad text")
    octets = bytearray(pdus[0].data)
    if not number.startswith("+"):
        octets[_TYPE_OF_ADDRESS] = _UNKNOWN  # a short code is no national number
    return octets.hex().upper(), int(pdus[0].tpduLength)


def send(modem: Modem, number: str, text: str) -> None:
    """Sends one message; the modem is in PDU mode. What it raises is in SmsStore.send."""
    pdu, length = submit_pdu(number, text)
    _say(modem, f"AT+CMGS={length}", "\r", modem.timeouts.prompt_s, prompt=True)
    _say(modem, pdu, CTRL_Z, modem.timeouts.send_s, prompt=False)


def is_timeout(final: FinalResult) -> bool:
    """No word of the network came back: +CMS ERROR: 332 (27.005 3.2.5), +CME ERROR: 31 (27.007 9.2.2). The message may
    lie in the service centre all the same (24.011 6.2.2 starts the timer behind it). Other numbers are a refusal."""
    return (final.kind, final.code) in (("CMS", 332), ("CME", 31)) or (final.text or "").lower() == "network timeout"


# --- helpers

_TYPE_OF_ADDRESS = 4  # behind the empty service centre, first octet, TP-MR and the length
_UNKNOWN = 0x81


def _say(modem: Modem, data: str, end: str, timeout_s: float, *, prompt: bool) -> None:
    """One half of the dialogue. Whatever goes wrong while a prompt may be open is followed by ESC."""
    try:
        answer = modem.execute(data, timeout_s, end=end, prompt=prompt)
    except ModemError as error:
        with suppress(ModemError):
            _leave(modem)
        if prompt:
            raise
        raise SmsMaybeSent(f"nobody knows whether the message was sent: {error.message}") from error
    final = answer.final
    if answer.prompt:
        return
    if final is None:
        _leave(modem)
        if prompt:
            raise CommandError(line_of("no prompt"), code="no prompt")
        raise SmsMaybeSent("nobody knows whether the message was sent: the modem did not say")
    if prompt:
        raise CommandError(f"no message was sent: the modem answered {final.error} to AT+CMGS", code=final.error)
    if not final.ok:
        _leave(modem)
        if is_timeout(final):
            raise SmsMaybeSent(f"nobody knows whether the message was sent: the modem answered {final.error}")
        raise CommandError(f"the message was not sent: the modem answered {final.error}", code=final.error)


def _leave(modem: Modem) -> None:
    """Out of the prompt, if the modem is in it."""
    modem.send(ESC, end="")
