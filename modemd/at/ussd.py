"""USSD over AT (27.007 7.15, 23.038, 22.090): the +CUSD line, the text of an answer, the string of a request.

The work is done in at/decoders.py, at/plausible.py and at/codes.py; this is the door.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from modemd.at.classify import DataLine, TornLine
from modemd.at.codes import Encoded, check_answer, check_code, encodings
from modemd.at.dcs import Alphabet, alphabet
from modemd.at.decoders import Decoded, decodings
from modemd.at.gsm import decode_packed, encode_packed
from modemd.at.plausible import MOST_POINTS, quality
from modemd.frozen import dataclass

__all__ = [
    "DECODERS",
    "Alphabet",
    "Candidate",
    "CusdLine",
    "Encoded",
    "alphabet",
    "candidates",
    "check_answer",
    "check_code",
    "decode",
    "decode_packed",
    "encode_packed",
    "encodings",
    "is_cut",
    "parse_cusd",
]


@dataclass(frozen=True, slots=True)
class CusdLine:
    """+CUSD: <m>[,<str>[,<dcs>]]. `payload`: octets between the quotes as on the wire (b"" for empty quotes), None =
    no string field. `closed` is False where the closing quote never came: the text may be cut; `torn`, where the line
    stopped in the middle as well: it is."""

    m: int
    payload: bytes | None = None
    dcs: int | None = None
    closed: bool = True
    torn: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a payload. `decoder` is a stable name, `score` compares candidates of one payload only, `why` is
    one line for people."""

    decoder: str
    text: str
    score: float
    why: str


def parse_cusd(line: str) -> CusdLine | None:
    """The parts of a +CUSD line as LineReader hands it out (latin-1), or None if it is none, or text of an SMS.

    Takes every shape of the captures: no space behind the colon, blanks around commas, no dcs, a letter behind the
    dcs, inner quotes and line ends, no closing quote, no quotes at all, status alone, any integer as status."""
    if isinstance(line, DataLine) or (head := _HEAD.match(line)) is None:
        return None
    m = int(head[1])
    if head[2] is None:
        return CusdLine(m)
    rest = line[head.end() :]
    if not rest.startswith('"'):
        plain = _PLAIN_TAIL.fullmatch(rest)
        if plain is None:
            return CusdLine(m)
        return CusdLine(m, _octets(plain[1]), _dcs(plain[2]))
    if (ended := _QUOTED_TAIL.search(rest, 1)) is None:
        return CusdLine(m, _octets(rest[1:]), closed=False, torn=isinstance(line, TornLine))
    return CusdLine(m, _octets(rest[1 : ended.start()]), _dcs(ended[1]))


def is_cut(cusd: CusdLine, decoder: str) -> bool:
    """Whether the modem lost the end of the string: the quote never closed (captures gammu-150, kg-o), or the hex
    digits stop inside a character (capture sim800-odd-length) or at something that is none. A number at the end of
    such a text may lack digits."""
    if not cusd.closed:
        return True
    digits = b"".join((cusd.payload or b"").replace(b"\0", b"").split())
    quoted = digits.count(b'"')
    if decoder.startswith(("plain", "utf8", "raw")) or (quoted and quoted % 2 == 0):
        return False
    if digits and not _HEX_DIGITS.fullmatch(digits):
        return True
    return len(digits) % (4 if decoder.startswith("ucs2") else 2) != 0


def candidates(
    payload: bytes | None,
    dcs: int | None,
    *,
    te_charset: str | None,
    learned: str | None = None,
    score: Callable[[str], float] | None = None,
) -> list[Candidate]:
    """Every reading of a payload that is possible at all, the most plausible first; [] for no or an empty payload.

    The dcs lies (UCS2 with dcs 0, 7, 15; captures from ZTE, Quectel) and the TE character set does not always decide,
    so both are weak hints. What counts is the text: printable, assigned characters, one script a word, words and
    currencies of many languages. `learned` is the decoder that won for this modem before, a tie breaker. `score` is
    the caller's own evidence, 0 for none to 1 for certain (larger numbers count as 1): an operator's pattern that
    matches outweighs the hints. It reads a whole text, so it is asked only where it can decide: of the candidates that
    it could lift to the first place."""
    return _ranked(payload, dcs, te_charset, learned, score, everything=True)


def decode(
    payload: bytes | None,
    dcs: int | None,
    *,
    te_charset: str | None,
    learned: str | None = None,
    score: Callable[[str], float] | None = None,
) -> Candidate | None:
    """The best of candidates(), or None. What cannot win any more is not weighed, which is nearly all of them."""
    found = _ranked(payload, dcs, te_charset, learned, score, everything=False)
    return found[0] if found else None


_HEX_DIGITS = re.compile(rb"[0-9A-Fa-f]+")
_HEAD = re.compile(r"\s*\+CUSD\s*:\s*(-?\d{1,9})\s*(?:(,)\s*|$)")
_QUOTED_TAIL = re.compile(r'"\s*(?:,\s*(\d{0,3})\s*[A-Za-z]?\s*;?)?[\s\0]*$')
_PLAIN_TAIL = re.compile(r"(.*?)(?:\s*,\s*(\d{1,3}))?\s*", re.DOTALL)


def _octets(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _dcs(digits: str | None) -> int | None:
    return int(digits) if digits else None


# Weights of the hints, against a text's quality() of at most about 120.
_DCS_HINT = 8.0
_TE_HINT = 6.0
_LEARNED = 4.0
_CALLER = 40.0
_ROUNDING = 0.02  # of scores that are compared with what they may become

_FAMILY = {
    "plain": "plain",
    "plain-gsm": "plain",
    "plain-page": "plain",
    "utf8": "plain",
    "ucs2": "ucs2",
    "ucs2-le": "ucs2",
    "ucs2-raw": "ucs2",
    "packed": "packed",
    "raw-packed": "packed",
    "8bit": "8bit",
    "8bit-utf8": "8bit",
    "hex-gsm": "8bit",
}


def _ranked(
    payload: bytes | None,
    dcs: int | None,
    te_charset: str | None,
    learned: str | None,
    score: Callable[[str], float] | None,
    *,
    everything: bool,
) -> list[Candidate]:
    """candidates(); without `everything` only what may still be the first: weighing a text costs more than to make it,
    and the hints alone show most often that no text could make up for them."""
    ways = [
        (found, *_hints(found.decoder, dcs, te_charset, learned))
        for found in decodings(payload or b"", dcs, te_charset)
    ]
    places = {found.text: place for place, (found, *_) in reversed(list(enumerate(ways)))}  # in which equals stay
    ways.sort(key=lambda way: -(way[0].prior + way[1]))
    reach = _ROUNDING + (_CALLER if score is not None else 0.0)
    best: dict[str, Candidate] = {}
    highest = 0.0
    for found, hints, reasons in ways:
        if not everything and best and found.prior + hints + MOST_POINTS + reach < highest:
            break
        candidate = _weighed(found, hints, reasons)
        highest = max(highest, candidate.score) if best else candidate.score
        known = best.get(candidate.text)
        if known is None or candidate.score > known.score:
            best[candidate.text] = candidate
    if score is not None:
        close = [candidate for candidate in best.values() if candidate.score >= highest - _CALLER]
        if len(close) > 1:
            best |= {candidate.text: _judged(candidate, score) for candidate in close}
    return sorted(best.values(), key=lambda candidate: (-candidate.score, places[candidate.text]))


DECODERS = (*_FAMILY, *(f"ucs2+{inner}" for inner in ("ucs2", "ucs2-le", "packed", "8bit", "8bit-utf8", "hex-gsm")))
"""The stable names, those of hex digits that were encoded once more included."""


def _weighed(found: Decoded, hints: float, reasons: list[str]) -> Candidate:
    worth, why = quality(found.text)
    score = round(worth + found.prior + hints, 2)
    return Candidate(found.decoder, found.text, score, ", ".join([why, *found.reasons, *reasons]))


def _judged(candidate: Candidate, score: Callable[[str], float]) -> Candidate:
    """A candidate with the caller's evidence added."""
    own = max(-1.0, min(1.0, float(score(candidate.text))))
    if not own:
        return candidate
    why = "known pattern" if own > 0 else "against the known patterns"
    return replace(candidate, score=round(candidate.score + own * _CALLER, 2), why=f"{candidate.why}, {why}")


def _hints(decoder: str, dcs: int | None, te_charset: str | None, learned: str | None) -> tuple[float, list[str]]:
    """What speaks for a decoder besides the text: points, and a reason for each but the smallest."""
    family = _family(decoder)
    te = (te_charset or "").upper()
    points = _dcs_hint(dcs, decoder, family)
    reasons = [f"dcs {dcs} fits"] if points > 0 else []
    if (te == "UCS2" and family == "ucs2") or (te == "HEX" and family == "8bit") or decoder == "plain-page":
        points += _TE_HINT
        reasons.append(f"TE character set {te} fits")
    elif te == "GSM" and decoder == "plain-gsm":
        points += 1.0
    if learned == decoder:
        points += _LEARNED
        reasons.append("seen from this modem before")
    return points, reasons


def _family(decoder: str) -> str:
    return _FAMILY.get(decoder.partition("+")[0], "")


def _dcs_hint(dcs: int | None, decoder: str, family: str) -> float:
    match alphabet(dcs):
        case Alphabet.UCS2:
            return {"ucs2": _DCS_HINT, "ucs2-raw": _DCS_HINT, "ucs2-le": _DCS_HINT / 2}.get(decoder, 0.0)
        case Alphabet.EIGHT_BIT:
            # Octets beyond text cannot be shown, so modems write hex for this alphabet.
            return 2.5 * _DCS_HINT if family == "8bit" else 0.0
        case Alphabet.GSM7:
            return _DCS_HINT / 2 if family in ("packed", "plain") else 0.0
        case _:
            return 0.0
