"""Did the wire damage a number of this text? One flipped bit makes "\\x1312,40" of "312,40", which must not read 12.40.

What no amount has stands in its digits then, or glued to them: a control character, a replacement character, one that
belongs to no known script, a sign or an accented letter of the upper half of an 8-bit set, a Greek letter of the GSM
alphabet (23.038 6.2.1) in a text that is not Greek. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from modemd.money.currencies import sign_regex, signs
from modemd.money.fold import fold, without_tail
from modemd.money.wordlists import any_of

# What one flipped bit makes of "0" to "9", "," "-" and "." in an 8-bit set (0xAC to 0xAE, 0xB0 to 0xB9): nobody writes
# these at a number. "°" and "±" have their places, but not within one.
_SIGNS = frozenset("¬\xad®²³´µ¶·¸¹")
_INSIDE = _SIGNS | frozenset('°±ºª¼½¾_|~^`\\{}[]@&%!?"#')
# The GSM alphabet's £, $ and ¥ in front of a number, from a modem that hands septets on as they are (captured:
# nz-skinny-128). No single bit makes a digit one of these.
_UNTRANSLATED = frozenset("\x01\x02\x03")
_GSM_GREEK = frozenset("ΔΦΓΛΩΠΨΣΘΞ")
_ABOUT_A_NUMBER = re.compile(r"(.?)(\d(?:.?\d)*)(.?)", re.DOTALL)


def is_damaged(text: str) -> bool:
    """Whether a character that no amount has stands in or at a number of the text, whichever number that is."""
    greek = any("α" <= char <= "ω" for char in text)
    if _IMPOSSIBLE.search(text) is not None:
        return True
    if text.count("\r") == text.count("\r\n") + 1 and _FOR_A_MINUS.search(text) is not None:
        return True
    text = without_tail(text)
    if _TORN.search(text) is not None:
        return True
    # Beyond the first plane it may be a picture that this Python does not know yet.
    if any(char < "\U00010000" and unicodedata.category(char) == "Cn" for char in set(text)):
        return True
    if is_shifted(text, digits_lack=False):
        return True
    paired = sum(map(text.count, _DIRECTION)) == 2 * text.count(_DIRECTION_ENDS)
    letters = Counter(_script(char) for char in text if char > "ʯ" and char.isalpha())
    for found in _ABOUT_A_NUMBER.finditer(text):
        before, number, behind = found.groups()
        if before in _UNTRANSLATED and not text[: found.start()].rstrip(" \n").endswith(tuple("0123456789.,")):
            before = ""
        inside = [char for char in number if not char.isdecimal()] if before != "*" else []
        if any(_never(char, greek) or char in _SIGNS or "‰" <= char <= "‹" for char in before + behind):
            return True
        if any(_is_lonely(char, letters) or (char in _DIRECTION and not paired) for char in before + behind):
            return True
        if before == "_" and not _has_case(text[: found.start()][-1:]):  # a name like Net_3 is one
            return True
        if _is_extended(behind) or (_is_extended(before) and not _WORD_AHEAD.search(text[: found.start()])):
            return True
        if any(_never(char, greek) or char in _INSIDE or _is_upper_half(char) or _is_extended(char) for char in inside):
            return True
        if re.search(r"[.,]$", number + behind) and _is_strange(text[found.end() : found.end() + 2], letters):
            return True
        if any(
            unicodedata.category(char) == "Cf" or "‰" <= char <= "‹" or _is_lonely(char, letters) for char in inside
        ):
            return True
    return False


def is_torn(folded: str, first: int, digits: tuple[int, int]) -> bool:
    """Whether the number at `digits`, whose sign and minus begin at `first`, is but a piece: signs that nobody writes
    there stand at it, where a figure or the point may have been ("4;.96", "35.2(grn", "#5.95")."""
    start, end = digits
    if _is_rest(folded, first, digits):
        return True
    behind = folded[end : end + 16]
    if _MORE.match(behind) is not None or _between_sign().match(behind) is not None:
        return True
    if _second_colon().search(folded[max(0, first - 24) : start]) is not None:
        return True
    if behind[:1] == ")" and "(" not in folded[:first] and re.search(r"[.,]\d$", folded[start:end]):
        return True
    if re.search(r"[.,]\d$", folded[start:end]) and re.match(r"[^\w\s.,)'*\x1f-]", behind) and not _is_sign(behind[0]):
        return True
    ahead = folded[max(0, first - 4) : first]
    if _SIGN_AND_MARK.search(folded[max(0, first - 1) : start]) or _LONELY_MARK.search(ahead + folded[first:end]):
        return True
    if behind[:1] == "\x1f" or re.match(r"[<¤%&_°]|[=>?!\"$]\x1f", behind):
        return True
    if folded[first].isdecimal() and re.search(r"[\d.,][^\w\s(\"'\x1f-]$", ahead) is not None:
        return True
    if (behind[:1] == "$" and "$" in folded[first:start]) or re.search(r"\$ \$$", ahead + folded[first:start]):
        return True
    return _MARKS_AHEAD.search(ahead) is not None or (
        ahead[-1:] in {'"', "'"} and ahead[-1] not in folded[end : end + 30]
    )


def is_shifted(text: str, *, digits_lack: bool) -> bool:
    """Whether octets of the text's hex digits were lost: all behind is shifted then, which makes words with signs in
    them of packed septets, and letters of many scripts of UCS2. `digits_lack`: their number shows that some may be
    lost, inside or at the end."""
    if _LONELY_ACCENT.search(text) is not None:
        return True
    scripts = len(_scripts(text))
    if not digits_lack:
        return scripts > 2 or len(_STRANGE_INSIDE.findall(text)) > 2
    signs_inside = sum(len(_SIGN_INSIDE.findall(word)) for word in text.split() if "/" not in word and "@" not in word)
    greek = any(char in _GSM_GREEK for char in text) and re.search("[a-z]", text) is not None
    return scripts > 1 or greek or signs_inside > 0 or _ACCENT.search(unicodedata.normalize("NFC", text)) is not None


# --- helpers


def _is_rest(folded: str, first: int, digits: tuple[int, int]) -> bool:
    """is_torn() by signs that have their place at a sum, but not two of them, and not with such a rest behind it."""
    start, end = digits
    number, ahead, behind = folded[start:end], folded[max(0, first - 8) : first], folded[end : end + 16]
    if _TWO_SIGNS.search(ahead) or (":" in folded[first:start] and ahead.rstrip().endswith(":")):
        return True
    dollar = behind[:1] == "$" or folded[first] == "$" or ahead[-1:] == "$"
    sign = sign_behind().match(folded, end + (behind[:1] == "$")) if dollar else None
    if sign is not None and not set(signs()[sign[1]]).intersection(signs()["$"]):
        return True
    if number.isdecimal():
        return _REST_OF_NUMBER.match(behind) is not None and not (behind[0] == "(" and ")" in folded[end:])
    if first == start and re.search(r"[.,]\d{1,2}$", number) and _FIGURE_AND_MARK.search(ahead):
        return True
    if number[-2:-1] in (".", ",") and _LETTER_AND_SIGN.match(behind):
        return True
    return (
        first == start and _FRONT_OF_NUMBER.search(ahead) is not None and not (ahead[-1] == "(" and ")" in folded[end:])
    )


_TWO_SIGNS = re.compile(r"(?:[:=-][=/:]|\s[=/])$")  # ":=12,40" was :512,40, ":/312,40" was :-312,40
_REST_OF_NUMBER = re.compile(
    r"[.,] \d{1,2}(?=$|\n|[.,](?!\d))"  # "24. 25"
    r"|\(\d{0,3}[.,]\d{1,3}(?!\d)"  # "1(5.70"
    r"|[p-y],\d{1,2}(?!\d)"  # "31r,40"
    r"| \d{1,2}[.,]\d{1,2}(?!\d)"  # "1 5.70"
)
_FRONT_OF_NUMBER = re.compile(r"(?<![\d.,*#\x1f])\d{1,3}[: (]$")  # "1 0.00", "1(7.24"
_FIGURE_AND_MARK = re.compile(r"(?<![\d.,*#\x1f])\d{1,3}[=%!&<>;?p-yabeгджзий] $")  # "1= 743.50", "1u 743.50"
_LETTER_AND_SIGN = re.compile(r"(?:[p-y]|[^\x00-\x7f\u0400-\u04ff\W\d_])r(?![^\W_])")  # "45,6sr"


@lru_cache(maxsize=1)
def sign_behind() -> re.Pattern[str]:
    """A sign of money that may stand behind a number, in group 1."""
    return re.compile(rf" ?({sign_regex()})(?![^\W\d_])")


_SIGN_AND_MARK = re.compile(r"[$€£][:=]|[ .][:=]$|\$\$")  # "$:0.00", "CHF :4.50", "Rp.:4025"
_LONELY_MARK = re.compile(
    r"[\s:=][!#%&;<>?@_`|~\xa1-\xbf\u2030-\u203bq] \d{3}(?:[.,]\d{1,2})?$"
)  # "! 540,00" was 1 540,00
_MARKS_AHEAD = re.compile(
    r"(?:^|[\s:=-])(?:[!#%&;<?¤)@_]=?|[!#%&;<>?¤@_{}|~^\"][!#%&/;:<=>?@{}|~^_]{1,2})$"
    r"|[\u0e00-\uffff][!#%&;<?]$|\d[.,]['\"]$"
)
_MORE = re.compile(
    r"[^\w\s*\x1f(/+-]{1,2}\d|[^\w\s][.,]\d|[*>)&]\d{2}(?![\d*#])"
    r"|[.,]\(\d|\(\d{1,3}(?![\d)])(?![^()\n]{1,30}\))|[.,]?'(?![^\W\d_])|[ ][.,]\d{2}(?!\d)"  # "11.(4", "21(05"
    r"|[.,][=%!&<>;:?](?=\s|$)|=(?=$|[\s.,])|[;)]\."  # "22,%", "2402=", "29.0;."
)
"""A figure goes on behind a sign or two."""


@lru_cache(maxsize=1)
def _between_sign() -> re.Pattern[str]:
    return re.compile(rf"(?:[!#%&:;<=>?@_¤*+()\"]\s?|[.,][?!'\"&<>;%])(?:{sign_regex()})(?![^\W\d_]|[=:])")


@lru_cache(maxsize=1)
def _second_colon() -> re.Pattern[str]:
    """ "Balance: :7,40", "is :2.75", "is N:45.67": this colon was a figure; "Rs:5" is written."""
    return re.compile(rf"(?:[:=]|(?:{any_of('link_verb')}))\s{{1,3}}-?[^\W\d_]?:$")


def _is_sign(char: str) -> bool:
    return char in signs()


_DIRECTION = "\u202a\u202b\u202c\u202d\u202e"  # one bit makes the last ones of "," "-" and "." in UCS2
_DIRECTION_ENDS = "\u202c"
_TORN = re.compile(
    r"(?<![\d.,])\d{1,9}[.,][^\W\d_]\d"  # "548.p8"
    r"|\d[.,](?![A-ZА-Я])[^\W\d_]\d(?![^\W\d_])"  # "Rs.58.r4", "1,204.s5", but not "45.T2"
    r"|\d[.,][^\s\d.,;:!?)(*#\"'/|&>\]A-ZА-Я\u2013-\u201d»-](?=\s|$)"  # "33,w rub", "33,\x17"
    r"|\d[.,][\x00\x04-\x08\x0e-\x1f\x7f-\x9f]"  # "503,\x17р."
    r"|\d[.,]#\d{2,3}(?![\d#*])"  # "1,#50.00"
    r"|\d[.,]\d?[(<](?=\s)"  # "548.0( с."
    r"|[.,][!-/:-@](?<![*#\-+)(])\d(?=\s)"  # "548.%8"
    r"|\d[.,][a-z](?![.,)'/(*!?\"-])[^\w\s]"  # "12.s<"
    r"|[\s:=]\*\d{1,6}[.,]\d\d(?![\d*#.,])"  # "betraegt *3,87 EUR": a figure was where the star is
    r"|\d[.,][p-y](?=[рr](?![^\W\d_]))"  # "503,wр."
    r"|\d[.,][%=<>;:&$!?@^_|~\"](?=[^\w\s.)-]|[p-y](?:\s|$))"  # "5,:Ұ", "45.%x"
    r"|(?<![\w/])\d{1,9}[(<=>;:&$!?\"][p-y]\d"  # "5(s0"
    r"|(?<![\w/])\d{1,9}[p-y][(<=>;:&$!?\"]\d"  # "1r?50"
    r"|(?<![\w/])\d{1,9}[ln]\d\d(?!\w)"  # "120n50": the point was one bit away
    r"|\d(?!%[/)(])[%=<>;:&$!?\"][/(<=>;:&$!?\"#%.]\d|\d[#*]\.?[%=<>;:&$!?]\d"  # "4=/67", "2#.$5"
    r"|\d/[<>=;:&%$!?]\d|\d[+(ln¼½¾±][:;]\d|\d(?=[^\w\s]{3}\d)[^\w\s]*[:;<=>&%$!?\"][^\w\s]*\d"  # "1:&#45"
    r"|(?<![^\W\d_])[\x04-\x08\x0e-\x19\x1c-\x1f\x80-\x9f] ?\d"  # in no word: "\x11 250"
)
_FOR_A_MINUS = re.compile(r"(?:^|[:= ])\r(?:[^\W\d_]{0,3}[$€£] ?)?\d")
_IMPOSSIBLE = re.compile(
    r"[\d.,]\0+[\d.,]|[\d.,]\0[ -~\n\r]+\Z"  # a NUL with text behind it, no rubbish
    r"|[\u2200-\u2211\u2213-\u2218\u221b-\u221d]"  # one bit of the minus
    r"|\xad[^\W\d_]{0,3}[$€£] ?\d"
)


_STRANGE_INSIDE = re.compile(r"(?<=[^\W\d_])[<>£¥¤§¡¿ΔΦΓΛΩΠΨΣΘΞ](?=[a-zà-ÿ])")
_SIGN_INSIDE = re.compile(r"(?<=[^\W\d_])[<>=!?$£¥¤%&;\"+*§¡¿|~^{}\\\[\]ΔΦΓΛΩΠΨΣΘΞ](?=[a-zà-ÿ])")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_LONELY_ACCENT = re.compile(r"(?:^|[\W\d])[\u0300-\u036f]")
_TOGETHER = frozenset({"CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "IDEOGRAPHIC"})


def _scripts(text: str) -> set[str]:
    """Those that no text has side by side."""
    return {_script(char) for char in text if char > "ʯ" and char.isalpha()} - _TOGETHER


_PUNCTUATION = re.compile("[\u060c\u066b\u066c\u2000-\u206f\u3000-\u303f\ufe00-\uffef]")


@lru_cache(maxsize=1024)
def _script(char: str) -> str:
    return unicodedata.name(char, "?").partition(" ")[0]


def _is_lonely(char: str, letters: Counter[str]) -> bool:
    """The only letter of its script in the text, and no currency: a flipped bit of the high octet of UCS2."""
    if char <= "ʯ" or fold(char) in signs() or unicodedata.category(char)[0] in "SZNC":
        return False
    if not char.isalpha():
        return not _PUNCTUATION.fullmatch(char) and letters[_script(char)] == 0
    return letters[_script(char)] == 1 and _script(char) not in {"CYRILLIC", "GREEK"}


def _never(char: str, greek: bool) -> bool:
    """A character that stands at no number at all."""
    if char in "\n\r\t":
        return False
    kind = unicodedata.category(char)
    return kind in ("Cc", "Co", "Cn", "Cs") or char == "�" or (char in _GSM_GREEK and not greek)


def _is_strange(behind: str, letters: Counter[str]) -> bool:
    """Whether no sentence begins so, behind the point of a number. `behind`: two characters."""
    first = behind[:1]
    if not first or first.isspace() or first.isdecimal():
        return False
    if first in _SIGNS or first in "@°±ºª¼½¾" or unicodedata.category(first)[0] == "M" or "\u2030" <= first <= "\u203b":
        return True
    if (_is_upper_half(first) or _is_extended(first)) and not (first.isupper() and behind[1:].islower()):
        return True
    scripts = [_script(char) for char in behind if char > "ʯ" and char.isalpha()]
    return any(letters[script] <= scripts.count(script) for script in scripts)


def _has_case(char: str) -> bool:
    return char.lower() != char.upper()


def _is_extended(char: str) -> bool:
    """A Latin letter of the code pages behind Latin-1, and no sign of money: one bit of a figure's high octet."""
    return "\u0100" <= char <= "\u024f" and char not in "đłĐŁ"


_WORD_AHEAD = re.compile(r"[^\W\d_]{2}$")


def _is_upper_half(char: str) -> bool:
    """A letter of Latin-1 with an accent: between two digits it is one of them, or their point."""
    return "À" <= char <= "ÿ" and char.isalpha()
