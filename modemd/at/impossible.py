"""Octets that no modem sends where they stand: what shows that a wire damages what goes over it. Pure."""

from __future__ import annotations

import re
import unicodedata

from modemd.at.classify import DataLine
from modemd.at.code_pages import LATIN_1, codec_of

# The text that modems hand on is in the TE character set (27.007 5.5), which has all octets: +CUSD is looked at when it
# is decoded, and names are no evidence.
_IMPOSSIBLE = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\xff]")


def in_line(line: str) -> bool:
    """Whether a line as LineReader hands it out has an octet that is none of IRA. Quoted strings may have any."""
    if isinstance(line, DataLine) or line.startswith("+CUSD") or _IMPOSSIBLE.search(line) is None:
        return False
    return _IMPOSSIBLE.search(_QUOTED.sub("", line)) is not None


def in_text(payload: bytes, text: str, decoder: str, te_charset: str | None = None) -> bool:
    """The same of a +CUSD string and the text that it was read as."""
    if decoder == "plain" and codec_of(te_charset) != LATIN_1 and _UPPER_HALF.search(payload):
        return True  # octets of eight bits where the alphabets of 27.007 5.5 that are no Unicode have seven
    shown = _TAIL.split(text.lstrip("\0"), maxsplit=1)[0]
    return any(_is_impossible(char) for char in set(shown))


def _is_impossible(char: str) -> bool:
    kind = unicodedata.category(char)
    return char == "\ufffd" or kind in ("Co", "Cn", "Cs") or (kind == "Cc" and char not in "\r\n\t\f")


_QUOTED = re.compile(r'"[^"]*"?')
_UPPER_HALF = re.compile(rb"[\x80-\xff]")
_TAIL = re.compile("[\0\uffff\ufffe]")  # behind it lies what the modem's memory held
