"""What an amount is, by the words around it: the balance, another purse, a price, an event, a bound, or unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache

from modemd.frozen import dataclass
from modemd.money import everyday
from modemd.money.amounts import Amount
from modemd.money.wordlists import any_of, rule


class Role(Enum):
    """`MAIN` named as the balance, `REST` as what remains, `HAVE` as what one has, `DEBT` as what one owes; `OTHER` is
    another purse, a price, an event or a bound; `PLAIN` has no word that tells."""

    MAIN = auto()
    REST = auto()
    HAVE = auto()
    DEBT = auto()
    OTHER = auto()
    PLAIN = auto()


@dataclass(frozen=True, slots=True)
class Labelled:
    amount: Amount
    role: Role
    label: str
    tail: str
    negative: bool
    principal: bool  # "main account", "основной": preferred among several
    adjacent: bool  # nothing but "is", ":" and the like between the word and the number


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
    """How far behind the amount one is told to dial, press or remember something: that opens a new sentence, with or
    without a full stop, unless the money is only there when one has done it. None where nothing such follows."""
    told = _instruction().search(folded[amount.end : amount.end + 60])
    if told is None or amount.sign is None or _claim().search(folded, amount.end, amount.end + 120):
        return None
    return told.start()


def sentences(text: str) -> list[int]:
    """Where sentences begin. A full stop ends one only before a capital, a letter without case, or
    the end."""
    return [0] + [m.end() for m in _SENTENCE.finditer(text) if _opens(text, m.end())]


_SENTENCE = re.compile(r"[.!?](?:\s{1,3}|(?=[^\W\d_]))|[;\u061b\u3002]\s?|\*{2,}")
FREE_OF_CHARGE = re.compile(r"(?<![^\W\d_])free\s(?:msg|message|sms|text)\s?[:>-]\s?")
"""American operators must say so in front of a text that costs nothing; the balance is not what is free."""


@lru_cache(maxsize=1)
def conjunction() -> re.Pattern[str]:
    """ "and" between blanks: what follows may be about something else."""
    return re.compile(rf"\s(?:{any_of('conjunction')}|[&+])\s")


@lru_cache(maxsize=1)
def _link_word() -> re.Pattern[str]:
    return re.compile(any_of("link_verb", "link_filler"))


@lru_cache(maxsize=1)
def _link_end() -> re.Pattern[str]:
    return re.compile(rf"(?:[:=]|(?:{any_of('link_verb')}))\s{{0,3}}(?:[-–]\s)?$")


@lru_cache(maxsize=1)
def _link() -> re.Pattern[str]:
    """What may stand between the word and the number without loosening the tie."""
    return re.compile(rf"(?:[\s:=.,>'\"]|[-–](?=\s)|{any_of('link_verb', 'link_filler')}){{0,12}}")


@lru_cache(maxsize=1)
def _have_link() -> re.Pattern[str]:
    """What may stand between "you have" and the amount: any other word could be what happened to it."""
    return re.compile(rf"(?:[\s:=.,-]|{any_of('have_fillers')}){{0,12}}")


def _opens(text: str, place: int) -> bool:
    char = text[place : place + 1]
    return not char or (char.isalpha() and not char.islower())


def _label(text: str, folded: str, before: int, amount: Amount) -> str:
    gap_start = before
    if before:
        # Words up to a comma or "and" behind the amount before belong to that amount ("10 EUR Startguthaben und ...").
        gap = folded[before : amount.start]
        first = next((s - before for s in sentences(text[: amount.start]) if s > before), len(gap))
        cut = next((m for m in conjunction().finditer(gap) if not _is_verb(gap, m)), None)
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
    if len(pieces) > 1 and any(rule(name).search(last) for name in ("balance", "minus", "debt", "remaining")):
        return last
    return label


def _is_verb(gap: str, conjunction: re.Match[str]) -> bool:
    """ "e", "es" and "a" are "and" here and "is" there; behind a word for the balance they are verbs."""
    return any(word.end() == conjunction.start() for word in rule("balance").finditer(gap))


def _is_account_number(folded: str, amount: Amount) -> bool:
    """ "Баланс лицевого счета 1234567 составляет": the number of an account or a telephone, not a sum."""
    digits = folded[slice(*amount.digits)]
    if amount.sign is not None or not digits.isdigit() or len(digits) < 5:
        return False
    return _number_of().search(folded[max(0, amount.start - 30) : amount.start]) is not None


@lru_cache(maxsize=1)
def _number_of() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('account', 'number_of')})\.?\s?[:#]?\s?$")


def _tail(text: str, folded: str, amount: Amount, after: int) -> str:
    if text[amount.end - 1 : amount.end] == "." and _opens(
        text, amount.end + len(text[amount.end :]) - len(text[amount.end :].lstrip())
    ):
        return ""
    rest = folded[amount.end : min(after, amount.end + 60)]
    rest = rest[: instruction(amount, folded)]
    stops = [
        m.start()
        for m in (conjunction().search(rest), re.search(r"[,;()\n:=!?]|\.(?!\d)|\s[-–]\s", rest))
        if m is not None
    ]
    stop = min(stops, default=len(rest))
    if rest[stop : stop + 1] in {":", "="} or (not stops and amount.end + len(rest) >= after < len(folded)):
        return ""  # these words introduce the next amount
    return rest[:stop]


@lru_cache(maxsize=1)
def _instruction() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s)(?:(?:{any_of('dial')})\s{{0,2}}[^.!?\n]{{0,30}}?[*#\d\x1f]|(?:{any_of('reminder')}))")


@lru_cache(maxsize=1)
def _claim() -> re.Pattern[str]:
    return rule("claim")


def _role(amount: Amount, label: str, tail: str) -> Labelled:
    whole = label
    label = named_so().sub(lambda found: " " * len(found.group()), label)
    named = list(rule("balance").finditer(label))
    last = named[-1].end() if named else -1
    minus = _minus_before(label)
    principal = rule("main").search(label) is not None or rule("main").search(tail) is not None

    def give(role: Role, *, negative: bool = False, adjacent: bool = False) -> Labelled:
        return Labelled(amount, role, whole, tail, negative=negative, principal=principal, adjacent=adjacent)

    head = " ".join(tail.split()[:3])
    if not amount.exact or rule("bound").search(label) or _bound(label, named) or _price_before().search(label):
        return give(Role.OTHER)
    if (
        _event(label, last)
        or rule("other_purse", "wallets").search(label)
        or rule("other_purse", "wallets").search(head)
        or rule("bound").search(head)
        or rule("event").search(" ".join(tail.split()[: 4 if named else 9]))
    ):
        return give(Role.OTHER)
    prices = [m.end() for m in rule("price").finditer(label)]
    if prices and max(prices) > last:
        return give(Role.OTHER)
    if rule("rest_of_debt").search(label):
        return give(Role.OTHER)
    debts = [m.end() for m in rule("debt").finditer(label)]
    if debts:
        return give(Role.DEBT, negative=True) if max(debts) > last else give(Role.OTHER)
    if named:
        negative = minus or rule("minus").search(label) is not None
        link = label[last:] if not minus else ""
        inner = rule("main").sub("", link)
        adjacent = _link().fullmatch(inner) is not None
        if _duration().search(inner) or (not adjacent and not minus and not _leads_on(inner)):
            return give(Role.PLAIN)  # also "Balance in 24 hours: $5"
        return give(Role.MAIN, negative=negative, adjacent=adjacent)
    if minus:
        return give(Role.MAIN, negative=True, adjacent=True)
    if rule("minus").search(label):
        return give(Role.OTHER)
    rests = [m.end() for m in rule("remaining").finditer(label)]
    if rests and _of_a_whole().fullmatch(label[max(rests) :]):
        return give(Role.OTHER)  # "2.00 left of 5.00"
    if rests:
        return give(Role.REST, adjacent=_link().fullmatch(label[max(rests) :]) is not None)
    have = list(rule("you_have").finditer(label))
    close = bool(have) and _have_link().fullmatch(label[have[-1].end() :]) is not None
    if rule("balance").search(head) and (close or label.strip(" \n,.:;!-") in {"", "ai"}):
        return give(Role.MAIN, adjacent=True)
    if rule("remaining").search(head) and (close or not label.strip(" \n,.:;!-")):
        return give(Role.REST)
    rest = tail.strip()
    if close and (not rest or rule("valid_until").match(rest) or _on_account().match(rest)):
        return give(Role.HAVE)
    if rule("price").search(head):
        return give(Role.OTHER)
    if principal and re.search(r"[:=]\s?$", label) and rule("total").search(label) is None:
        return give(Role.MAIN, adjacent=True)
    return give(Role.PLAIN)


def _leads_on(link: str) -> bool:
    """Whether a few words between the word for the balance and the amount still lead from one to the other: one word,
    or up to eight before "is" or a colon ("Guthaben fuer die Nr. 49... betraegt")."""
    strange = re.findall(r"[^\W\d_\u0590-\u109f\u1100-\uffff]{2,}", _link_word().sub(" ", link))
    if "(" in link or len(link) > 90:
        return False
    if len(strange) <= 1 or (len(strange) <= 8 and _link_end().search(link) is not None):
        return True
    return all(everyday.known(word) for word in re.findall(r"[^\W\d_]{2,}", _links().sub(" ", link)))


@lru_cache(maxsize=1)
def _of_a_whole() -> re.Pattern[str]:
    return re.compile(rf"\s(?:{any_of('of_a_package')})\s?")


@lru_cache(maxsize=1)
def _links() -> re.Pattern[str]:
    return rule("neutral_between", "have_fillers")


@lru_cache(maxsize=1)
def _on_account() -> re.Pattern[str]:
    return rule("on_account")


@lru_cache(maxsize=1)
def _duration() -> re.Pattern[str]:
    return re.compile(rf"(?<!\d)\d{{1,4}}\s?(?:{any_of('units')})")


@lru_cache(maxsize=1)
def named_so() -> re.Pattern[str]:
    """Names of cards and accounts that only sound like events or other purses."""
    return rule("named_so")


def _event(label: str, last: int) -> bool:
    events = [m.end() for m in rule("event").finditer(label)]
    if not events:
        return False
    return not (_after_event().match(label) is not None and max(events) < last)


@lru_cache(maxsize=1)
def _after_event() -> re.Pattern[str]:
    return re.compile(rf"\W{{0,3}}(?:{any_of('after_event')})")


@lru_cache(maxsize=1)
def _price_before() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('price_before')})\s{{0,2}}$")


def _bound(label: str, named: list[re.Match[str]]) -> bool:
    """ "~ 5 EUR", "A balance of 5 EUR is needed"."""
    if re.search(r"[~<>≈≤≥±]\s{0,2}$", label):
        return True
    return any(re.search(r"(?:^|[.!?]\s?)\s?an?\s$", label[: match.start()]) for match in named)


@lru_cache(maxsize=1)
def _minus() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('minus')})\s{{0,2}}[:=(]?\s{{0,2}}$")


def _minus_before(label: str) -> bool:
    return _minus().search(label) is not None
