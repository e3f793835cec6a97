"""What an amount is, by the words around it: the balance, another purse, a price, an event, a bound, or unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

from modemd.money import everyday, lexicon, neutral_words, phrases
from modemd.money.amounts import Amount
from modemd.money.fold import fold_pattern, words


class Role(Enum):
    """`MAIN` named as the balance, `REST` as what remains, `HAVE` as what one has, `DEBT` as what one owes; `OTHER` is
    another purse, a price, an event or a bound; `PLAIN` has no word that tells."""

    MAIN = "main"
    REST = "rest"
    HAVE = "have"
    DEBT = "debt"
    OTHER = "other"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Labelled:
    amount: Amount
    role: Role
    label: str
    tail: str
    negative: bool = False
    principal: bool = False  # "main account", "основной": preferred among several
    adjacent: bool = False  # nothing but "is", ":" and the like between the word and the number


def labelled(text: str, folded: str, amounts: Sequence[Amount]) -> list[Labelled]:
    """Each amount with its role. Words before an amount are its label, up to the sentence or the amount before; words
    behind it count up to the next comma, bracket, "and" or sentence, unless they introduce the next amount."""
    cutting = [
        a
        for a in amounts
        if a.sign or (a.value is not None and a.digits[1] - a.digits[0] <= 7 and not _is_account_number(folded, a))
    ]
    result = []
    for amount in amounts:
        before = max((a.end for a in cutting if a.end <= amount.start), default=0)
        after = min((a.start for a in cutting if a.start >= amount.end and a is not amount), default=len(text))
        label = _label(text, folded, before, amount)
        tail = _tail(text, folded, amount, after)
        result.append(_role(amount, label, tail))
    return result


def instruction(amount: Amount, folded: str) -> int | None:
    """How far behind the amount one is told to dial or press something: that opens a new sentence, with or without a
    full stop, unless the money is only there when one has done it. None where nothing of that kind follows."""
    told = _instruction().search(folded[amount.end : amount.end + 60])
    if told is None or amount.sign is None or _claim().search(folded, amount.end, amount.end + 120):
        return None
    return told.start()


def sentences(text: str) -> list[int]:
    """Where sentences begin. A full stop ends one only before a capital, a letter without case, or a line end."""
    return [0] + [m.end() for m in _SENTENCE.finditer(text) if _opens(text, m.end())]


@cache
def rule(name: str) -> re.Pattern[str]:
    """The words of a list of the lexicon as one regular expression."""
    return re.compile(words(getattr(lexicon, name, None) or getattr(phrases, name)))


_SENTENCE = re.compile(r"[.!?](?:\s{1,3}|(?=[^\W\d_]))|[;\u061b\u3002]\s?|\*{2,}")
CONJUNCTION = re.compile(
    fold_pattern(r"\s(?:and|und|et|y|e|i|и|й|та|ta|och|og|ja|en|dan|va|ve|və|және|ir|و|a|oraz|si|és|&|\+)\s")
)
FREE_OF_CHARGE = re.compile(r"(?<![^\W\d_])free\s(?:msg|message|sms|text)\s?[:>-]\s?")
"""American operators must say so in front of a text that costs nothing; the balance is not what is free."""
_VERBS = (
    r"is|are|ist|betragt|betraegt|liegt bei|est de|est|es de|es|e'|e de|e|on|jest|wynosi|iznosi|je|cini"
    r"|er|är|este|eines|adalah|ialah"
    r"|составляет|sostavlyaet|равен|raven|становить|stanovyt"
    r"|la|είναι|einai|هو|هی|ni|eshte|është|คือ|היא|הוא|है|equals|is now|ast"
)
_FILLERS = (
    r"of|now|currently|de|di|сейчас|sejchas|сегодня|tinh den nay|hien tai|la"
    r"|your|ваш|vash|bal|balance|account|acc|konta|конто|счета|рахунку|abonenta|amount"
    r"|lr|rs|tl|akt|available|main|current|total"
)
_LINK_WORD = re.compile(fold_pattern(rf"(?<![^\W\d_])(?:{_VERBS}|{_FILLERS})(?![^\W\d_])"))
_LINK_END = re.compile(fold_pattern(rf"(?:[:=]|(?<![^\W\d_])(?:{_VERBS}))\s{{0,3}}(?:[-–]\s)?$"))
_LINK = re.compile(
    fold_pattern(rf"(?:[\s:=.,>'\"]|[-–](?=\s)|(?<![^\W\d_])(?:{_VERBS}|{_FILLERS})(?![^\W\d_])){{0,12}}")
)
"""What may stand between the word and the number without loosening the tie."""
_HAVE_LINK = re.compile(rf"(?:[\s:=.,-]|{words(neutral_words.HAVE_FILLERS)}){{0,12}}")
"""What may stand between "you have" and the amount: any other word could be what happened to it."""


def _opens(text: str, place: int) -> bool:
    char = text[place : place + 1]
    return not char or char == "\n" or (char.isalpha() and not char.islower())


def _label(text: str, folded: str, before: int, amount: Amount) -> str:
    gap_start = before
    if before:
        # Words up to a comma or "and" behind the amount before belong to that amount ("10 EUR Startguthaben und ...").
        gap = folded[before : amount.start]
        first = next((s - before for s in sentences(text[: amount.start]) if s > before), len(gap))
        cut = next((m for m in CONJUNCTION.finditer(gap) if not _is_verb(gap, m)), None)
        comma = re.search(r"[,;(]", gap)
        ends = [m.end() for m in (cut, comma) if m is not None and m.end() <= first]
        gap_start = before + min(ends, default=0)
    start = max(
        [gap_start, *(s for s in sentences(text[: amount.start]) if gap_start < s and text[s : amount.start].strip())]
    )
    line = text.rfind("\n", start, amount.start) + 1
    if line:
        own = text[line : amount.start].strip(" *-:=")
        if own:
            start = max(start, line)
        else:  # the amount opens its line: the line above may lead to it ("Your balance is\n$3.35")
            above = text[start:line].rstrip()
            start = max(start, text.rfind("\n", start, start + len(above)) + 1)
    sender = FREE_OF_CHARGE.search(folded, start, amount.start)
    if sender is not None:
        start = sender.end()
    label = folded[start : amount.start]
    pieces = re.split(r",(?!\d)|\(", label)
    last = pieces[-1]
    if len(pieces) > 1 and any(rule(name).search(last) for name in ("BALANCE", "MINUS", "DEBT", "REST")):
        return last
    return label


def _is_verb(gap: str, conjunction: re.Match[str]) -> bool:
    """ "e", "es" and "a" are "and" here and "is" there; behind a word for the balance they are verbs."""
    return any(word.end() == conjunction.start() for word in rule("BALANCE").finditer(gap))


def _is_account_number(folded: str, amount: Amount) -> bool:
    """ "Баланс лицевого счета 1234567 составляет": the number of an account or a telephone, not a sum."""
    digits = folded[slice(*amount.digits)]
    if amount.sign is not None or not digits.isdigit() or len(digits) < 5:
        return False
    return _number_of().search(folded[max(0, amount.start - 30) : amount.start]) is not None


@lru_cache(maxsize=1)
def _number_of() -> re.Pattern[str]:
    return re.compile(rf"(?:{words(phrases.ACCOUNT, neutral_words.NUMBER_OF)})\.?\s?[:#]?\s?$")


def _tail(text: str, folded: str, amount: Amount, after: int) -> str:
    if text[amount.end - 1 : amount.end] == "." and _opens(
        text, amount.end + len(text[amount.end :]) - len(text[amount.end :].lstrip())
    ):
        return ""
    rest = folded[amount.end : min(after, amount.end + 60)]
    rest = rest[: instruction(amount, folded)]
    stops = [
        m.start()
        for m in (CONJUNCTION.search(rest), re.search(r"[,;()\n:=!?]|\.(?!\d)|\s[-–]\s", rest))
        if m is not None
    ]
    stop = min(stops, default=len(rest))
    if rest[stop : stop + 1] in {":", "="} or (not stops and amount.end + len(rest) >= after < len(folded)):
        return ""  # these words introduce the next amount
    return rest[:stop]


@lru_cache(maxsize=1)
def _instruction() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s)(?:{words(phrases.DIAL)})\s{{0,2}}[^.!?\n]{{0,30}}?[*#\d\x1f]")


@lru_cache(maxsize=1)
def _claim() -> re.Pattern[str]:
    return re.compile(words(phrases.CLAIM))


def _role(amount: Amount, label: str, tail: str) -> Labelled:
    whole = label
    label = named_so().sub(lambda found: " " * len(found.group()), label)
    named = list(rule("BALANCE").finditer(label))
    last = named[-1].end() if named else -1
    minus = _minus_before(label)
    principal = rule("MAIN").search(label) is not None or rule("MAIN").search(tail) is not None

    def give(role: Role, *, negative: bool = False, adjacent: bool = False) -> Labelled:
        return Labelled(amount, role, whole, tail, negative=negative, principal=principal, adjacent=adjacent)

    head = " ".join(tail.split()[:3])
    if not amount.exact or rule("LESS").search(label) or _bound(label, named) or _price_before().search(label):
        return give(Role.OTHER)
    if (
        _event(label, last)
        or rule("SUB").search(label)
        or rule("SUB").search(head)
        or rule("LESS").search(head)
        or re.match(r"\s?['’]?\w{0,4}\s(?:altin|alti)", tail) is not None
        or rule("EVENT").search(" ".join(tail.split()[: 4 if named else 9]))
    ):
        return give(Role.OTHER)
    prices = [m.end() for m in rule("PRICE").finditer(label)]
    if prices and max(prices) > last:
        return give(Role.OTHER)
    if rule("REST_OF_DEBT").search(label):
        return give(Role.OTHER)
    debts = [m.end() for m in rule("DEBT").finditer(label)]
    if debts:
        return give(Role.DEBT, negative=True) if max(debts) > last else give(Role.OTHER)
    if named:
        negative = minus or rule("MINUS").search(label) is not None
        link = label[last:] if not minus else ""
        inner = rule("MAIN").sub("", link)
        adjacent = _LINK.fullmatch(inner) is not None
        if _duration().search(inner) or (not adjacent and not minus and not _leads_on(inner)):
            return give(Role.PLAIN)  # also "Balance in 24 hours: $5"
        return give(Role.MAIN, negative=negative, adjacent=adjacent)
    if minus:
        return give(Role.MAIN, negative=True, adjacent=True)
    if rule("MINUS").search(label):
        return give(Role.OTHER)
    rests = [m.end() for m in rule("REST").finditer(label)]
    if rests:
        return give(Role.REST, adjacent=_LINK.fullmatch(label[max(rests) :]) is not None)
    have = list(rule("HAVE").finditer(label))
    close = bool(have) and _HAVE_LINK.fullmatch(label[have[-1].end() :]) is not None
    if rule("BALANCE").search(head) and (close or label.strip(" \n,.:;!-") in {"", "ai"}):
        return give(Role.MAIN, adjacent=True)
    if rule("REST").search(head) and (close or not label.strip(" \n,.:;!-")):
        return give(Role.REST)
    rest = tail.strip()
    if close and (not rest or rule("VALID").match(rest) or _on_account().match(rest)):
        return give(Role.HAVE)
    if rule("PRICE").search(head):
        return give(Role.OTHER)
    if principal and re.search(r"[:=]\s?$", label):
        return give(Role.MAIN, adjacent=True)
    return give(Role.PLAIN)


def _leads_on(link: str) -> bool:
    """Whether a few words between the word for the balance and the amount still lead from one to the other: one word,
    or up to eight before "is" or a colon ("Guthaben fuer die Nr. 49... betraegt")."""
    strange = re.findall(r"[^\W\d_\u0590-\u109f\u1100-\uffff]{2,}", _LINK_WORD.sub(" ", link))
    if "(" in link or len(link) > 90:
        return False
    if len(strange) <= 1 or (len(strange) <= 8 and _LINK_END.search(link) is not None):
        return True
    return all(everyday.known(word) for word in re.findall(r"[^\W\d_]{2,}", _links().sub(" ", link)))


@lru_cache(maxsize=1)
def _links() -> re.Pattern[str]:
    return re.compile(words(neutral_words.LINKS, neutral_words.HAVE_FILLERS))


@lru_cache(maxsize=1)
def _on_account() -> re.Pattern[str]:
    return re.compile(words(neutral_words.ON_ACCOUNT))


@lru_cache(maxsize=1)
def _duration() -> re.Pattern[str]:
    return re.compile(rf"(?<!\d)\d{{1,4}}\s?(?:{words(phrases.UNITS)})")


@lru_cache(maxsize=1)
def named_so() -> re.Pattern[str]:
    """Names of cards and accounts that only sound like events or other purses."""
    return re.compile(words(phrases.NAMED_SO))


def _event(label: str, last: int) -> bool:
    events = [m.end() for m in rule("EVENT").finditer(label)]
    if not events:
        return False
    after = re.match(
        r"\W{0,3}(?:" + words("after после posle pislya після nach apres despues dopo po setelah sau after_the") + ")",
        label,
    )
    return not (after is not None and max(events) < last)


@lru_cache(maxsize=1)
def _price_before() -> re.Pattern[str]:
    return re.compile(rf"(?:{words(lexicon.PRICE_BEFORE)})\s{{0,2}}$")


def _bound(label: str, named: list[re.Match[str]]) -> bool:
    """ "~ 5 EUR", "A balance of 5 EUR is needed"."""
    if re.search(r"[~<>≈≤≥±]\s{0,2}$", label):
        return True
    return any(re.search(r"(?:^|[.!?]\s?)\s?an?\s$", label[: match.start()]) for match in named)


@lru_cache(maxsize=1)
def _minus() -> re.Pattern[str]:
    return re.compile(rf"(?:{words(lexicon.MINUS)})\s{{0,2}}[:=(]?\s{{0,2}}$")


def _minus_before(label: str) -> bool:
    return _minus().search(label) is not None
