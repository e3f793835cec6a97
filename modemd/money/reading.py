"""Reply text -> Reading, with proof.

The operator's own patterns come first; without one the generic reader needs positive evidence and no rival. When
anything is in doubt the balance is None: unknown is a good answer, a wrong number is not.
"""

from __future__ import annotations

import re

from modemd.money import generic
from modemd.money.amounts import amounts
from modemd.money.context_check import TextContext, moved, neutral_ahead, neutral_behind, under_heading
from modemd.money.currencies import currency_of, home_currency
from modemd.money.damage import is_damaged
from modemd.money.expiry import expires
from modemd.money.fold import clean, fold
from modemd.money.labels import Labelled, Role, labelled
from modemd.money.lost_letters import mended
from modemd.money.menus import without_menu
from modemd.money.minus_behind import signed
from modemd.money.pack import Pack, Pattern
from modemd.money.receipts import doubtful_from, is_lines, is_masked_account, of_somebody_else, spelled_out
from modemd.money.volumes import data_left
from modemd.money.wordlists import rule
from modemd.records import Kind, Reading


def read(text: str, *, pack: Pack | None = None, country: str | None = None) -> Reading:
    """What the reply says. Never raises, takes bounded time (the text is cut at 4,096 characters), never guesses.

    `country` (ISO 3166-1 alpha-2) and the pack's country and currency only decide what a shared sign (r, $, kr) means
    and how dates and thousands are written. A number that the wire damaged makes the whole text unknown. Data without
    money has kind other and balance None; a menu with the balance on it is a balance."""
    if pack is not None:
        country = pack.country
    country = country.upper() if country and home_currency(country.upper()) else None
    if is_damaged(text):
        return Reading(kind="other")
    home = pack.currency if pack is not None else None
    whole = mended(clean(text))
    cleaned, folded, menu = without_menu(whole, fold(whole))
    left = data_left(folded)
    by_pack = _by_pattern(pack, whole, fold(whole), country, home) if pack is not None else None
    if by_pack is not None:
        ends = by_pack.expires or expires(folded, country=country, money=True)
        return Reading(
            kind=by_pack.kind,
            balance=by_pack.balance,
            currency=by_pack.currency,
            data_left_mb=by_pack.data_left_mb if by_pack.data_left_mb is not None else left,
            expires=ends,
            pattern=by_pack.pattern,
            confidence=by_pack.confidence,
        )
    found = None
    if not _told_by(pack, folded):
        found = generic.balance(cleaned, folded, country=country, home=home, pack=pack)
    until = expires(folded, country=country, money=found is not None or left is not None)
    if found is not None:
        value, currency, name = found
        return Reading(
            kind="balance",
            balance=value,
            currency=currency,
            data_left_mb=left,
            expires=until,
            pattern=name,
            confidence="generic",
        )
    if left is not None:
        return Reading(kind="other", data_left_mb=left, expires=until, pattern="data left", confidence="generic")
    return Reading(kind=_kind(fold(whole), menu=menu, pack=pack), expires=until)


def _by_pattern(pack: Pack, text: str, folded: str, country: str | None, home: str | None) -> Reading | None:
    """The first pattern whose number is a whole amount with a certain value."""
    if is_masked_account(folded) or of_somebody_else(folded):
        return None
    items: list[Labelled] | None = None
    context = TextContext(text, folded, country, pack=pack)
    for pattern in pack.patterns:
        matches = list(pattern.regex.finditer(folded))
        if matches and items is None:
            items = labelled(text, folded, amounts(text, folded, country=country, home=home))
        own = spelled_out(pattern.regex.pattern)
        caught = [(match, item) for match in matches if (item := _item(match, items or [])) is not None]
        others = [item for item in items or [] if all(item is not mine for _, mine in caught)]
        doubtful = doubtful_from(context, others) if caught else 0
        found = []
        good = []
        for match, item in caught:
            reading = _reading(pattern, match, item, context, pack)
            if reading is not None:
                found.append(reading)
                if reading.pattern is not None and (own or is_lines(item, context, others, doubtful)):
                    good.append(reading)
        if good and len({reading.balance for reading in found}) == 1 and not _rivals(good[0], items or []):
            return good[0]
    return None


def _reading(
    pattern: Pattern,
    match: re.Match[str],
    item: Labelled,
    context: TextContext,
    pack: Pack,
) -> Reading | None:
    """None where the amount of the item is not certain, or where words in front of what
    the pattern itself spells out make it something else ("Бонусный" before "баланс: 50 р"). Without the pattern's name
    where an unknown word around it ("Xyz balance", "5 EUR waiting") makes it a rival at most."""
    if item.amount.value is None or not item.amount.exact:
        return None
    folded = context.folded
    start = item.amount.start - len(item.label)
    ahead = item.label[: max(0, match.start() - start)]
    behind = " ".join(folded[max(item.amount.end, match.end()) : item.amount.end + len(item.tail)].split()[:3])
    hazards = (rule("other_purse", "wallets"), rule("bound"), rule("event"))
    if any(hazard.search(ahead) for hazard in hazards) or moved(item.label):
        return None
    if any(hazard.search(behind) for hazard in (rule("other_purse", "wallets"), rule("event"))):
        return None
    value = item.amount.value
    if pattern.minus or _group(match, "minus"):
        value = -abs(value)
    until = _group(match, "expires")
    data = _group(match, "data")
    proved = (
        neutral_ahead(ahead, start, context)
        and neutral_behind(item, context, whole=False, since=match.end())
        and not under_heading(context, start)
        and (value < 0 or item.negative or signed(item, folded) == value)
    )
    return Reading(
        kind="balance",
        balance=value,
        currency=_currency(pattern, match, pack.currency) or item.amount.currency,
        data_left_mb=data_left("data: " + data) if data else None,
        expires=expires("valid until " + until, country=pack.country, money=True) if until else None,
        pattern=pattern.name if proved else None,
        confidence="operator",
    )


def _item(match: re.Match[str], items: list[Labelled]) -> Labelled | None:
    """What the group `balance` has caught, if that is one whole number."""
    return next((item for item in items if item.amount.digits == _number_span(match)), None)


def _rivals(reading: Reading, items: list[Labelled]) -> bool:
    """Whether another sum is called the balance as well, and neither is called the main one."""
    own = [
        item for item in items if item.amount.value is not None and abs(item.amount.value) == abs(reading.balance or 0)
    ]
    if any(item.principal for item in own):
        return False
    return any(item.role is Role.MAIN and item.amount.sign is not None and item not in own for item in items)


def _currency(pattern: Pattern, match: re.Match[str], home: str | None) -> str | None:
    sign = _group(match, "currency")
    whole = re.fullmatch(r"\d{4,12}", match["balance"].strip()) is not None
    return (currency_of(sign, home, whole=whole) if sign else None) or pattern.currency


def _number_span(match: re.Match[str]) -> tuple[int, int]:
    """Where the number of the group `balance` stands, less the blanks and the punctuation that a pattern's class for
    digits and separators took with it ("225.24 " before "руб")."""
    start, end = match.span("balance")
    found = match["balance"]
    return start + len(found) - len(found.lstrip(" ,.'")), end - len(found) + len(found.rstrip(" ,.'"))


def _group(match: re.Match[str], name: str) -> str | None:
    value: str | None = match[name] if name in match.re.groupindex else None
    return value


def _told_by(pack: Pack | None, folded: str) -> bool:
    """The pack knows this text as an error or as the announcement of an SMS: then no number in it is a balance."""
    return pack is not None and any(fold(known) in folded for known in pack.errors + pack.sms_follows)


def _kind(folded: str, *, menu: bool, pack: Pack | None) -> Kind:
    if pack is not None and any(fold(known) in folded for known in pack.sms_follows):
        return "sms_follows"
    if pack is not None and any(fold(known) in folded for known in pack.errors):
        return "error"
    if _sms_follows(folded):
        return "sms_follows"
    if rule("error").search(folded):
        return "error"
    return "menu" if menu else "other"


def _sms_follows(folded: str) -> bool:
    if rule("sms_sending").search(folded):
        return False
    return any(rule("sms").search(s) and rule("sms_coming").search(s) for s in re.split(r"[!?]|\.\s|\n\n", folded))
