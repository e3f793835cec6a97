"""Text -> numbers that may be money, with position, sign and currency. Nothing is chosen here, and nothing is guessed:
a number whose value, sign or extent is in doubt is given as such (`value` None), so that it can still count as a rival.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from modemd.frozen import dataclass
from modemd.money.currencies import (
    THREE_DECIMALS,
    comma_thousands,
    currency_of,
    fits_home,
    home_currency,
    joined_sign_regex,
    sign_regex,
    signs,
    without_coins,
)
from modemd.money.damage import is_torn, sign_behind
from modemd.money.fold import DECIMAL_ARABIC, EN_DASH, MINUS, THOUSANDS_ARABIC, has_word_ends
from modemd.money.wordlists import any_of, rule


@dataclass(frozen=True, slots=True)
class Amount:
    """`start`..`end` covers number, sign and currency; `sign` is the folded currency sign, None for a bare number.
    `exact` False: rounded ("Rp30rb"), a price per something ("2r/sut"), or glued to letters that are no currency."""

    value: Decimal | None
    start: int
    end: int
    digits: tuple[int, int]
    sign: str | None = None
    currency: str | None = None
    exact: bool = True


def number(token: str, currency: str | None = None) -> Decimal | None:
    """Gives 1020.06 for "1 020,06"; decimals are kept as written. None where the separators allow two readings.

    Blank, apostrophe and U+066C only group thousands; of two different separators the last is the decimal one; a
    separator that repeats groups thousands. One separator before three digits is thousands in currencies without coins
    ("15.002d"), decimals in those with three ("1,250 DT"), thousands for a comma where the comma is never decimal
    ("$1,234"), decimals behind a zero, else in doubt."""
    token = token.replace(DECIMAL_ARABIC, "\0").replace(THOUSANDS_ARABIC, "'")
    if re.fullmatch(r"\d{1,12}", token):
        return Decimal(token) if len(token) == 1 or token[0] != "0" else None
    parts = re.split(r"[ '.,\0]", token)
    *groups, tail = parts
    seps = re.findall(r"[ '.,\0]", token)
    if len("".join(parts)) > 15 or not seps:
        return None
    last = seps[-1]
    if last in " '" or (seps.count(last) > 1 and last in ".,"):
        return _grouped(parts, seps)
    if last == "\0" or len(set(seps)) == 2:
        return _decimal(groups, seps[:-1], tail)
    if len(tail) != 3 or parts[0] == "0":
        return _decimal(groups, [], tail)
    if currency in without_coins() or (last == "," and currency in comma_thousands()):
        return _grouped(parts, seps)
    return _decimal(groups, [], tail) if currency in THREE_DECIMALS else None


def amounts(text: str, folded: str, *, country: str | None = None, home: str | None = None) -> list[Amount]:
    """Every number of the text that is not part of a code, date, time, link, phone number or measure, in order.

    `text` is cleaned, `folded` the same text folded. `home` is the SIM's currency (else the country's): it only decides
    what a shared sign ("r", "$", "kr") means and how three digits behind a separator are read."""
    home = home or home_currency(country)
    masked = mask(folded)
    found = []
    for count, match in enumerate(_token().finditer(masked)):
        if count >= MAX_NUMBERS:
            return []
        amount = _amount(match, text, masked, home)
        if amount is not None:
            found.append(amount)
    return found


MAX_NUMBERS = 150
"""A text with more numbers is no reply of an operator, and nothing is read from it."""


def mask(folded: str) -> str:
    """The folded text with everything blanked whose digits are not quantities: USSD codes, links, dates, times, phone
    numbers with stars. Same length."""
    return _not_quantities().sub(lambda m: "\x1f" * len(m.group()), folded)


def points_end(folded: str, stop: int) -> int:
    """Where the points end that stand behind the full stop of a sign ("-7.02р.0бал."), else `stop`, its own end."""
    found = _points().match(folded, stop) if folded[stop - 1] == "." else None
    return stop if found is None else found.end()


@lru_cache(maxsize=1)
def _points() -> re.Pattern[str]:
    return re.compile(rf"\s?\d{{1,9}}\s?(?:{any_of('points')})(?![^\W\d_])")


NUMBER = r"\d{1,15}(?:[.,'\u066b\u066c]\d{1,15}|\x20\d{3}(?!\d)){0,6}"
"""A number as far as it may reach; a blank joins groups of three only."""


@lru_cache(maxsize=1)
def _multiplied() -> re.Pattern[str]:
    """ "150 rb", "1.5 mln": the number is of thousands or millions."""
    return re.compile(rf"\s?(?:{any_of('multiplier')})")


@lru_cache(maxsize=1)
def _per() -> re.Pattern[str]:
    r""" "5 EUR/min", "5 p в сутки": a price."""
    return re.compile(rf"\s{{0,2}}(?:/\s?[^\W\d_]|\\|{any_of('per')})")


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    sign = sign_regex()
    dash = rf"[-{MINUS}{EN_DASH}+]"
    before = rf"(?P<before>(?<![^\W\d_])(?:{sign})(?:(?:(?<=[^\W\d_])|(?<=[\u0900-\u1cff/]))\.)?)[ :]{{0,2}}"
    after = rf"[ ]{{0,2}}(?P<after>(?:{joined_sign_regex()})|(?:{sign})(?![^\W\d_])\.?)"
    return re.compile(
        rf"(?P<dash>{dash})?(?P<gap>\x20)?(?:{before})?(?P<dash2>{dash})?(?<![\d\x1f])(?P<number>{NUMBER})(?:{after})?",
    )


@lru_cache(maxsize=1)
def _not_quantities() -> re.Pattern[str]:
    month = r"(?:[^\W\d_]{3,10})"
    return re.compile(
        "|".join(
            (
                r"(?:https?://|www\.)\S{1,200}",
                r"(?<![^\W_])[a-z0-9-]{1,40}\.(?:ru|com|net|org|me|it|se|de|ua|pl|by|kz|info|mobi|app|su|vn|id|uk|cz|co)(?:/\S{0,100})?(?![^\W_])",
                r"[*#][\d*#+]{0,30}#",  # codes as people dial them
                r"(?<![^\W_])#\d{2,6}(?!\d)",
                r"\*\d{2,5}(?:\*\d{1,15}){0,6}(?![\d*])",
                r"\+?\d{0,15}\(?\d{0,4}\)?[ \-]?\*{2,}[-\d]{0,15}",  # a number masked by the operator
                r"\d{2,14}x{2,}\d{0,6}",
                r"\+\d[\d \-()]{6,18}\d",
                r"(?<!\d)\d{4}([-./])\d{1,2}\1\d{1,2}(?!\d)",
                r"(?<!\d)\d{1,2}([-./])\x20?\d{1,2}\2\x20?(?:\d{4}|\d{2})(?![\d])(?!\2\d)",
                r"(?<=\x20[abdeilnostz][ulmafnotu])\x20\d{1,2}/(?:0[1-9]|1[0-2])(?![\d/.,])",
                r"(?<!\d)\d{1,3}:\d{2}(?::\d{2})?(?![\d])(?:\s?[ap]m(?![^\W\d_]))?",
                rf"(?<![\d.,])\d{{1,2}}[- ]{month}[- ,.]{{1,2}}(?:19|20|25)\d{{2}}(?!\d)",
                r"(?<!\d)\d{7,11}-\d{1,6}",
                r"(?<![\d.,])8[- ]\d{3}[- ]\d{3}[- ]\d{2}[- ]\d{2}",
            )
        )
    )


@lru_cache(maxsize=1)
def _unit_after() -> re.Pattern[str]:
    return re.compile(r"[ ]?(?:" + any_of("units") + r"|%|x\d|[°])")


@lru_cache(maxsize=1)
def _unit_before() -> re.Pattern[str]:
    return re.compile(r"(?:" + any_of("units") + r")\)?\s?[:=]\s?$")


@lru_cache(maxsize=1)
def _thousands_of_sign() -> re.Pattern[str]:
    return re.compile(rf"\x20?[ekmt](?:{sign_regex()})(?![^\W\d_])")


def _decimal(groups: list[str], seps: list[str], tail: str) -> Decimal | None:
    if len(groups) > 1:
        whole = _grouped(groups, seps)
        if whole is None:
            return None
        return Decimal(f"{whole}.{tail}")
    if len(groups[0]) > 12 or len(tail) > 6 or re.match(r"0[1-9]", groups[0]):
        return None  # "03.20": the figure in front is damaged
    return Decimal(f"{groups[0]}.{tail}")


def _grouped(parts: list[str], seps: list[str]) -> Decimal | None:
    """Groups of three, or the Indian 1,23,456; all with one separator."""
    if len(set(seps)) != 1 or not 1 <= len(parts[0]) <= 3 or len(parts[-1]) != 3:
        return None
    middle = {len(p) for p in parts[1:-1]}
    if middle <= {3} or (middle == {2} and len(parts[0]) <= 2 and seps[0] == ","):
        return Decimal("".join(parts)) if parts[0][0] != "0" else None
    return None


def _amount(match: re.Match[str], text: str, masked: str, home: str | None) -> Amount | None:
    start, end = match.start("number"), match.end("number")
    before, after = match["before"], match["after"]
    if before is not None and not _sign_fits(
        before, text[match.start("before") : match.end("before")], home, prefix=True
    ):
        before = None
    if after is not None and not _sign_fits(after, text[match.start("after") : match.end("after")], home, prefix=False):
        after = None
    if before is None and match["before"] is not None and match.end("before") == match.start("number"):
        return None  # "VINA690", "T2": digits of a name
    if _is_name(before, match, masked, home):
        return None
    if before is None and start and has_word_ends(masked[start - 1]) and match["before"] is None:
        return None
    if before is not None and after is not None:
        # "Rp30.000 d": the sign with a meaning at home wins; both may be real ("R 5 c")
        glued = (
            home is None and masked[start - 1] == "$" and re.match(r" \w\w$", masked[end : match.end("after")])
        )  # "$50 da saldo"
        before, after = (before, None) if glued or home in signs()[before.rstrip(".")] else (None, after)
        end_of_both = match.end("after") if _is_joined(match["after"]) else end
    else:
        end_of_both = end
    stop = match.end("after") if after is not None else end_of_both
    if after is None and before is None and _unit_after().match(masked, end):
        return None
    if before is None and after is None and _unit_before().search(masked[max(0, start - 24) : start]):
        return None
    sign = (before or after or "").rstrip(".") or None
    whole = re.fullmatch(r"\d{4,12}", match["number"]) is not None
    currency = currency_of(sign, home, whole=whole) if sign else None
    value = number(match["number"], currency or home)
    first = match.start("before") if before is not None else start
    value, first = _signed(value, first, match, masked)
    ahead = re.search(r"(\S*)[.,]$", masked[max(0, start - 20) : start]) if before is None else None
    if ahead is not None and (
        match["number"].isdecimal() or not ahead[1][-1:].isalpha() or re.search(r"\d|(?<![^\W_]).$", ahead[1])
    ):
        value = None  # "$.50", "1O.50", "x.50", "balance is.50": only the end of a number
    if home is None and after in {"p", "c"} and text[match.start("after")] in "pc" and match["number"].isdigit():
        value = None  # pence, cents, or the roubles and soms of mixed alphabets
    if (sign is not None and home is not None and not fits_home(sign, home)) or _two_currencies(match, masked, home):
        value = None  # "Rs.20" in South Africa: R3.20 with a flipped bit; "63sr" in Russia: 633r
    exact = match["after"] is not None or _thousands_of_sign().match(masked, end) is None  # "1.5 eFt"
    if before is not None and rule("conjunction").match(masked, end + 1):
        exact = True  # Dutch "€ 11,28 en is geldig"
    rest = masked[stop:]
    if _multiplied().match(masked[end:]) and after is None:
        exact = False
    elif after is None and re.match(r"[^\W\d_]", rest):
        return None if sign is None else Amount(value, first, stop, (start, end), sign, currency, exact=False)
    sentence = masked[stop - 1 : stop] == "." and text[stop:].lstrip()[:1].isupper()
    if (not sentence and _per().match(rest)) or (
        sign and re.match(r"\s?(?:коп|kop|ore|cents?|paisa?)(?![^\W\d_])", rest)
    ):
        exact = False
    if re.match(r"[ ]?[/|&+\\][ ]?\d", rest):
        value = None  # "20.00 / 30.00"
    if re.match(r"\.{2}|…|\s?[x×*]\s?\d", rest):
        value = None  # "50.. 60", "5 EUR x 3"
    if re.search(r"\d\s?[*×|/+&]\s?$", masked[max(0, first - 4) : first]):
        value = None
    if re.match(r"[ ]?[-–][ ]?\d", rest):
        exact = False  # a range
    if re.match(r"\.?\s?[cd]r(?![^\W\d_])", rest):
        value = None  # "4,500.00 CR": a bank's credit and debit
    if re.match(r"[-–−](?![\d\w])", rest):
        value = None  # "5.00- EUR": a minus behind?
    small = _small_change().match(rest) if sign else None
    if small and not small["coins"] and masked[stop - 1] == "." and _unit_after().match(rest, small.end("digits")):
        small = None  # "18,60 TL. 3 GB"
    coins = small is not None and small["coins"] and masked[stop - 1] == "."  # "211р.03к."
    apart = not coins and points_end(masked, stop) == stop
    if after is not None and masked[stop : stop + 1].isdigit() and apart:
        value = None  # "5€20"
    if after is not None and masked[start:end] == "0" and re.match(r"[. ]{1,2}\d[\d,]*\.\d{2}(?!\d)", rest):
        value = None  # "Bal:0Rs. 63.75": a blank that became a figure
    if masked[first - 1 : first] == "(" and rest[:1] == ")":
        value = None  # "($5.20)": a book-keeper's minus?
    if is_torn(masked, first, (start, end)) and apart:
        value = None
    if small and value is not None:
        # "91 p 05 k" is 91.05; "5 EUR 20 Ct" without its zero, and a unit that nobody knows, are in doubt.
        certain = small["coins"] and len(small["digits"]) == 2 and "." not in str(value)
        value = Decimal(f"{value}.{small['digits']}") if certain else None
        return Amount(value, first, stop + small.end(), (start, stop + small.end("digits")), sign, currency)
    return Amount(value, first, stop, (start, end), sign, currency, exact)


def _two_currencies(match: re.Match[str], masked: str, home: str | None) -> bool:
    """ "KES $5.67", "R11.8$", "¥0,50р": such a sign beside another currency is a damaged figure. "2.2r руб": so
    is a second one."""
    before, after = ((match[name] or "").rstrip(".") for name in ("before", "after"))
    code = _CODE.search(masked[: match.start("before")]) if before == "$" else None
    own = code is not None and code[1] in signs() and (len(code[1]) > 2 or home in signs()[code[1]])
    two = {code[1] if code is not None and own else before, after} - {""}
    if before in {"¥", "£"} and after and not set(signs()[after]).intersection(signs()[before]):
        return True
    if "$" in {before, after} and len(two | {"$"}) > 1:
        return any(not set(signs()[sign]).intersection(signs()["$"]) for sign in two)
    again = sign_behind().match(masked, match.end()) if len(after) == 1 and match["after"] == after else None
    return again is not None and (len(again[1]) > 1 or {after, again[1]} <= {"p", "r"}) and again.group() != " cfa"


_CODE = re.compile(r"(?<![^\W\d_])([a-z]{2,3}|[^\x00-\x7f]{2,4})[. ]{0,2}$")


def _is_joined(sign: str) -> bool:
    return re.fullmatch(joined_sign_regex(), sign) is not None


def _is_name(before: str | None, match: re.Match[str], masked: str, home: str | None) -> bool:
    """ "KM1: 25.000 VND": letters that are money elsewhere, glued to the digits of a name."""
    if before is None or match.end("before") != match.start("number") or not match["number"].isdigit():
        return False
    foreign = home is not None and home not in signs()[before.rstrip(".")] and len(before) < 3
    return before.isalpha() and (foreign or masked[match.end("number") : match.end("number") + 1] in {":", "="})


@lru_cache(maxsize=1)
def _small_change() -> re.Pattern[str]:
    coins = any_of("small_change")
    return re.compile(rf"\s?(?P<digits>\d{{1,2}})\s?(?:(?P<coins>{coins})|[^\W\d_]{{1,2}}(?![^\W_]))")


def _sign_fits(sign: str, written: str, home: str | None, *, prefix: bool) -> bool:
    """One letter is a currency only where it is the country's own, and before the number only as a capital."""
    bare = sign.rstrip(".")
    if _is_joined(bare):
        return True
    if len(bare) > 1 or not bare.isalpha():
        return True
    if not prefix and home != signs()[bare][0] and rule("conjunction").fullmatch(bare):
        return False  # Italian "e": "48,05 e 10"
    if prefix and (not written[:1].isupper() or bare not in {"r", "n", "k", "p", "e", "q", "l", "m"}):
        return False
    if prefix and bare == "e" and written[0] != "E":
        return False  # "È" is a verb
    return home in signs()[bare] if home else bare in {"r", "p", "f", "d", "c"}


def _signed(value: Decimal | None, first: int, match: re.Match[str], masked: str) -> tuple[Decimal | None, int]:
    """The sign in front. A dash between blanks, or right behind a word, may be a mere dash: then there is no value."""
    dash, place = match["dash2"], match.start("dash2")
    if dash is None and match["dash"] is not None:
        dash, place = match["dash"], match.start("dash")
        if match["gap"] and first > place + 2:
            dash = None
    if dash is None or dash == "+":
        return value, first
    ahead = masked[place - 1] if place else ""
    spaced = masked[place + 1 : place + 2] == " "
    first = min(first, place)
    if dash == MINUS or (
        dash == "-" and not place and "\n-" not in masked
    ):  # "- 174.60 р." as the first of the text, and no list
        return _negated(value), first
    if spaced:
        if masked[:place].rstrip()[-1:] in {":", "="}:
            return _negated(value), first
        return (value, first) if dash == EN_DASH else (None, first)
    if ahead in {"", " ", ":", "=", "(", "\n"} or match.start("dash2") == place:
        return _negated(value), first
    return None, first


def _negated(value: Decimal | None) -> Decimal | None:
    return None if value is None else (-value if value else value)
