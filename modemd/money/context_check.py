"""Whether every word next to a sum is accounted for. The lists of other purses, events and bounds cannot name all of
them ("locked balance", "balance goal", "$5 credit waiting"), so here the words must be known to be neutral instead."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache

from modemd.frozen import dataclass
from modemd.money import everyday, scripts
from modemd.money.brands import names_around
from modemd.money.currencies import sign_regex, signs
from modemd.money.dates import month_names
from modemd.money.fold import words
from modemd.money.labels import FREE_OF_CHARGE, Labelled, conjunction, instruction, named_so
from modemd.money.pack import Pack
from modemd.money.wordlists import any_of, rule


@dataclasses.dataclass(frozen=True)  # not the light one: cached_property wants a __dict__
class TextContext:
    """A text (`folded` as long as `text`) and where it comes from; `sign` is the folded one of the sum in question."""

    text: str
    folded: str
    country: str | None = None
    sign: str | None = None
    pack: Pack | None = None

    @cached_property
    def brands(self) -> frozenset[str]:
        """The folded names of operators that count in it; found when the first word asks for them."""
        return names_around(self.country, self.sign, self.pack)

    @cached_property
    def languages(self) -> int:
        """Those that the text is written in; found when the first unknown word asks for them."""
        return everyday.languages(self.folded)


def all_known(item: Labelled, context: TextContext) -> bool:
    """All words that lead to the sum, and those behind it, are known, or the name of an operator; so is what leads to
    the whole, if it is a heading."""
    label = item.label
    start = item.amount.start - len(label)
    named = list(rule("balance").finditer(label))
    if not neutral_ahead(label, start, context) or not _neutral_number(label, start, context):
        return False
    if _of_plastic(label) or _is_numbered(label):
        return False
    if named and _onto(context.folded[max(0, start - 20) : start + named[-1].end()]):
        return False
    if named and _of_an_offer(label, start, context):
        return False
    return neutral_behind(item, context, whole=not named) and not under_heading(context, start)


def neutral_ahead(label: str, start: int, context: TextContext) -> bool:
    """Whether each word of `label`, which stands at `start` in the folded text, is known, by itself or as part of a
    phrase ("you have"): then these words in front of a sum leave it the one balance."""
    own = context.text[start : start + len(label)]
    unknown = [
        word
        for word in _words(label, 0, len(label))
        if not _known(word, own, label, context) and not _garbage(word, label)
    ]
    if not unknown:
        return True
    phrases = [m.span() for name in _MODIFIERS for m in rule(name).finditer(label)]
    phrases += [m.span() for m in named_so().finditer(label)]
    phrases += [m.span() for m in _modifiers().finditer(label)]
    return all(any(start <= word.start and word.end <= end for start, end in phrases) for word in unknown)


def _neutral_number(label: str, start: int, context: TextContext) -> bool:
    """A number that the words in front of the sum begin behind ("Your 401(k) balance") is part of a name: what leads to
    it is known as well, unless a sign ends it."""
    before = context.folded[:start]
    if re.search(r"\d\($", before):
        return False  # "Your 401(k) balance"
    bare = before.rstrip("0123456789")
    if bare == before or _ends_with_a_sign(bare) or re.match(r"\s?[,.;:)\n|/*-]|\s?$", label):
        return True
    ahead = re.split(r"[.!?;,\n|:]\s?", bare)[-1]
    return neutral_ahead(ahead, len(bare) - len(ahead), context)


def _of_plastic(words: str) -> bool:
    """ "Saldo carta", "card balance": a bank's card or a shop's. "The balance on your card" is a SIM's as well."""
    cards = [found.span() for found in rule("plastic").finditer(words)]
    names = [found.span() for found in rule("balance").finditer(words)] if cards else []
    touching = any(start - 1 == end or begin - 1 == stop for start, stop in cards for begin, end in names)
    return touching and rule("of_a_sim").search(words) is None


def _is_numbered(label: str) -> bool:
    """ "2nd line", "balance b/f": short forms that are no words; of a date an ordinal is."""
    if re.search(r"(?<![^\W_])(?!a/c)[a-z]/[a-z](?![^\W_])", label):
        return True
    ordinal = re.search(r"\d(?:st|nd|rd|th)\s([^\W\d_]+)", label)
    return ordinal is not None and ordinal[1] not in {"of", *month_names()}


def _of_an_offer(label: str, start: int, context: TextContext) -> bool:
    """ "Recharge 20 DH = solde 60 DH", "recarga de $50 da saldo de $120": a top-up and what it would make."""
    if re.match(r"\s?(?:=|[^\W\d_]{1,2}(?![^\W\d_]))", label) is None:
        return False
    ahead = re.split(r"[.!?\n;]\s", context.folded[:start])[-1]
    return bool(re.search(r"\d[^,(]*$", ahead)) and rule("top_up_word").search(ahead) is not None


def moved(label: str) -> bool:
    """ "на ваш счет", "с баланса" at the end of the words in front of the sum: onto the account, or off it."""
    return _onto(label.rstrip(" :="))


def neutral_behind(item: Labelled, context: TextContext, *, whole: bool, since: int = 0) -> bool:
    """What follows the sum, up to the next sign. A capital begins something new, unless the word for the balance is
    among these words (`whole`). `since`: up to here the words are accounted for already."""
    text, folded = context.text, context.folded
    end = max(item.amount.end, since)
    if _cut(text, item) or re.match(r"[\s.]{0,2}\?", folded[end:]):
        return False
    behind = text[end:].lstrip()
    if text[end - 1] == "." and not behind[:1].islower() and behind[:1] != "(":
        return True
    if re.match(r"[-'][^\W\d_]", folded[end:]) and not _glued().match(folded, end + 1):
        return False  # "100 тг-ден аз": an ending of another language
    if not _neutral_bracket(folded[end : end + 80], text[end : end + 80], context):
        return False
    rest = re.split(r"[.!?;,\n(*|\u060c\u3002\u0964\u0589]", folded[end : end + 60])[0]
    told = instruction(item.amount, folded) if end == item.amount.end else None
    rest = rest[:told]
    heads = rest.split()[:2]
    if heads and (rule("price_before").fullmatch(heads[0]) or rule("event").search(" ".join(heads))):
        return False
    if rule("expired").search(rest):
        return False
    if re.search(r"[:=]", rest):
        return True  # these words introduce something else
    clause = rest
    joined = conjunction().search(rest)
    rest = rest[: joined.start()] if joined is not None else rest
    known_to = 0
    for count, word in enumerate(_words(rest, 0, len(rest))):
        if text[end + word.start].isupper() and count and _into().search(rest[: word.start]):
            name = rest[word.start : word.end]
            if not _brand(name, context) and _follows(rest, word.start, context) is None:
                return False  # "5.00 in your Xyz account"
        if (text[end + word.start].isupper() and not (whole and count == 0)) or (
            _closing().match(rest, word.start) and re.search(r"\d", clause[word.end :])
        ):
            break
        if word.start < known_to:
            continue
        if word.uncased:
            if not scripts.known(rest[word.start : word.end]):
                return False
            known_to = word.end
        else:
            end_of_known = _follows(rest, word.start, context)
            if end_of_known is None:
                own = text[end - 1] == "." and not rest[: word.start].strip()
                if not own or not _brand(rest[word.start : word.end], context):
                    return False
                end_of_known = word.end  # "4,18 EUR. bonbon"
            known_to = end_of_known
    return True


def under_heading(context: TextContext, start: int) -> bool:
    """Whether it is an example, a stranger writes ("Wave: ..."), or a few words without a number right above tell of
    another purse, like "Loyalty points" in a line of its own."""
    text, folded = context.text, context.folded
    if rule("example").search(folded, 0, start) is not None:
        return True
    name = _NAME_IN_FRONT.search(folded, 0, start)
    if name is not None and text[name.start()].isupper() and not front_word(name[1], context):
        return True
    free = FREE_OF_CHARGE.search(folded, 0, start)
    if free is not None and free.end() == start:
        return False
    above = re.split(r"[.!?]\s|\n", folded[:start].rstrip(" \n"))[-1].strip(" .!?:-*")
    if not above or re.search(r"\d", above) or len(above.split()) > 4:
        return False
    ends = text[:start].rstrip(" ")[-1:]
    return ends in {"\n", "."} and rule("other_purse", "wallets").search(above) is not None


def is_stranger(context: TextContext, place: int) -> bool:
    """Whether a name begins here that is no operator's: behind "Thank you for using" it says whose text this is."""
    name = re.compile(r"\s{1,3}([^\W\d_]{2,20})").match(context.text, place)
    if name is None or not name[1][0].isupper():
        return False
    return not front_word(context.folded[slice(*name.span(1))], context)


_NAME_IN_FRONT = re.compile(r"(?<![^\W_])([^\W\d_]{2,20})\s?:\s?$")
"""Who writes: "Wave: your balance ...". An operator's name is known; a stranger's may be a wallet."""


def front_word(word: str, context: TextContext) -> bool:
    """Whether the folded word may open a text of the operator's: its name, a greeting, or what the text is about."""
    return _modifies(word) or _greetings().fullmatch(word) is not None or _brand(word, context)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    uncased: bool


def _words(text: str, start: int, end: int) -> Iterator[_Word]:
    """The words of a piece of text; those of one letter only where the script has no capitals."""
    place = start
    while place < end:
        if _uncased(text[place]):
            stop = place
            while stop < end and _uncased(text[stop]) and scripts.same_script(text[place], text[stop]):
                stop += 1
            yield _Word(place, stop, uncased=True)
            place = stop
        elif text[place].isalpha():
            found = _WORD.match(text, place, end)
            if found is None or any(_uncased(c) for c in found.group()):
                stop = place
                while stop < end and text[stop].isalpha() and not _uncased(text[stop]):
                    stop += 1
                if stop - place > 1:
                    yield _Word(place, stop, uncased=False)
                place = stop
            else:
                yield _Word(place, found.end(), uncased=False)
                place = found.end()
        else:
            place += 1


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+|[^\W\d_])")


@lru_cache(maxsize=4096)
def _uncased(char: str) -> bool:
    return scripts.has_no_capitals(char) or (ord(char) >= 0x530 and unicodedata.category(char) in {"Mn", "Mc"})


def _garbage(word: _Word, label: str) -> bool:
    """A letter of another script, glued to a word: what a modem left there."""
    return word.uncased and word.end - word.start == 1 and word.end < len(label) and _uncased(label[word.end])


def _known(word: _Word, own: str, label: str, context: TextContext) -> bool:
    if word.uncased:
        return scripts.known(label[word.start : word.end])
    if _MASKED.fullmatch(label, word.start, word.end):
        return True
    letters = label[word.start : word.end]
    if _modifies(letters, context) or (
        re.match(r"\s?:", label[word.end :]) is not None and front_word(letters, context)
    ):
        return True
    return (own[word.start].isupper() or len(letters) >= _LONG_NAME) and _brand(letters, context)


def _cut(text: str, item: Labelled) -> bool:
    """ "KES 1,": the text ends behind a separator, and digits may be missing; behind a full stop only where a full stop
    groups thousands and so few digits are next to no money."""
    digits = text[slice(*item.amount.digits)]
    rest = text[item.amount.digits[1] :].rstrip()
    if not digits.isdigit():
        return False
    return rest == "," or (
        rest == "."
        and len(digits) <= 3
        and (item.amount.currency or "CLP") in _FULL_STOP_THOUSANDS
        and item.amount.sign is not None
    )


_FULL_STOP_THOUSANDS = frozenset({"CLP", "COP", "IDR", "VND", "PYG"})


def _neutral_bracket(folded: str, text: str, context: TextContext) -> bool:
    """Words in brackets right behind the sum, without a number of their own, are known as well: "5.00 EUR (bonus)"."""
    bracket = re.match(r"[\s.]{0,2}\(([^()\d]{1,60})\)", folded)
    if bracket is None:
        return True
    inside = bracket.group(1)
    own = text[slice(*bracket.span(1))]
    return all(
        _known(word, own, inside, context) or (not word.uncased and _follows(inside, word.start, context) is not None)
        for word in _words(inside, 0, len(inside))
    )


@lru_cache(maxsize=1)
def _closing() -> re.Pattern[str]:
    return rule("valid_until")


@lru_cache(maxsize=1)
def _glued() -> re.Pattern[str]:
    return rule("glued_endings")


@lru_cache(maxsize=1)
def _greetings() -> re.Pattern[str]:
    return rule("headings")


_LONG_NAME = 6
"""Letters of a brand that is none but itself, also where it writes itself small ("soeasy")."""


def _brand(word: str, context: TextContext) -> bool:
    """The name of an operator that sells here, of a country, or one that says what it is ("PosteMobile"), as no purse
    does."""
    return (
        (_TELLING_NAME.fullmatch(word) is not None and _PURSE_NAME.match(word) is None)
        or word in context.brands
        or rule("places").fullmatch(word) is not None
    )


_TELLING_NAME = re.compile(r"[^\W\d_]{2,12}(?:mobile|mobil|telecom|telekom|circle|cell|fone|phone|gsm|sim)")


_PURSE_NAME = re.compile("bank|pay|money|cash|play")


def _modifies(word: str, context: TextContext | None = None) -> bool:
    """Whether the folded word says nothing but that this is the balance, and whose."""
    return (
        everyday.known(word, everyday.ANY if context is None else context.languages, ahead=True)
        or any(rule(name).fullmatch(word) for name in _MODIFIERS)
        or _modifiers().fullmatch(word) is not None
    )


_MASKED = re.compile(r"x{2,12}")
"""Digits of a telephone number that the operator left out: "5xx"."""

_MODIFIERS = ("balance", "remaining", "you_have", "main", "minus", "debt", "valid_until")


@lru_cache(maxsize=1)
def _modifiers() -> re.Pattern[str]:
    own = any_of("number_of", "neutral_between", "account")
    return re.compile(rf"{own}|{words(everyday.of_no_language())}|(?:{sign_regex()})")


def _follows(text: str, place: int, context: TextContext) -> int | None:
    """Where a neutral word ends that begins at the place behind a sum; None when it is not known."""
    found = [rule(name).match(text, place) for name in ("balance", "remaining", "you_have", "main")]
    found.append(_followers().match(text, place))
    word = _WORD.match(text, place)
    found.append(word if word is not None and everyday.known(word.group(), context.languages) else None)
    return max((match.end() for match in found if match is not None), default=None)


@lru_cache(maxsize=1)
def _followers() -> re.Pattern[str]:
    own = any_of("on_account", "have_fillers", "neutral_behind")
    return re.compile(rf"{own}|(?:{sign_regex()})(?![^\W\d_])")


def _onto(label: str) -> bool:
    """ "на ваш счет", "с баланса" at the end of a label: onto the account, or off it."""
    if _onto_account().search(label):
        return True
    return any(m.end() == len(label) and _off().search(label[: m.start()]) for m in rule("balance").finditer(label))


@lru_cache(maxsize=1)
def _onto_account() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('onto')})\s(?:[^\W\d_]{{1,12}}\s)?(?:{any_of('onto_account')})$")


@lru_cache(maxsize=1)
def _into() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('into', 'on_account')})\s{{1,3}}$")


def _ends_with_a_sign(text: str) -> bool:
    last = re.search(r"([^\s\d]{1,6}?)\.?\s?$", text)
    return last is not None and last[1].lstrip(":=(-") in signs()


@lru_cache(maxsize=1)
def _off() -> re.Pattern[str]:
    return re.compile(rf"(?<!/)(?:{any_of('off')})\s(?:[^\W\d_]{{1,12}}\s)?$")
