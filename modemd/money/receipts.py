"""Texts about money that is not on the line: receipts of wallets and banks, quizzes, the balance of somebody else.

No list names every wallet, so what such a text *does* counts: money went to or came from somebody, a transaction has a
number, something was withdrawn, a question is asked. "Balance" in it is the line's only where the words right at it
name what a telephone alone has ("prepaid balance", "airtime balance"). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from modemd.money.context_check import TextContext, front_word, is_stranger
from modemd.money.labels import Labelled, Role, named_so
from modemd.money.notices import notice
from modemd.money.wordlists import any_of, rule


def doubtful_from(context: TextContext, items: Sequence[Labelled]) -> int:
    """Where in the text a bare "balance" begins to be doubtful: at its beginning in a receipt or a quiz, else behind
    the first sum that no telephone accounts for; nowhere (at the end) where all is accounted for."""
    folded = context.folded
    if (
        is_bank(folded)
        or _by_a_stranger(context)
        or _of_a_card(folded)
        or rule("quiz", "bill").search(folded) is not None
        or (any(_moved(item, folded) for item in items) and rule("receipt_number").search(folded) is not None)
        or _CHOICES.search(folded) is not None
        or _numbered_question().search(folded) is not None
        or _asks_to_buy(items, folded)
        or any(is_stranger(context, found.end()) for found in rule("thanks_for_using").finditer(folded))
        or any(_is_transfer(item) for item in items)
    ):
        return 0
    following = [item.amount.start - len(item.label) for item in items[1:]] + [len(folded)]
    for item, next_label in zip(items, following, strict=False):
        if not _is_accounted_for(item, folded, next_label) or _came_from_somebody(item, context):
            return item.amount.end
    return len(folded)


def is_lines(item: Labelled, context: TextContext, items: Sequence[Labelled], doubtful: int) -> bool:
    """Whether the sum of the item may be the line's in this text; `doubtful` is what `doubtful_from` says of it."""
    if names_the_line(item):
        return True
    if item.amount.start >= doubtful:
        return False
    main = item.principal and rule("total").search(item.label) is None
    return main or not is_wallets(item, context, items)


def spelled_out(source: str) -> bool:
    """Whether the expression of a pack expects the words of a receipt: then its operator writes so of the line."""
    return rule("transfer", "receipt_event", "receipt_number", "wallets", "cash_desk").search(source) is not None


def is_wallets(item: Labelled, context: TextContext, items: Sequence[Labelled]) -> bool:
    """Whether a wallet or its counter is named around the sum of the item: in front of it wherever that is; behind it
    unless one can top up there, a code is given, or it labels a sum of its own ("Balance 5. MoMo: 12")."""
    folded = context.folded
    for found in rule("wallets", "cash_desk").finditer(folded):
        if found.start() < item.amount.start:
            return True
        if any(
            found.start() >= other.amount.start - len(other.label)
            and found.end() <= other.amount.start
            and rule("price", "receipt_mark").search(other.label) is None
            for other in items
            if other.amount.start > item.amount.end
        ):
            continue
        start = max(folded.rfind(stop, item.amount.end, found.start()) for stop in ".!?\n") + 1
        sentence = re.split(r"[.!?\n]\s?(?=[^\W\d_])", folded[max(start, item.amount.end) : found.end() + 60])[0]
        if rule("top_up_word").search(sentence) is None and re.search(r"[*#]\d", sentence) is None:
            return True
    return False


def names_the_line(item: Labelled) -> bool:
    """Whether the words in front of a sum say that it is what a telephone calls from: "your prepaid balance is". Where
    the balance is named behind it, those do: "you have 5.00 airtime credit"."""
    label = item.label
    found = list(rule("balance").finditer(label))
    place = found[-1].start() if found else len(label)
    behind = "" if found else " ".join(item.tail.split()[:2])
    near = f"{' '.join(label[:place].split()[-3:])} {label[place:]} {behind}"
    return rule("of_a_line").search(near) is not None


def is_masked_account(folded: str) -> bool:
    """ "Card *1234": the last digits of a card or an account, as a bank writes them."""
    return _masked_account().search(folded) is not None


def is_bank(folded: str) -> bool:
    """ "Card *1234 ... Balance: 15000": the message of a bank, or the receipt of a wallet on the telephone."""
    if is_masked_account(folded):
        return True
    return (
        rule("receipt_event", "transfer").search(folded) is not None
        and rule("receipt_mark", "receipt_number").search(folded) is not None
        and rule("of_a_line").search(folded) is None  # what only a telephone has
    )


def of_somebody_else(folded: str) -> bool:
    """ "You pay for this subscriber": the sum belongs to another line."""
    return rule("somebody_else").search(folded) is not None


# --- helpers

_CHOICES = re.compile(r"(?<![^\W_])a\s?[.):=]\s?\w[^\n]{1,40}?(?<![^\W_])[bвб]\s?[.):=]\s?\w")
"""The answers of a quiz: "A. Bob, B. Barry or C. Ben"."""


@lru_cache(maxsize=1)
def _numbered_question() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('question')})\s?(?:№|#|n[o°]\.?)?\s?\d|(?<![^\W_])q\d{{1,2}}\sof\s\d")


@lru_cache(maxsize=1)
def _masked_account() -> re.Pattern[str]:
    account, card = any_of("masked_account"), any_of("card_brands")
    return re.compile(
        rf"(?:{account})[\s:.]{{0,3}}(?:no\.?\s?)?(?:[*x•.·]{{1,12}}\s?\d{{3,4}}|ending)(?!\d)"
        rf"|(?:{account})\s?\d{{4}}(?=\s?:|\s[^\W\d_]{{4}})"  # "acct 1234: balance"
        rf"|(?:{card})[\s*-]{{0,2}}\d{{4}}(?![\d.,])"
        r"|(?<![^\W_])(?:x{1,6}\s?|[^\W\d_]{2,6}[-*])\d{4}(?=\s[^\W\d_])"  # "x1234", "MIR-1234" without its name
    )


def _by_a_stranger(context: TextContext) -> bool:
    """Whether a name opens the text that is no operator's: "Zippo: you were paid $40 by Kim. Balance $52.10"."""
    name = _OPENING_NAME.match(context.folded)
    return name is not None and context.text[name.start(1)].isupper() and not front_word(name[1], context)


_OPENING_NAME = re.compile(r"\W{0,3}(?:[^\W\d_]{2,20}\s){0,2}([^\W\d_]{2,20}):\s{1,2}(?=[^\W\d_]{2,20},?\s[^\W\d_])")


def _of_a_card(folded: str) -> bool:
    """ "Metro card recharged. Balance Rs 150": something happened to a card, which is no SIM's and none to top up
    with."""
    plain = named_so().sub("", folded)  # "tarjeta recargable"
    for found in _happened_to_a_card().finditer(plain):
        before = re.split(r"[.!?\n]", plain[max(0, found.start() - 40) : found.start()])[-1]
        if rule("top_up_word").search(before) is None:
            return rule("of_a_sim").search(plain) is None
    return False


@lru_cache(maxsize=1)
def _happened_to_a_card() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('plastic')})\s(?:[^\W\d_]{{1,4}}\s){{0,2}}(?:{any_of('event')})")


def _asks_to_buy(items: Sequence[Labelled], folded: str) -> bool:
    """ "Credit: £20. Price: £15. Order now?": a price with nothing but a question behind it is that of what one word
    in front of it offers."""
    if len(items) != 2 or len(items[0].label.split()) != 1:
        return False
    return (
        _price_label().search(items[1].label) is not None
        and re.match(r"[\s.,;]{0,3}(?:[^\W\d_]{1,12}\s?){1,3}\?", folded[items[1].amount.end :]) is not None
    )


@lru_cache(maxsize=1)
def _price_label() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('price')})\s?[:=]\s?$")


def _is_transfer(item: Labelled) -> bool:
    """ "You have received 50.00 from A", "50.00 sent to B": a sum that went or came. What a telephone is topped up
    with, and what a bonus gives, comes from the operator."""
    around = f"{item.label} {item.tail}"
    return (
        item.role in {Role.OTHER, Role.PLAIN}
        and rule("transfer").search(around) is not None
        and rule("top_up_word").search(around) is None
    )


def _came_from_somebody(item: Labelled, context: TextContext) -> bool:
    """ "Зачислено 700 р. от Сергей В.": right behind the sum stands a name that it came from, and no operator's."""
    name = _sent_by().match(context.folded, item.amount.end)
    if name is None or not _moved(item, context.folded):
        return False
    return context.text[name.start(1)].isupper() and not front_word(name[1], context)


@lru_cache(maxsize=1)
def _sent_by() -> re.Pattern[str]:
    return re.compile(rf"\s{{0,2}}(?:{any_of('sent_by')})\s([^\W\d_]{{2,20}})")


def _is_accounted_for(item: Labelled, folded: str, stop: int) -> bool:
    """Whether a sum that is not called the balance is a top-up, a bonus, or what a telephone costs or holds; `stop` is
    where the words of the next sum begin. Other money may have gone anywhere, in whatever language it is said."""
    start, end = item.amount.start, item.amount.end
    if not _moved(item, folded) or (not item.amount.value and item.amount.value is not None):
        return True
    before = re.split(r"[!?\n]|\.\s", folded[max(0, start - 60) : start])[-1]
    return _is_of_a_line(f"{before}{item.label} {item.tail} {folded[end : min(end + 40, stop)]}")


def _is_of_a_line(words: str) -> bool:
    if rule("plastic").search(words) is not None and rule("of_a_sim").search(words) is None:
        return False  # "На карте Тройка 120 руб."
    return (
        rule(*_OF_A_LINE).search(words) is not None or _units().search(words) is not None or notice(words) == "top_up"
    )


@lru_cache(maxsize=1)
def _units() -> re.Pattern[str]:
    return re.compile(rf"\d\s?(?:{any_of('units')})")


_OF_A_LINE = (
    "top_up_word",
    "other_purse",
    "minus",
    "debt",
    "bound",
    "renewal",
    "data",
    "minutes",
    "messages",
    "tariff",
    "unlimited",
)


def _moved(item: Labelled, folded: str) -> bool:
    """A sum that is not called a balance, in a currency or with its coins; beside the number of a transaction it was
    paid. "At 14.30" behind a date is none, "3 EUR/day" a price that nobody has paid."""
    start, end = item.amount.digits
    if item.amount.sign is None:
        money = re.search(r"\d[.,]\d\d$", folded[start:end]) is not None and not _TIME.search(folded[:end])
    else:
        money = re.match(r"\s?/\s?[^\W\d_]", folded[item.amount.end :]) is None
    return money and item.role in {Role.OTHER, Role.PLAIN}


_TIME = re.compile(r"\d[./-]\d{2,4},?\s(?:[^\W\d_]{1,4}\s)?[012]?\d\.[0-5]\d$")
