"""What a person sets for a modem that is not understood, and why an answer was read as it was."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from modemd.at.gsm import encode_packed
from modemd.backends.at.modem import Modem
from modemd.backends.at.tap import Tap
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import Piece, UssdRequest
from modemd.modem.requests import UssdQuery
from modemd.records import UssdResult

PACKED = encode_packed("Balance 55.20 RUB")


def ask(modem: Modem) -> UssdResult:
    return modem.ussd(UssdRequest(code="*100#", timeout_s=1))


@pytest.fixture
def open_modem(peer: Any, fast: Timeouts) -> Any:
    """open_modem(encoding=..., decoder=...): connected to the peer, closed behind the test."""
    opened: list[Modem] = []

    def connect(**attributes: Any) -> Modem:
        modem = Modem(peer.path, timeouts=fast)
        for name, value in attributes.items():
            setattr(modem, name, value)
        modem.connect()
        opened.append(modem)
        return modem

    yield connect
    for modem in opened:
        modem.close()


def test_a_set_decoder_reads_what_it_can(peer: Any, open_modem: Any) -> None:
    """It wins over evidence and over what was learned; an answer that it cannot read is read as ever."""
    peer.answers["AT+CUSD=1*"] = [("OK", f'+CUSD: 0,"{PACKED}",15'), ("OK", '+CUSD: 0,"Balance 5",15')]
    modem = open_modem(decoder="8bit", learned=SimpleNamespace(request=None, decoder="packed"))
    first = ask(modem)
    assert (first.decoder, first.text) == ("8bit", bytes.fromhex(PACKED).decode("latin-1"))
    assert ask(modem).text == "Balance 5"


def test_a_set_encoding_goes_first(peer: Any, open_modem: Any) -> None:
    """It wins over what was learned; the others of the ladder still follow where it was not understood."""
    peer.answers["AT+CUSD=1*"] = [("ERROR",), ("OK", '+CUSD: 0,"Balance 5",15')]
    modem = open_modem(encoding="packed", learned=SimpleNamespace(request="plain", decoder=None))
    assert ask(modem).text == "Balance 5"
    assert [line for line in peer.commands if line.startswith("AT+CUSD=1")] == [
        f'AT+CUSD=1,"{encode_packed("*100#")}",15',
        'AT+CUSD=1,"*100#",15',
    ]


def test_explain_says_why_one_won(peer: Any, open_modem: Any) -> None:
    """Every candidate, the one that counted first, each with its reason; a set decoder is a reason too."""
    peer.ussd("OK", f'+CUSD: 0,"{PACKED}",15')
    modem = open_modem()
    result = ask(modem)
    won, *others = modem.explain(result)
    assert (won.decoder, won.text) == (result.decoder, "Balance 55.20 RUB")
    assert "packed septets" in won.why
    assert {"plain", "8bit", "ucs2"} <= {candidate.decoder for candidate in others}
    assert all(candidate.score <= won.score for candidate in others)
    modem.decoder = "plain"
    set_by_hand, *rest = modem.explain(ask(modem))
    assert (set_by_hand.decoder, set_by_hand.text) == ("plain", PACKED)
    assert "ussd_decoder" in set_by_hand.why
    assert PACKED not in [candidate.text for candidate in rest]


def test_a_tap_hears_both_ways_from_the_start(peer: Any, open_modem: Any) -> None:
    """Who listens late gets how the modem introduced itself, until the first request; then what comes."""
    peer.ussd("OK", '+CUSD: 0,"Balance 5",15')
    tap = Tap()
    modem = open_modem(tap=tap)
    heard: list[Piece] = []
    kept = tap.listen(heard.append)
    assert ask(modem).text == "Balance 5"
    tap.leave(heard.append)
    ask(modem)
    assert kept[0].data.endswith(b"AT\r") or kept[0].data == b"\x1b"
    assert b"AT+CSCS?\r" in [piece.data for piece in kept if piece.sent]
    numbers = [piece.number for piece in (*kept, *heard)]
    assert numbers == sorted(set(numbers))
    assert [piece.data for piece in heard if piece.sent] == [b"AT+CUSD?\r", b"AT+CUSD=2\r", b'AT+CUSD=1,"*100#",15\r']
    assert b"Balance 5" in b"".join(piece.data for piece in heard if not piece.sent)
    assert b"AT+CUSD=1" not in b"".join(piece.data for piece in tap.listen(heard.append))


def test_the_configuration_reaches_the_modem(peer: Any, start: Any) -> None:
    """An owner thread hands encoding and decoder on, and its queries explain themselves where that was asked."""
    peer.ussd("OK", f'+CUSD: 0,"{PACKED}",15')
    worker = start(peer.path, ussd_encoding="packed", ussd_decoder="8bit")
    result = worker.submit(UssdQuery(code="*100#", explain=True)).result(timeout=10)
    assert (result.sent_as, result.decoder) == ("packed", "8bit")
    assert result.candidates[0].decoder == "8bit"
    assert worker.submit(UssdQuery(code="*100#")).result(timeout=10).candidates == ()
