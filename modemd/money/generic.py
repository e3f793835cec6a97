"""Reads a reply without knowing the operator: positive evidence and no rival, or nothing.

Evidence, strongest first: a word for the balance near the amount ("Solde 82,59DA"); a word for what remains; a debt;
"you have"; at last an amount with a currency that opens the text and is the only one ("611.20 р."). Within a class two
different numbers are rivals and nothing is read, unless one of them is called the main one.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from modemd.money.amounts import Amount, amounts, mask, points_end
from modemd.money.context_check import TextContext, all_known
from modemd.money.dates import dates
from modemd.money.fold import fold_pattern
from modemd.money.labels import Labelled, Role, labelled, sentences
from modemd.money.minus_behind import signed
from modemd.money.pack import Pack
from modemd.money.receipts import doubtful_from, is_lines, is_masked_account, names_the_line, of_somebody_else
from modemd.money.wordlists import any_of, rule


def balance(
    text: str, folded: str, *, country: str | None, home: str | None, pack: Pack | None = None
) -> tuple[Decimal, str | None, str] | None:
    """(amount, currency, name of the rule) or None. `text` is cleaned and free of menu items."""
    if is_masked_account(folded) or of_somebody_else(folded) or rule("price_list").search(folded):
        return None
    found = labelled(text, folded, amounts(text, folded, country=country, home=home))
    context = TextContext(text, folded, country, pack=pack)
    doubtful = doubtful_from(context, found)
    for role, name in (
        (Role.MAIN, "balance word"),
        (Role.REST, "remaining word"),
        (Role.DEBT, "debt word"),
        (Role.HAVE, "you have"),
    ):
        group = [item for item in found if item.role is role and _usable(item, folded)]
        if role is Role.DEBT:  # elsewhere than in these languages it is a loan or a bill: "You owe N100"
            owed = [item for item in group if rule("account_debt").search(item.label)]
            group = [item for item in owed if not rule("borrowed").search(f"{item.label} {item.tail}")]
        if not all(is_lines(item, context, found, doubtful) for item in group):
            group = [item for item in group if names_the_line(item)]
        if role is Role.HAVE and rule("error").search(folded):
            return None
        if not group:
            continue
        if role is Role.REST and rule("limit").search(folded):
            return None  # "available" counts the credit limit in
        if role is Role.REST and _balance_and_figure().search(folded):
            return None  # "Balans: 121.5° rub. Dostupno: 420.50": the balance is there, and no number any more
        item = _one(group)
        if item is None:
            return None
        value = signed(item, folded)
        if any(_is_now(other) and other.amount.value != item.amount.value for other in found):
            return None  # "Balance on 1 May: 55. Now: 12"
        if _day_ahead(item, found, folded) is not None and any(
            other.amount.sign and other.amount.value != item.amount.value and _day_ahead(other, found, folded) == ""
            for other in found
        ):
            return None  # "Balance on 1 May: 55; on 12 May: 12": which of them is today's is not told
        if (
            value is None
            or _doubled(item, found, folded)
            or not all_known(item, TextContext(text, folded, country, item.amount.sign, pack))
        ):
            return None
        if role is Role.DEBT and not value:
            continue  # "You owe 0.00" does not tell what is there
        return value, item.amount.currency or _shared_currency(item, found, text), name
    if not doubtful or rule("error").search(folded):
        return None
    return _alone(context, found)


def _usable(item: Labelled, folded: str) -> bool:
    """A bare number needs the word right before it, and an end or punctuation (or decimals) behind it."""
    if item.amount.sign is not None:
        return True
    start, end = item.amount.digits
    digits = folded[start:end]
    if item.role not in {Role.MAIN, Role.REST} or not item.adjacent:
        return False
    if folded[:start].rstrip(" ")[-1:] == "\n" and re.match(r"[.):>\]-]{0,2}\s{0,2}[^\W\d_]", folded[end:]):
        return False  # the number of an item: "Balance\n2. Services"
    others = [rule("account").fullmatch(word.group()) is None for word in rule("balance").finditer(item.label)]
    if item.role is Role.MAIN and digits.isdigit() and (len(digits) > 7 or not (any(others) or not others)):
        return False  # "Konto 123456" is the number of an account
    marked = re.search(r"[:=]\s?-?\s?$", folded[: item.amount.start]) is not None
    decimals = re.search(r"[.,\u066b]\d{1,4}$", digits) is not None
    if len(re.sub(r"\D", "", digits)) > 9 or (item.role is Role.REST and not marked):
        return False
    if re.match(r"\s{0,3}[,.]?\s{0,3}[-+]?\d|\s(?:or|oder|o|ou|или)\s", folded[end:]):
        return False
    return decimals or re.match(r"\s?$|\s?\n|[.,;!)]|\s[(*]", folded[end:]) is not None


def _one(group: list[Labelled]) -> Labelled | None:
    """The only one, or the only one that is called main; None for rivals."""
    main = [item for item in group if item.principal and not rule("total").search(item.label)]
    if found := _agreed(group) or _agreed(main):
        return found  # "Credit principal 1,75. Credit total 11,75": the bonus is in the total
    # "Guthaben: 5,12 EUR ... Konto 7": a bare number does not argue with one in a currency unless it has decimals.
    bare = all(str(item.amount.value).isdecimal() for item in group if item.amount.sign is None)
    return _agreed([item for item in group if item.amount.sign is not None]) if bare else None


def _agreed(group: list[Labelled]) -> Labelled | None:
    """One of them, in a currency if there is such a one, where all are the same sum."""
    if len({(item.amount.value, item.negative) for item in group}) != 1:
        return None
    return next((item for item in group if item.amount.sign is not None), group[0])


def _is_now(item: Labelled) -> bool:
    if item.amount.sign is None and item.tail.strip():
        return False  # "Now 2 new offers"
    return rule("now").fullmatch(item.label.strip(" \n.,:;!-")) is not None


def _day_ahead(item: Labelled, found: list[Labelled], folded: str) -> str | None:
    """What stands in front of a day that stands right before the amount, but for a word like "on"; None without one."""
    start = item.amount.start
    since = max((other.amount.end for other in found if other.amount.sign and other.amount.end <= start), default=0)
    label = folded[since:start].rstrip(" \n:;,.-")
    days = dates(label)
    ahead = label[: days[-1].start] if days and days[-1].end == len(label) else None
    if ahead is None and (short := re.search(r"(?<![\d.,/])\d\d[./]\d\d$", label)):
        ahead = label[: short.start()]
    return None if ahead is None else re.sub(r"\b[^\W\d_]{1,3} $", "", ahead).strip(" \n:;,.!-")


def _doubled(item: Labelled, found: list[Labelled], folded: str) -> bool:
    """ "Balance 5.20 USD 6.30 EUR": a second amount right behind, without a word of its own."""
    for other in found:
        if other.amount.start >= item.amount.end and other.amount.sign is not None:
            between = folded[item.amount.end : other.amount.start]
            if between.strip() == "(" and item.amount.sign not in {None, other.amount.sign}:
                continue  # "25.00 TL (0.73 USD)": the same in another currency
            if other.amount.value == item.amount.value:
                return False
            return _either().fullmatch(between) is not None or (
                other.role is not Role.OTHER and _no_words().fullmatch(between) is not None
            )
    return False


@lru_cache(maxsize=1)
def _no_words() -> re.Pattern[str]:
    return re.compile(rf"(?:[\s,;/|=()+*-]|{any_of('and_or')}){{0,6}}")


@lru_cache(maxsize=1)
def _either() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{any_of('either_or')})\s")


def _shared_currency(item: Labelled, found: list[Labelled], text: str) -> str | None:
    """ "zagal'nyi 46,06; paketnyi 0,00; dodatkovyi 0,00 hrn": the currency at the end of the list is that of all."""
    for other in found:
        if other.amount.start > item.amount.end and other.amount.sign and other.amount.exact:
            between = text[item.amount.end : other.amount.start]
            return other.amount.currency if re.fullmatch(r"[;,][^.!?\n]{1,80}", between) else None
    return None


def _alone(context: TextContext, found: list[Labelled]) -> tuple[Decimal, str | None, str] | None:
    """An amount with a currency that opens the text, or fills a line as "USD:5.87", and has no rival."""
    text, folded = context.text, context.folded
    money = [
        item for item in found if item.amount.sign is not None and item.amount.exact and item.role is not Role.OTHER
    ]
    doubted = [item for item in found if item.amount.value is None or not item.amount.exact]
    if any(rule("balance").search(item.label) for item in doubted):
        return None  # the balance is there, and in doubt: "RM0.00. Your credit balance is RM8.76l active"
    if len(money) != 1 or money[0].role is not Role.PLAIN or not is_lines(money[0], context, found, len(text)):
        return None
    amount = money[0].amount
    if amount.value is None or signed(money[0], folded) != amount.value or _buckets(folded):
        return None
    line = text[: amount.start].rpartition("\n")[2] + text[amount.end :].partition("\n")[0]
    if not line.strip() and re.fullmatch(r"[^\W\d_]{1,4}\s?[:=].*", folded[amount.start : amount.end]):
        return amount.value, amount.currency, "currency label"
    if _opening().fullmatch(mask(folded)[: amount.start]) is None or not _closes(text, folded, amount):
        return None
    first = min((s for s in sentences(text) if s >= amount.end), default=len(text))
    if (
        rule("thanks_for_payment").search(folded)
        or rule("event").search(folded[:first])
        or rule("other_purse", "wallets").search(folded[points_end(folded, amount.end) : first])
        or rule("price").match(folded[amount.end :].lstrip(" .,-:\n"))
    ):
        return None
    return amount.value, amount.currency, "amount alone"


@lru_cache(maxsize=1)
def _balance_and_figure() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('balance')})(?:[:=]|\s-)\s?(?![*#\x1f])\S*\d")


def _opening() -> re.Pattern[str]:
    return re.compile(r"[\s\x1f.,:*#-]{0,80}")


def _closes(text: str, folded: str, amount: Amount) -> bool:
    rest = folded[amount.end :]
    if not rest.strip() or re.match(r"\s{0,2}[.,;!*(\n]", rest) or rule("valid_until").match(rest.lstrip()):
        return True
    if points_end(folded, amount.end) > amount.end:
        return True
    behind = text[amount.end :].lstrip()
    return text[amount.end - 1] == "." and not behind[:1].islower() and not behind[:1].isdigit()


def _buckets(folded: str) -> bool:
    """A list of packages (minutes, messages, data): the money in front of it may be a bonus."""
    kinds = (_size_of_data(), rule("messages"), rule("minutes"))
    return sum(kind.search(folded) is not None for kind in kinds) >= 2


@lru_cache(maxsize=1)
def _size_of_data() -> re.Pattern[str]:
    return re.compile(fold_pattern(r"\d\s?(?:[gmk]b|[gmk]o|[гмк]б)(?![^\W\d_])"))
