"""Whether every word next to a sum is accounted for. The lists of other purses, events and bounds cannot name all of
them ("locked balance", "balance goal", "$5 credit waiting"), so here the words must be known to be harmless instead."""

from __future__ import annotations

import re
from functools import lru_cache

from modemd.money import harmless, lexicon
from modemd.money.currencies import sign_regex
from modemd.money.fold import has_word_ends, words
from modemd.money.labels import CONJUNCTION, Labelled, rule


def all_known(item: Labelled, text: str, folded: str) -> bool:
    """The words in front of the word for the balance, between it and the sum, and behind the sum are all known, or a
    name: in capitals, or with a capital behind "your"."""
    start = item.amount.start - len(item.label)
    named = list(rule("BALANCE").finditer(item.label))
    if named:
        own = text[start : item.amount.start]
        ahead = _word_before(item.label, named[0].start())
        if ahead is not None and not _is_modifier(ahead, own, item.label):
            return False
        if _onto().search(item.label[: named[-1].end()]):
            return False
        link = item.label[named[-1].end() :]
        if any(not _known(w, own[named[-1].end() :], link) for w in _WORD.finditer(link)):
            return False
    rest = None if named else rule("REST").search(item.label)
    if rest is not None:
        ahead = _word_before(item.label, rest.start())
        if ahead is not None and not _is_modifier(ahead, text[start : item.amount.start], item.label):
            return False
    return _ends_well(item, text, folded, whole=not named)


def harmless_ahead(ahead: str, written: str) -> bool:
    """Whether the word right in front of what a pattern spells out leaves it the one balance. `ahead` is folded,
    `written` the same as it stands in the text."""
    word = _word_before(ahead, len(ahead))
    return word is None or _is_modifier(word, written, ahead)


def moved(label: str) -> bool:
    """ "на ваш счет", "с баланса" at the end of the words in front of the sum: onto the account, or off it."""
    return _onto().search(label.rstrip(" :=")) is not None


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+|[^\W\d_])")


def _word_before(label: str, place: int) -> re.Match[str] | None:
    return re.search(r"[^\W\d_]+(?:'[^\W\d_]+)?(?=[\s'-]{1,2}$)", label[:place])


def _is_modifier(word: re.Match[str], own: str, label: str) -> bool:
    """Whether the word in front of "balance" leaves it the one balance."""
    if _known(word, own, label):
        return True
    owner = _owner().search(label[: word.start()])
    return owner is not None and own[word.start()].isupper()


def _known(word: re.Match[str], own: str, label: str) -> bool:
    written = own[word.start() : word.end()]
    if _without_capitals(written[0]):
        return True
    if written.isupper() and len(written) <= 8 and not own.isupper():
        return True
    return _modifiers().fullmatch(label, word.start(), word.end()) is not None


def _ends_well(item: Labelled, text: str, folded: str, *, whole: bool) -> bool:
    """What follows the sum, up to the next sign: its first word, or all words where the word for the balance is among
    them. A capital begins something new."""
    end = item.amount.end
    behind = text[end:].lstrip()
    if text[end - 1] == "." and not behind[:1].islower():
        return True
    rest = re.split(r"[.!?;,\n(*|]", folded[end : end + 60], maxsplit=1)[0]
    heads = rest.split()[:2]
    if heads and (rule("PRICE_BEFORE").fullmatch(heads[0]) or rule("EVENT").search(" ".join(heads))):
        return False
    if re.search(r"[:=]", rest):
        return True  # these words introduce something else
    clause = rest
    conjunction = CONJUNCTION.search(rest)
    rest = rest[: conjunction.start()] if conjunction is not None else rest
    known_to = 0
    for count, word in enumerate(_WORD.finditer(rest)):
        first = text[end + word.start()]
        if (
            _without_capitals(first)
            or (first.isupper() and not (whole and count == 0))
            or (_closing().match(rest, word.start()) and re.search(r"\d", clause[word.end() :]))
        ):
            break
        if word.start() < known_to:
            continue
        known = _followers().match(rest, word.start())
        if known is None:
            return False
        known_to = known.end()
        if not whole:
            break
    return True


def _without_capitals(char: str) -> bool:
    return not has_word_ends(char) or "\u10a0" <= char <= "\u10ff"


@lru_cache(maxsize=1)
def _closing() -> re.Pattern[str]:
    return re.compile(words(lexicon.VALID))


@lru_cache(maxsize=1)
def _modifiers() -> re.Pattern[str]:
    return re.compile(
        words(
            lexicon.BALANCE,
            lexicon.REST,
            lexicon.HAVE,
            lexicon.MAIN,
            harmless.ORDINARY,
            harmless.NUMBER_OF,
            lexicon.ACCOUNT,
            lexicon.MINUS,
            lexicon.DEBT,
            lexicon.VALID,
            harmless.LINKS,
        )
        + rf"|(?:{sign_regex()})"
    )


@lru_cache(maxsize=1)
def _followers() -> re.Pattern[str]:
    lists = (lexicon.BALANCE, lexicon.REST, lexicon.MAIN, harmless.ON_ACCOUNT, lexicon.HAVE)
    return re.compile(words(*lists, harmless.HAVE_FILLERS, harmless.FOLLOWERS) + rf"|(?:{sign_regex()})(?![^\W\d_])")


@lru_cache(maxsize=1)
def _owner() -> re.Pattern[str]:
    return re.compile(
        words("your ваш vash ihr ihre dein deine votre ton tu tuo su sua seu o'z vas vase uw je ditt din az")
    )


@lru_cache(maxsize=1)
def _onto() -> re.Pattern[str]:
    forms = words("счет счёт рахунок баланс konto schet rahunok balans ucet racun račun")
    onto = rf"(?:{words('на na')})\s(?:[^\W\d_]{{1,12}}\s)?(?:{forms})$"
    return re.compile(
        rf"{onto}|(?<!/)(?:{words('с со from von z ze')})\s(?:[^\W\d_]{{1,12}}\s)?(?:{words(lexicon.BALANCE)})$"
    )
