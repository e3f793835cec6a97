"""Whose short message it is: may the number in it be the balance of this SIM? Pure.

Anybody can write to a SIM, and a letter sender can be forged. So a message that nobody asked for counts only where its
sender is one of the operator's own, and one that comes while an answer is awaited only where no person and no bank can
have sent it."""

from __future__ import annotations

import re
from functools import lru_cache

from modemd.money.fold import clean, fold
from modemd.money.pack import Pack
from modemd.money.receipts import is_bank
from modemd.money.wordlists import any_of, rule

LONGEST_SHORT = 6  # digits of a short number (service codes); from 7 on it may be a subscriber (E.164)
LONGEST_LETTERS = 11  # letters of an alphanumeric sender (23.040 9.1.2.5): longer names are cut there


def is_operator(sender: str, pack: Pack | None) -> bool:
    """Strictly the operator: one of the pack's `sms_senders`, the number of one of its SMS queries, or its name in
    letters. A name counts without case, blanks, punctuation and the ending of a domain: "t2.ru", "MTS", "Beeline"."""
    if pack is None or not sender.strip():
        return False
    if _digits(sender) is not None:
        known = [*pack.sms_senders, *(query.number or "" for query in pack.queries)]
        return any(_digits(sender) == _digits(name) for name in known if name)
    name = _name(sender)
    return name is not None and any(
        name == other or (len(sender) == LONGEST_LETTERS and len(name) > 8 and other.startswith(name))
        for other in _names(pack)
    )


def may_answer(sender: str, pack: Pack | None, *, number: str | None = None) -> bool:
    """May this sender answer a question that was just asked? The operator, the `number` that was asked, and any sender
    that is no full telephone number: letters, or six digits at most."""
    if is_operator(sender, pack) or (number is not None and _digits(sender) == _digits(number)):
        return True
    digits = _digits(sender)
    if digits is not None:
        return 0 < len(digits) <= LONGEST_SHORT
    return any(letter.isalpha() for letter in sender)


def is_elsewhere(text: str, *, sender_known: bool) -> bool:
    """Is this the account of somebody else: a bank card, a one-time password? Of a sender that is not known to be the
    operator every word of banks and wallets is enough; of the operator only what no advertisement says (a masked
    number), since "top up by card" stands under many a balance."""
    folded = fold(clean(text))
    if is_bank(folded) or _masked().search(folded) is not None or rule("password").search(folded) is not None:
        return True
    return not sender_known and rule("bank").search(folded) is not None


# --- helpers

_DOMAIN = re.compile(r"^(?:www\.)|\.(?:[a-z]{2,4}|рф)$")


def _digits(sender: str) -> str | None:
    """The digits of a sender that is a number, else None."""
    bare = re.sub(r"[\s()+-]", "", sender)
    return bare if bare.isascii() and bare.isdigit() else None


def _name(text: str) -> str | None:
    """The form in which names are compared; None where nothing is left."""
    bare = _DOMAIN.sub("", _DOMAIN.sub("", text.strip().casefold()))
    return "".join(letter for letter in fold(bare) if letter.isalnum()) or None


def _names(pack: Pack) -> set[str]:
    written = [pack.id.partition("-")[2], *pack.names, *pack.spn, *pack.sms_senders]
    written += [pack.name, *re.split(r"[/(),]", pack.name)]
    return {name for text in written if (name := _name(text)) is not None and _digits(text) is None}


@lru_cache(maxsize=1)
def _masked() -> re.Pattern[str]:
    """A card or account of which the last digits alone are shown: "*1234", "xx1234", "VISA1234", "МИР-1234". USSD codes
    ("*100#", "*1234*5#") are none."""
    return re.compile(
        r"(?<![\d*#])(?:[*•●…·]{1,12}|(?<![^\W\d_])[xх]{1,12}|\.{2,})\s?\d{4}(?![\d*#.,:])"
        rf"|(?:{any_of('card_brands')})[\s:.*-]{{0,3}}\d{{4}}(?!\d)"
    )
