"""Numbers that name a person or a device, found in a text and replaced by pseudonyms of the same length and shape.

What goes: IMSI, ICCID, IMEI, telephone numbers, PINs. What stays: amounts, dates, times, USSD codes, short numbers of
operators. In doubt a number of ten digits or more goes, and one of seven or more stays only where it reads as money or
date."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

from modemd.money.amounts import amounts
from modemd.money.fold import clean, fold
from modemd.money.reading import read

LEAST_PHONE = 7  # digits; shorter ones are numbers of operators and codes
LEAST_SURE = 10  # digits; no amount is that long
TRIES = 200  # pseudonyms that are taken already, before one is used twice


class Pseudonyms:
    """Digits -> other digits, the same for the same input as long as this object lives. Without the key, which is never
    written anywhere, nobody can try numbers out."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(16) if key is None else key
        self._made: dict[str, str] = {}
        self._taken: set[str] = set()
        self._kinds: dict[str, str] = {}

    def know(self, *, imsi: str | None = None, imei: str | None = None, iccid: str | None = None) -> None:
        """Tells what these digits are, so that the part of them that names operator or model can stay."""
        for kind, digits in (("imsi", imsi), ("imei", imei), ("iccid", iccid)):
            if digits:
                self._kinds.setdefault(digits, kind)

    @property
    def known(self) -> dict[str, str]:
        """Digits -> kind of what know() was told."""
        return self._kinds

    def of(self, digits: str) -> str:
        """The pseudonym of these ASCII digits; a pseudonym is its own."""
        if digits in self._taken:
            return digits
        made = self._made.get(digits)
        if made is None:
            for attempt in range(TRIES):
                made = self._make(digits, attempt)
                if made != digits and made not in self._taken and made not in self._made:
                    break
            assert made is not None  # noqa: S101 (for the type checker)
            self._made[digits] = made
            self._taken.add(made)
        return made

    def hexadecimal(self, text: str) -> str:
        """The pseudonym of hex digits that are no number, such as the place of a cell; case and length stay."""
        made = self._digest(text.upper(), 0)[: len(text)].upper()
        return made.lower() if text.islower() else made

    def _make(self, digits: str, attempt: int) -> str:
        kind = self._kinds.get(digits) or _kind(digits)
        keep, checked = _KEPT[kind](digits)
        number = int(self._digest(digits, attempt), 16)
        width = len(digits) - keep
        if kind == "phone":
            # Zeros say at first sight that nobody has this number.
            tail = f"{number % 10**6:06d}"
            return (digits[:keep] + "0" * max(0, width - 6) + tail[-min(6, width) :])[: len(digits)]
        made = digits[:keep] + str(number).zfill(width)[-width:]
        return made[:-1] + _check_digit(made[:-1]) if checked else made

    def _digest(self, text: str, attempt: int) -> str:
        return hmac.digest(self._key, f"{attempt}:{text}".encode(), "sha256").hex()


def redact(text: str, names: Pseudonyms) -> str:
    """The text with its numbers replaced, digit by digit: everything else, and the length, stays. Digits of any script
    are digits, and keep their script."""
    if len(text) < 4:
        return text
    plain = _ascii_digits(text)
    letters = list(text)
    for start, end in _spans(plain, names):
        places = [place for place in range(start, end) if plain[place] in _DIGITS]
        made = names.of("".join(plain[place] for place in places))
        for place, digit in zip(places, made, strict=True):
            letters[place] = chr(ord(text[place]) - int(plain[place]) + int(digit))
    return "".join(letters)


# --- what is a number of somebody ------------------------------------------------------------------------------------

_DIGITS = frozenset("0123456789")

# 22.030 6.5.2: changing PIN, PIN2 and unblocking them.
_PIN_CHANGE = re.compile(r"\*\*0[45]2?\*(\d{4,8})\*(\d{4,8})\*(\d{4,8})#")
_PLUS = re.compile(
    r"(?<![\d*#])\+(?:\d{9,16}(?!\d)|\d{1,3}(?:[ -]?\(\d{2,5}\)|[ -]\d{2,5})(?:[ -]?\d{2,4}){1,4}(?!\d))"
)
_CODE = re.compile(r"[*#][\d*#+]{0,80}#")
_DATE = re.compile(
    r"(?<![\d.,-])\d{4}([-./])\d{1,2}\1\d{1,2}(?!\d)"
    r"|(?<![\d.,-])\d{1,2}([-./])\d{1,2}\2(?:\d{4}|\d{2})(?![\d-])"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
)
_LONG = re.compile(rf"(?<!\d)\d{{{LEAST_SURE},}}(?!\d)")
_SHORT = re.compile(rf"(?<!\d)(?<!\d[.,])\d{{{LEAST_PHONE},{LEAST_SURE - 1}}}(?!\d)(?![.,]\d)")
_SPACED = re.compile(
    r"(?<![\d.,:+*#-])(?:"
    r"(?:\d{1,3}[ -]?)?\(\d{2,5}\)[ -]?\d{1,4}(?:[ -]?\d{2,4}){1,3}"  # 8 (913) 123-45-67
    r"|[08][ -]\d{2,4}(?:[ -]\d{2,4}){2,4}"  # 8 913 123 45 67
    r"|0\d{1,4}(?:[ -]\d{2,4}){2,4}"  # 0913 123 456
    r"|\d{2,4}-\d{3}-\d{2}-\d{2}"
    r"|\d{3}-\d{2}-\d{2}"
    r"|\d{3}[- ]\d{3}[- ]\d{4}"
    r"|\d{3}-\d{4}"
    r"|\d{3}-\d{6,8}"
    r")(?![\d-])(?![.,]\d)"
)
_UNITS = r"(?:[kmg]?i?b(?:ytes?)?|[кмг]?б(?:айт)?)"
_UNIT_BEFORE = re.compile(rf"(?i)(?<![^\W\d_]){_UNITS}\)?\s?[:=]?\s?\Z")
_UNIT_AFTER = re.compile(rf"(?i)\s?{_UNITS}(?![^\W\d_])")
_THREES = re.compile(r"[1-9]\d{0,2}(?: \d{3})+")


def _spans(text: str, names: Pseudonyms) -> Iterator[tuple[int, int]]:
    """Places of the numbers that go, none over another. `text` has ASCII digits only."""
    for found in list(_PIN_CHANGE.finditer(text)):
        yield from (found.span(group) for group in (1, 2, 3))
        text = _blank(text, *found.span())
    dates = [date.span() for date in _DATE.finditer(text)]
    for found in list(_PLUS.finditer(text)):
        start, end = found.span()
        # "+7 913 123-45-67 12.11.2025": what belongs to a date ends the number.
        end = min([end, *(first for first, last in dates if start < first < end < last)])
        if sum(letter in _DIGITS for letter in text[start:end]) >= 9:
            yield start, end
            text = _blank(text, start, end)
    for found in list(_CODE.finditer(text)):
        # A field that is a whole number: somebody who shall call back, a voucher.
        fields = re.finditer(r"\d{9,}", found[0])
        yield from ((found.start() + field.start(), found.start() + field.end()) for field in fields)
        text = _blank(text, *found.span())
    for found in list(_LONG.finditer(text)):
        if found[0] in names.known or not _is_moment(found[0]):
            yield found.span()
        text = _blank(text, *found.span())
    for found in list(_DATE.finditer(text)):
        text = _blank(text, *found.span())
    short = list(_SHORT.finditer(text))
    money = _money(text) if short else frozenset()
    for found in short:
        measured = _UNIT_BEFORE.search(text, 0, found.start()) or _UNIT_AFTER.match(text, found.end())
        if found[0] in names.known or not (measured or _is_moment(found[0]) or Decimal(found[0]) in money):
            yield found.span()
        text = _blank(text, *found.span())
    for found in _SPACED.finditer(text):
        if sum(letter in _DIGITS for letter in found[0]) >= LEAST_PHONE and not _THREES.fullmatch(found[0]):
            yield found.span()


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{chr(0x1F) * (end - start)}{text[end:]}"


def _is_moment(digits: str) -> bool:
    """Whether digits are a date or a time of these years: 20251130, 30112025, with hour, minute and second behind."""
    forms = {8: ("%Y%m%d", "%d%m%Y"), 12: ("%Y%m%d%H%M",), 14: ("%Y%m%d%H%M%S", "%d%m%Y%H%M%S")}
    for form in forms.get(len(digits), ()):
        try:
            moment = datetime.strptime(digits, form)
        except ValueError:
            continue
        if (2000 if len(digits) == 8 else 2020) <= moment.year <= 2044:  # +20 1... is a telephone of Egypt
            return True
    return False


def _money(text: str) -> frozenset[Decimal]:
    """The amounts that the text itself calls money."""
    cleaned = clean(text)
    found = {amount.value for amount in amounts(cleaned, fold(cleaned)) if amount.sign and amount.value is not None}
    balance = read(text).balance
    return frozenset({abs(value) for value in (*found, *(() if balance is None else (balance,)))})


def _ascii_digits(text: str) -> str:
    """The same length, every decimal digit of any script as an ASCII one."""
    if text.isascii():
        return text
    return "".join(
        str(int(letter)) if letter.isdecimal() and ord(letter) > 127 and _is_plain_digit(letter) else letter
        for letter in text
    )


def _is_plain_digit(letter: str) -> bool:
    """Whether the ten digits of its script stand in a row around it, as in all but a few mathematical ones."""
    zero = ord(letter) - int(letter)
    return chr(zero).isdecimal() and int(chr(zero)) == 0 and chr(zero + 9).isdecimal() and int(chr(zero + 9)) == 9


# --- shapes ----------------------------------------------------------------------------------------------------------


def _kind(digits: str) -> str:
    if len(digits) in range(18, 23) and digits.startswith("89"):
        return "iccid"
    if len(digits) == 15:
        return "imei" if _is_checked(digits) else "imsi"
    return "pin" if len(digits) < LEAST_PHONE else "phone"


def _plmn(digits: str) -> int:
    """Digits of MCC and MNC (24.008 10.5.1.3): three of the latter in North America (MCC 3xx), else two as a rule."""
    return 6 if digits.startswith("3") else 5


_KEPT: dict[str, Callable[[str], tuple[int, bool]]] = {
    "iccid": lambda digits: (6, _is_checked(digits)),  # 89, country, issuer
    "imei": lambda digits: (8, _is_checked(digits)),  # the type of the device
    "imsi": lambda digits: (_plmn(digits), False),
    "phone": lambda _digits: (1, False),
    "pin": lambda _digits: (0, False),
}


def _is_checked(digits: str) -> bool:
    return len(digits) > 1 and _check_digit(digits[:-1]) == digits[-1]


def _check_digit(digits: str) -> str:
    """Luhn's (ISO 7812, 23.003 B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
