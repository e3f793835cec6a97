"""How much a text looks like something that an operator wrote to a person. Pure evidence, no operator known."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from modemd.at.known_words import common_characters, known_words


def quality(text: str) -> tuple[float, str]:
    """(points, why in a few words). About 100 for a clean sentence, 60 for clean but meaningless characters, below 0
    for what no person reads. Points compare readings of one payload; they are no probability."""
    if not text.strip():
        return (-20.0, "empty")
    text = text[:MAX_WEIGHED]
    values = list(map(_value, text))
    points = 60.0 * max(-2.0, sum(values) / len(values))
    reasons: list[str] = []
    if min(values) <= _BAD:
        bad = sum(value <= _BAD for value in values)
        points -= min(30.0, 6.0 * bad)
        reasons.append(f"{bad} characters that nobody writes")
    scripts = set(map(_script, set(text))) - {None}
    worth, shown = _words(text, one_script=len(scripts) < 2)
    points += worth
    if shown:
        reasons.append(shown)
    if len(scripts) > 2:
        points -= 12.0 * (len(scripts) - 2)
        reasons.append(f"{len(scripts)} scripts")
    if (known := len(known_words().intersection(_WORD.findall(text.casefold())))) > 0:
        points += min(24.0, 8.0 * known)
        reasons.append(f"{known} known words")
    if (at := text.count("@")) > 2 and at * 8 > len(text):
        points -= 20.0  # zeros that were read as septets
        reasons.append("too many @")
    if _AMOUNT.search(text):
        points += 4.0
        reasons.append("an amount")
    return points, ", ".join(reasons) or "readable"


MOST_POINTS = 108.0  # no text gets more: 60 for characters, 20 for words, 24 for known ones, 4 for an amount
MAX_WEIGHED = 1024  # characters; more would not change the verdict

_BAD = -3.0
_WORD = re.compile(r"[^\W\d_]+")
_AMOUNT = re.compile(r"(?<![\w.,])-?\d{1,9}[.,]\d{2}(?!\d)")

# --- characters


@lru_cache(maxsize=4096)
def _value(char: str) -> float:
    """From 1 (in every text) to -4 (in no text)."""
    if char.isascii():
        if char.isalnum() or char in " \n":
            return 1.0
        if char in "\t\f":
            return -0.5
        if char < " " or char == "\x7f":
            return -4.0
        return 0.9 if char in ".,:;!?'\"()-+/*#%&=@$" else 0.3
    if char in "£€₽₴₸₹₦₱₫₪₾֏₺₼৳฿¥«»“”„‘’–—…№°·•،؛؟٪।、。，：；！？（）\u00a0\u202f\u200e\u200f":
        return 0.8
    if char == "\ufffd":
        return -3.0
    match unicodedata.category(char):
        case "Lu" | "Ll" | "Lt" | "Lo" | "Lm":
            if (script := _script(char)) in ("CJK", "HANGUL"):
                return 1.0 if _is_common(char) else -0.5
            return 1.0 if script in _LIVING else -1.0
        case "Nd":
            return 0.8
        case "Mn" | "Mc":
            return 0.8 if _script(char) in _LIVING else -0.5
        case "Cc" | "Cn" | "Co" | "Cs":
            return -4.0
        case "Zs" | "Cf":
            return 0.3
        case _:
            return -0.4


def _is_common(char: str) -> bool:
    """Whether an ideograph or syllable is in daily use. One in five is, so octets that were read in the wrong way are
    found out by their rare characters."""
    return "\u3040" <= char <= "\u30ff" or char in common_characters()  # kana


# Scripts in which operators write. Others come out only when octets are read in the wrong way.
_LIVING = {
    *("LATIN", "CYRILLIC", "ARABIC", "HEBREW", "GREEK", "GEORGIAN", "ARMENIAN", "DEVANAGARI", "BENGALI", "GURMUKHI"),
    *("GUJARATI", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "THAI", "LAO", "MYANMAR", "KHMER", "ETHIOPIC"),
    *("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "MONGOLIAN", "THAANA", "ORIYA"),
}
# Written in one text side by side.
_SAME_SCRIPT = {
    "HIRAGANA": "CJK",
    "KATAKANA": "CJK",
    "KATAKANA-HIRAGANA": "CJK",
    "IDEOGRAPHIC": "CJK",
    "FULLWIDTH": "CJK",
}


@lru_cache(maxsize=4096)
def _script(char: str) -> str | None:
    """The script of a letter or mark by its Unicode name; None for what belongs to all."""
    if char.isascii():
        return "LATIN" if char.isalpha() else None
    if not (char.isalpha() or unicodedata.category(char).startswith("M")):
        return None
    name = unicodedata.name(char, "").partition(" ")[0]
    if name in ("FEMININE", "MASCULINE", "MICRO", "COMBINING"):
        return None
    return _SAME_SCRIPT.get(name, name) or "UNKNOWN"


# --- words

_VOWEL = re.compile("[aeiouyäöüåæøàáâãèéêëìíîïòóôõùúûıœ]", re.IGNORECASE)


def _words(text: str, *, one_script: bool) -> tuple[float, str]:
    """Up to 20 points for words that are built as words are, less for what is not."""
    words = _WORD.findall(text)
    longer = [word for word in words if len(word) > 1]
    points = 0.0
    reasons = []
    mixed = 0 if one_script else sum(map(_mixed, longer))
    if longer:
        worths = (-0.6 if _mixed(word) else _worth(word) for word in longer) if mixed else map(_worth, longer)
        points += 20.0 * sum(worths) / len(longer)
    if mixed:
        reasons.append(f"{mixed} words of mixed scripts")
    # Letters that were not translated from 03.38 stand inside words: "w{hlen".
    if odd := len(_SIGN_IN_WORD.findall(text)):
        points -= min(24.0, 8.0 * odd)
        reasons.append(f"{odd} signs inside words")
    letters = sum(map(len, words))
    if (
        len(text) > 30
        and letters > 20
        and not _BLANK.search(text)
        and not _NO_BLANKS & {_script(char) for char in text}
    ):
        points -= 10.0
    return points, ", ".join(reasons)


_BLANK = re.compile(r"\s")
_NO_BLANKS = {"CJK", "THAI", "LAO", "KHMER", "MYANMAR"}
_SIGN_IN_WORD = re.compile(r"(?<=[A-Za-zäöüåæøñàèéìòù])[{|}~^\[\]\\`\x00-\x08\x0b-\x1f]+(?=[A-Za-zäöüåæøñàèéìòù])")


def _worth(word: str) -> float:
    """1 for a likely word of one script, down to -1."""
    turns = 0
    if not (word[1:].islower() or word.isupper()):
        turns = sum(a.islower() and b.isupper() for a, b in pairwise(word))
    if turns > 1 or (turns and len(word) < 5 and not word[-1].islower()):
        return -0.6
    if word.isascii() and len(word) > 4 and not word.isupper() and not _VOWEL.search(word):
        return -0.6
    return 0.5 if turns else 1.0


def _mixed(word: str) -> bool:
    """Letters of two scripts in one word. Latin look-alikes in Cyrillic words are common ("pуб."): not counted."""
    if word.isascii():
        return False
    scripts = set(map(_script, word)) - {None}
    if scripts == {"LATIN", "CYRILLIC"}:
        return not all(char in _LOOK_ALIKES for char in word if _script(char) == "LATIN")
    return len(scripts) > 1


_LOOK_ALIKES = frozenset("aceopxyABCEHKMOPTXiI3")
