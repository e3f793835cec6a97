"""What an operator pack holds. Values only; money/operators.py reads them from TOML."""

from __future__ import annotations

import re
from dataclasses import field
from decimal import Decimal
from typing import Literal

from modemd.frozen import dataclass

PackConfidence = Literal["high", "medium", "low", "unverified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One way to ask for the balance, or for the data left. A ussd query has `code` (and `menu`, what to answer), sms
    number and text."""

    kind: Literal["ussd", "sms"]
    reply: Literal["ussd", "sms"]
    confidence: PackConfidence
    source: str
    code: str | None = None
    number: str | None = None
    text: str | None = None
    menu: tuple[str, ...] = ()
    language: str | None = None
    floor_s: float = 0.0  # shortest time between two queries, seconds
    cost: Decimal | None = None  # in the pack's currency; None = nobody says; "0" = proved free
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A named regular expression with the group `balance` (and perhaps currency, data, expires)."""

    name: str
    regex: re.Pattern[str]
    minus: bool = False  # the words of the pattern say debt ("Минус:")
    currency: str | None = None  # what the pattern proves where it has no group `currency`


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A real reply and what must be read from it. A field that is not expected is None."""

    text: str
    kind: str
    balance: Decimal | None = None
    currency: str | None = None
    data_left_mb: float | None = None
    expires: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One operator. What says how to pay or whom to call is shown to people, never dialled."""

    id: str
    name: str
    country: str  # ISO 3166-1 alpha-2
    currency: str  # ISO 4217
    names: tuple[str, ...] = ()
    plmn: tuple[str, ...] = ()
    spn: tuple[str, ...] = ()
    iccid_prefix: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()  # in order of preference
    patterns: tuple[Pattern, ...] = ()
    errors: tuple[str, ...] = ()
    sms_follows: tuple[str, ...] = ()
    sms_senders: tuple[str, ...] = ()  # who the operator's messages come from, besides its name and query numbers
    own_number: str | None = None
    data: tuple[Query, ...] = ()  # ways to ask for the data left, in order of preference
    balance_at: str | None = None  # of an operator without a balance code: where the balance stands, in words
    hotline: tuple[str, ...] = ()
    topup_url: str | None = None
    account_url: str | None = None
    app: str | None = None
    voucher: str | None = None  # how the number of a bought voucher is dialled; CODE stands for it
    promised_payment: str | None = None
    notes: str | None = None
    examples: tuple[Example, ...] = ()
    path: str = field(default="", compare=False)

    @property
    def data_codes(self) -> tuple[str, ...]:
        return tuple(query.code for query in self.data if query.code is not None)
