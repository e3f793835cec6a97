"""Templates: what is proposed to a person as the balance of replies that nobody reads, and what never is."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.money.template import behaves_like_money, propose

MADE = "Kirjana {} qq, tervist"
# Nonsense: no word of these says what a number is, and none begins like a unit or a currency.
NONSENSE = st.text("qvwx", min_size=4, max_size=9)
CENTS = st.integers(min_value=2, max_value=5000)


def written(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def told(frame: str, *numbers: object) -> str | None:
    """What is proposed of replies of this frame with these numbers."""
    found = propose([frame.format(number) for number in numbers])
    return None if found is None else found.written


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (["62.70", "61.70", "61.27"], "61.27"),
        (["62,70", "62,70", "61,70", "61,27", "61,27"], "61,27"),
        (["62.70", "61.70", "61.27", "161.27", "150.00"], "150.00"),
        (["1 234,50", "900,10", "-7,02"], "-7,02"),
        (["500", "480", "455"], "455"),
        (["62.70", "61.70"], None),
        (["62.70", "62.70", "62.70"], None),
        (["62.70", "62.70", "61.27"], None),
        (["62.70", "61.70", "161.27"], None),
        (["61.27", "61.70", "62.70"], None),
        (["500", "300", "700", "200", "600"], None),
        (["1.234", "1.200", "1.100"], None),
    ],
)
def test_what_behaves_like_money(numbers: list[str], said: str | None) -> None:
    """Two falls at least, three for each rise, and no value in doubt."""
    assert told(MADE, *numbers) == said


@pytest.mark.parametrize(
    "texts",
    [
        ["Visit {}", "41", "40", "39"],
        ["Visit {}", "39", "40", "41"],
        ["Visit {}", "9", "8", "8", "7", "6", "4"],
        ["Kirjana {} qq", "12.05.2026", "11.05.2026", "10.05.2026"],
        ["Kirjana {} qq", "12:30", "11:20", "10:10"],
        ["Kirjana {} qq", "84951234567", "84951234560", "84951234500"],
        ["Kirjana {} qq", "9123456", "9123450", "9123400"],
        ["Kirjana *{}#", "500", "400", "200"],
        ["Kirjana {}% qq", "50", "40", "20"],
        ["Kirjana {} MB qq", "500", "400", "200"],
        ["Kirjana {}GB qq", "5.5", "4.5", "2.5"],
        ["Kirjana {} days qq", "50", "40", "20"],
        ["Kirjana {} мин qq", "50", "40", "20"],
        ["Kirjana {} sms qq", "50", "40", "20"],
        ["Bonus: {} qq", "50.10", "40.10", "20.10"],
        ["Win {} EUR today", "500", "300", "100"],
    ],
    ids=lambda texts: " ".join(texts),
)
def test_what_is_never_money(texts: list[str]) -> None:
    """Counters, dates, times, numbers to call, codes, shares, volumes, days, minutes; another purse, a prize."""
    frame, *numbers = texts
    assert told(frame, *numbers) is None


def test_other_words_and_another_number_that_moves() -> None:
    """Texts of other words count neither for nor against; with a second number that changes nothing is proposed, unless
    it is a date or a time."""
    ad = "Hyva paiva"
    made = [MADE.format(number) for number in ("62.70", "61.70", "61.27")]
    found = propose([made[0], ad, made[1], ad, made[2]])
    assert found is not None
    assert (found.text, found.written) == (made[2], "61.27")
    assert found.others == ((made[1], "61.70"), (made[0], "62.70"))
    assert propose([*made, ad]) is None
    two = [f"{text} {number} zz" for text, number in zip(made, (5, 5, 6), strict=True)]
    assert propose(two) is None
    dated = [f"{day}.05.2026 1{day}:30 {text}" for day, text in zip((5, 6, 7), made, strict=True)]
    assert propose(dated) is not None


@settings(max_examples=60, deadline=None)
@given(words=st.lists(NONSENSE, min_size=2, max_size=5), start=CENTS, spent=st.lists(CENTS, min_size=2, max_size=12))
def test_what_is_spent_is_proposed(words: list[str], start: int, spent: list[int]) -> None:
    """Whatever the words are that nobody knows."""
    rest = list(accumulate(reversed(spent), initial=start + 1))[::-1]
    frame = f"{' '.join(words[:-1])} {{}} {words[-1]}"
    assert told(frame, *map(written, rest)) == written(rest[-1])


@pytest.mark.parametrize(("country", "proposed"), [("RU", None), ("GB", None), ("VN", "822"), (None, "822")])
def test_a_whole_number_without_a_currency_is_money_only_where_there_are_no_coins(
    country: str | None, proposed: str | None
) -> None:
    """A ticket, a place in a queue and a stock fall as well."""
    found = propose([f"Zorbul {number} vem" for number in (871, 860, 841, 822)], country=country)
    assert (found.written if found else None) == proposed


@settings(max_examples=100, deadline=None)
@given(values=st.lists(st.decimals(-99, 999, places=2), max_size=20))
def test_what_rises_as_it_falls_is_no_money(values: list[Decimal]) -> None:
    """The more a number rises the less it is a balance: never without two falls, never with a rise to three falls."""
    steps = [after - before for before, after in pairwise(values)]
    falls, rises = sum(step < 0 for step in steps), sum(step > 0 for step in steps)
    if behaves_like_money(values):
        assert falls >= 2
        assert falls >= 3 * rises
    assert not behaves_like_money([Decimal(number) for number in range(len(values))])
    assert not behaves_like_money([Decimal(-number) for number in range(len(values))])


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.text("0123456789 .,:-+*#%кMbаx\x00\x1f\u2212\u200b", max_size=40) | st.text(max_size=40), max_size=6
    )
)
def test_any_text_may_come(texts: list[str]) -> None:
    """Hostile texts end in nothing, or in a number that stands in the newest."""
    found = propose([*texts, *texts, *texts])
    assert found is None or found.written.lstrip("-") in found.text
