"""Reply text -> the form in which words and numbers are looked for. Every step keeps one character for one character,
so a position in the folded text is the same position in the cleaned text.

Operators mix alphabets: T2 writes "pуб." with a Latin p, older replies are Latin look-alikes throughout ("OCTATOK").
Folding maps Cyrillic letters to the Latin letter they look like; the word lists and patterns go through the same map.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_TEXT = 4096
"""`re` has no time limit, so the input has one. The longest USSD has 182 characters, a joined SMS about 2,000."""

MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"
DECIMAL_ARABIC = "\N{ARABIC DECIMAL SEPARATOR}"
THOUSANDS_ARABIC = "\N{ARABIC THOUSANDS SEPARATOR}"


def clean(text: str) -> str:
    """The readable text: at most 4,096 characters (up to a line or sentence that ends there: half a number is a wrong
    number), tail behind a NUL cut (Telit leaves garbage there), control and
    direction marks gone, digits ASCII, every space a blank, line ends LF, dashes told apart (-, U+2013, U+2212)."""
    if len(text) > MAX_TEXT:
        text = text[: max(text.rfind("\n", 0, MAX_TEXT), text.rfind(". ", 0, MAX_TEXT)) + 1]
    text = unicodedata.normalize("NFC", without_tail(text).replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(map(_clean_char, text))


def without_tail(text: str) -> str:
    """The text up to a NUL or a padding mark, behind which a modem leaves whatever its memory held."""
    return re.split("[\x00\uffff\ufffe]", text.lstrip("\x00"), maxsplit=1)[0]


def fold(text: str) -> str:
    """Lower case, without Latin and Greek accents, Cyrillic look-alikes as Latin; as long as the text itself."""
    return "".join(map(_fold_char, text))


def fold_pattern(source: str) -> str:
    """A regular expression written in readable letters, folded so that it matches folded text. Latin letters stay, so
    escapes such as \\S keep their meaning; match with re.IGNORECASE."""
    return "".join(_fold_char(c) if ord(c) > 127 else c for c in unicodedata.normalize("NFC", source))


def words(*phrases: str) -> str:
    """Phrases -> the inside of a regular expression that matches any of them in folded text.

    Blank-separated; `_` stands for a blank, `*` at the end for "any ending", `~` for the ending of a case or of "your",
    which is too short for a second noun ("Kreditrahmen"). Longest first, whole words only."""
    joined: _Tree = {}  # words whose first letter must begin a word
    free: _Tree = {}
    for word in {w for p in phrases for w in p.split()}:
        stem = fold(word.rstrip("*~").replace("_", " "))
        tree = joined if has_word_ends(stem[0]) else free
        for char in stem:
            tree = tree.setdefault(r"\s{1,3}" if char == " " else re.escape(char), {})
        end = r"(?![^\W\d_])" if has_word_ends(stem[-1]) else ""
        if word.endswith("*"):
            end = r"[^\W\d_]{0,12}"
        elif word.endswith("~"):
            end = CASE_ENDING + end
        tree[END] = {**tree.get(END, {}), end: {}}
    start = r"(?<![^\W\d_])"
    return "|".join(prefix + "".join(_branches(tree)) for prefix, tree in ((start, joined), ("", free)) if tree)


CASE_ENDING = r"(?:n?[iuy]n[iuy]z(?:d[aei]r?|[iuy])?|[^\W\d_]{0,3})"
"""Of a case (Slavic "ami", Finnish "sta"), or Turkic "your", in the folded text."""

_Tree = dict[str, "_Tree"]
END = "\0"


def _branches(tree: _Tree) -> tuple[str, str]:
    """The tree of letters as a regular expression that takes the longest word, and an end that belongs behind it.
    Common beginnings are compared once, and a common end is written once: it is most of what there is to compile."""
    groups: dict[str, list[str]] = {}  # end -> what may stand in front of it; no two of these begin alike
    for char in sorted(tree):
        if char != END:
            inside, end = _branches(tree[char])
            groups.setdefault(end, []).append(char + inside)
    own = sorted(tree.get(END, {}), reverse=True)  # "any ending" before "no more letters"
    if len(own) == 1:
        groups[own[0]] = [*groups.pop(own[0], []), ""]  # behind all that is longer
        own = []
    if len(groups) == 1 and not own:
        ((end, parts),) = groups.items()
        return _one_of(parts), end
    parts = [part for end, group in groups.items() for part in ([_one_of(group) + end] if end else group)]
    return _one_of([*parts, *own]), ""


def _one_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def has_word_ends(char: str) -> bool:
    """False for scripts that join words or glue articles and endings to them (Armenian, Arabic, Thai, Chinese)."""
    return char.isalpha() and (ord(char) < 0x530 or 0x10A0 <= ord(char) <= 0x10FF or 0x1E00 <= ord(char) <= 0x1FFF)


_LOOK_ALIKES = dict(zip("авеёкмнорстухіјѕһԁԛԝ", "abeekmhopctyxijshdqw", strict=True)) | {"ӏ": "l", "ґ": "г"}
_PLAIN = {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "İ": "i", "ß": "s", "æ": "e", "ð": "d"}
_PLAIN |= {"ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه"}
_WIDE = {"￥": "¥", "￡": "£", "￠": "¢", "￦": "₩"}
_GSM_CONTROLS = {"\x01": "£", "\x02": "$", "\x03": "¥"}  # 23.038 6.2.1 where the modem did not translate the alphabet
_DASHES = {"\u2010": "-", "\u2011": "-", "\u2012": EN_DASH, "\u2014": EN_DASH, "\u2015": EN_DASH, "\ufe58": EN_DASH}
_DASHES |= {"\ufe63": "-", "\uff0d": "-"}
_APOSTROPHES = {"\u2019": "'", "\u02bc": "'", "\u2018": "'", "\u00b4": "'", "\u2032": "'"}


@lru_cache(maxsize=4096)
def _clean_char(char: str) -> str:
    if char == "\n" or " " <= char <= "~":
        return char
    if char in _GSM_CONTROLS:
        return _GSM_CONTROLS[char]
    if char in _WIDE:
        return _WIDE[char]
    if char in _DASHES:
        return _DASHES[char]
    if char in _APOSTROPHES:
        return _APOSTROPHES[char]
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in {"Zs", "Cc", "Zl", "Zp"}:
        return " "
    if category in {"Cf", "Cs", "Co", "Cn"}:
        return ""
    if "\uff01" <= char <= "\uff5e":  # full-width forms
        return chr(ord(char) - 0xFEE0)
    return char


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    lower = char.lower()
    if len(lower) != 1:
        lower = "i" if char == "İ" else char
    if lower in _LOOK_ALIKES:
        return _LOOK_ALIKES[lower]
    if lower in _PLAIN:
        return _PLAIN[lower]
    base = unicodedata.normalize("NFD", lower)[0]
    if base != lower and unicodedata.category(base) == "Ll":
        return _LOOK_ALIKES.get(base, _PLAIN.get(base, base))
    return lower
