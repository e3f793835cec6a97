"""What may be sent as USSD, and how it is written for the modem (27.007 7.15, 22.030, 22.090)."""

from __future__ import annotations

import re
from functools import lru_cache

from modemd.at.gsm import encode_packed, is_gsm
from modemd.at.make import UssdQuirk
from modemd.at.makes import find_quirk
from modemd.errors import RefusedError
from modemd.frozen import dataclass

MAX_USSD = 182
"""Characters of a USSD string in the GSM alphabet: 160 octets (23.038 5, 24.080)."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One way to write a request. `method`: "plain" | "ucs2" | "hex" | "packed"; `argument` goes between the quotes of
    AT+CUSD=1,"...",15."""

    method: str
    argument: str


def encodings(
    code: str, *, te_charset: str | None, learned: str | None = None, vendor: UssdQuirk | str | None = None
) -> list[Encoded]:
    """The ways to write a checked code or answer, in order; the next is for when the one before was not understood.

    Order: what this modem took before, what is known of its make, the TE character set where that is UCS2 or HEX
    (a modem that follows 27.007 reads the string in it and answers ERROR to a plain one: captures from M6281, SIM800;
    M35 and EC25 take UCS2), plain, packed 7-bit hex. A way that cannot carry the text is left out; at least one is
    always there.

    `learned`: a method name. `vendor`: what is known, or what AT+CGMI gave."""
    row = find_quirk(vendor) if isinstance(vendor, str) else vendor
    return list(_ways(code, te_charset, learned, row.requests if row is not None else ()))


@lru_cache(maxsize=64)  # the same few codes are asked for again and again
def _ways(code: str, te_charset: str | None, learned: str | None, hints: tuple[str, ...]) -> tuple[Encoded, ...]:
    charset = (te_charset or "").strip().strip('"').upper()
    own = {"UCS2": "ucs2", "HEX": "hex"}.get(charset)
    if own is not None:
        # A row that says "plain" means "in the TE character set"; packed digits are none of it.
        hints = tuple(own if hint == "plain" else hint for hint in hints)
    order = [learned, *hints, own, "plain", "packed"]
    ways = [Encoded(method, text) for method in dict.fromkeys(order) if method and (text := _write(code, method))]
    return tuple(ways) or (Encoded("ucs2", code.encode("utf-16-be", "replace").hex().upper()),)


def check_code(code: str, *, allow_mmi: bool = False) -> None:
    """Passes a code that may be dialled as USSD; raises RefusedError("bad code") for any other: see undiallable()."""
    reason = undiallable(code, allow_mmi=allow_mmi)
    if reason is not None:
        raise _refused(reason)


def undiallable(code: str, *, allow_mmi: bool = False) -> str | None:
    """Why this code may not be dialled as USSD, with the cure; None = it may.

    Only digits, *, #, + are let through, so nothing in a code can end the quotes or the command line. Codes that
    change or ask for services of the SIM and its calls (22.030 annex B: forwarding, barring, waiting, caller
    identity; PIN changes; *#06#), emergency numbers and telephone numbers are refused unless `allow_mmi`."""
    if not code:
        return "the code is empty; write it as *100#"
    if len(code) > MAX_USSD:
        return f"the code has {len(code)} characters and the network takes {MAX_USSD}; shorten it"
    if (strange := _STRANGE.search(code)) is not None:
        return f"{strange[0]!r} cannot be dialled; a code has only digits, *, # and +"
    if not any(char.isdigit() for char in code):
        return "a code has at least one digit, as *100#"
    if allow_mmi:
        return None
    if _PIN_PROCEDURE.search(code):
        return "this code changes a PIN and can lock the SIM; use a telephone for it"
    if code in _LOCAL or _SERVICE.search(code):
        return "this code changes or asks for call services of the SIM (22.030), it is no balance code"
    if code in _EMERGENCY:
        return "this is an emergency number; call it from a telephone"
    if _TELEPHONE.fullmatch(code):
        return "this is a telephone number; a USSD code begins with * or # and ends with #"
    return None


def is_service(code: str) -> bool:
    """Whether nothing but its being a service of the SIM and its calls (22.030) stands against dialling a code."""
    if _PIN_PROCEDURE.search(code) is not None or undiallable(code, allow_mmi=True) is not None:
        return False
    return _SERVICE.search(code) is not None


def check_answer(text: str) -> None:
    """Passes an answer to a USSD menu; raises RefusedError("bad code") with reason and cure.

    Free text is allowed (a capture answers "HIV"), but no quotes, control characters or line ends: they could end the
    string and begin another AT command (27.005 3.5.1 Ctrl-Z, ESC; V.250 5.2.1)."""
    if not text:
        raise _refused("the answer is empty; write what the menu asks for")
    if (bad := _BAD_IN_ANSWER.search(text)) is not None:
        raise _refused(f"an answer cannot contain {bad[0]!r}; write letters, digits and signs on one line")
    limit = MAX_USSD if is_gsm(text) else MAX_USSD * 7 // 16
    if len(text) > limit:
        raise _refused(f"the answer has {len(text)} characters and the network takes {limit} of these; shorten it")


def _refused(reason: str) -> RefusedError:
    return RefusedError(f"not sent: {reason}", code="bad code")


# --- ways to write

_IRA = re.compile(r"[ -!#-~]*")  # what a plain string can carry in any TE character set, less the quote


def _write(text: str, method: str) -> str | None:
    match method:
        case "plain":
            return text if _IRA.fullmatch(text) else None
        case "ucs2":
            return text.encode("utf-16-be", "surrogatepass").hex().upper()
        case "hex":
            return text.encode("ascii").hex().upper() if _IRA.fullmatch(text) else None
        case "packed":
            return encode_packed(text) if is_gsm(text) else None
        case _:
            return None


# --- what may be sent

_STRANGE = re.compile(r"[^0-9*#+]")
_BAD_IN_ANSWER = re.compile('[\\x00-\\x1f\\x7f-\\x9f"\u2028\u2029\ud800-\udfff]')

# Service codes of 22.030 annex B. Only what is a procedure by its structure counts, because operators use their
# neighbours (*111#, *333#, *31...#) for balances. A `#` may stand in front: two procedures can stand in one string.
_HOW = r"(?:^|(?<=#))(?:\*\*|\*#|##|\*|#)"
_END = r"(?:#|$)"
_SERVICE = re.compile(
    "|".join(
        (
            rf"{_HOW}(?:21|61|62|67|002|004|33|35|43)(?:\*[^#]*)?{_END}",  # forwarding, all barring, call waiting
            rf"{_HOW}(?:330|331|332|333|351|353)\*[^#]*{_END}",  # barring with its password; *333# alone is none
            rf"(?:^|(?<=#))(?:\*\*|\*#|##)(?:330|331|332|333|351|353){_END}",
            rf"{_HOW}(?:30|37|75|76|77|300){_END}",  # identities, completion of calls: no number behind them
            rf"{_HOW}31#",  # caller identity, also as *31#<number>
        )
    )
)
# Also half a procedure: what a network makes of it is not worth a locked SIM.
_PIN_PROCEDURE = re.compile(r"(?:^|(?<=#))(?:\*\*(?:04|042|05|052|03)(?:\*|#|$)|\*(?:04|042|05|052|03)\*.*\*.*#)")
_LOCAL = frozenset({"*#06#", "*#0000#", "*#9999#"})  # IMEI and firmware, answered by a telephone itself
_EMERGENCY = frozenset({"112", "911", "000", "08", "110", "118", "119", "999", "101", "102", "103", "104"})
_TELEPHONE = re.compile(r"\+\d+|\d{7,}")
