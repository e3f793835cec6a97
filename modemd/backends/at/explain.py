"""Why a +CUSD was read as it was: the ways to read its octets, and what speaks for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from modemd.at.decoders import decodings
from modemd.at.ussd import Candidate, candidates
from modemd.records import DecodeCandidate

SET = "set by ussd_decoder in the configuration"


class _Learned(Protocol):
    @property
    def decoder(self) -> str | None: ...


def decoded_as(
    decoder: str | None, payload: bytes | None, dcs: int | None, te_charset: str | None = None
) -> Candidate | None:
    """The payload read by the decoder of this name; None without a name, or where that decoder cannot read it."""
    if decoder is None:
        return None
    found = next((item for item in decodings(payload or b"", dcs, te_charset) if item.decoder == decoder), None)
    return None if found is None else Candidate(decoder, found.text, 0.0, SET)


def explain(
    payload: bytes,
    dcs: int | None,
    *,
    te_charset: str | None,
    learned: _Learned | None,
    score: Callable[[str], float] | None,
    decoder: str | None,
) -> tuple[DecodeCandidate, ...]:
    """Every reading of an answer, the one that counts first. The arguments are those of the modem that gave it."""
    found = candidates(
        payload, dcs, te_charset=te_charset, learned=None if learned is None else learned.decoder, score=score
    )
    chosen = decoded_as(decoder, payload, dcs, te_charset)
    if chosen is not None:
        same = next((item for item in found if item.text == chosen.text), None)
        why = SET if same is None else f"{SET}, {same.why}"
        points = chosen.score if same is None else same.score
        found = [Candidate(chosen.decoder, chosen.text, points, why), *(item for item in found if item is not same)]
    return tuple(
        DecodeCandidate(decoder=item.decoder, text=item.text, score=item.score, why=item.why) for item in found
    )
