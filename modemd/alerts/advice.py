"""How to pay for a SIM, by the operator's own ways: what an alert's second line and `modemd topup` say. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from modemd.errors import ConfigError, StoreError
from modemd.frozen import dataclass
from modemd.language import words
from modemd.money.operators import Packs
from modemd.money.pack import Pack

SHORT = 6  # digits; a longer number is none that is only dialled in the operator's network


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysToPay:
    """Of one operator; None and () where its pack knows none. `promised_payment` is a loan: it is named, and never
    dialled."""

    page: str | None = None
    app: str | None = None
    voucher: str | None = None
    short_number: str | None = None
    hotline: tuple[str, ...] = ()
    promised_payment: str | None = None
    own_number_code: str | None = None


def ways_of(pack: Pack) -> WaysToPay:
    """The official page is the one to pay at, else the one of the account."""
    short = next((number for number in pack.hotline if sum(map(str.isdigit, number)) <= SHORT), None)
    return WaysToPay(
        page=pack.topup_url or pack.account_url,
        app=pack.app,
        voucher=pack.voucher,
        short_number=short,
        hotline=pack.hotline,
        promised_payment=pack.promised_payment,
        own_number_code=pack.own_number,
    )


def adviser(
    packs: Packs, own_number: Callable[[str], str | None] = lambda _sim_key: None
) -> Callable[[str | None, str, str], tuple[str | None, str | None]]:
    """By an operator's id, a language and a SIM's key: how to pay, and the page for it. None where the pack knows
    nothing, or is none. `own_number`: of a SIM, by its key; without it, as where the store cannot say, the line has
    none."""

    def number_of(sim_key: str) -> str | None:
        try:
            return own_number(sim_key)
        except StoreError:  # an alert is worth more than its last four digits
            return None

    def advise(operator: str | None, language: str, sim_key: str) -> tuple[str | None, str | None]:
        try:
            ways = None if operator is None else ways_of(packs.get(operator))
        except ConfigError:  # of a pack that was taken away
            ways = None
        if ways is None:
            return None, None
        return advice(ways, language=language, own_number=number_of(sim_key)), ways.page

    return advise


def advice(ways: WaysToPay, *, language: str = "en", own_number: str | None = None) -> str | None:
    """One line, None where nothing is known: page, app or voucher, whom to call, and the warning. Of the own number
    its last four digits alone: the line leaves the house with an alert, and tells its owner which SIM it is."""
    _ = words(language)
    pay = []
    if ways.page:
        pay.append(_("pay at {page}").format(page=ways.page))
    if ways.app:
        pay.append(_("in the app {app}").format(app=ways.app))
    if ways.voucher and not pay:
        pay.append(_("with a voucher: {voucher}").format(voucher=ways.voucher))
    number = ways.short_number or next(iter(ways.hotline), None)
    if not pay and number is None:
        return None
    parts = [_(" or ").join(pay)] if pay else []
    if own_number and len(own_number) >= SHORT:
        parts.append(_("number ending {tail}").format(tail=own_number[-4:]))
    if number is not None:
        parts.append(_("help: {number}").format(number=number))
    return _sentence("; ".join([*parts, _("use the operator's own page, app and numbers only")]))


def in_common(lines: Iterable[str | None], language: str) -> str | None:
    """Of several SIMs' lines the one that they are but for their numbers; None where they differ otherwise."""
    number = re.escape(words(language)("number ending {tail}")).replace(r"\{tail\}", "[0-9]{4}")
    clause = re.compile(f"^{number}; |; {number}(?=; )", re.IGNORECASE)
    found = {None if line is None else _sentence(clause.sub("", line)) for line in lines}
    return found.pop() if len(found) == 1 else None


def _sentence(line: str) -> str:
    return line[:1].upper() + line[1:]
