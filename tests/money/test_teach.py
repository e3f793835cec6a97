"""Teaching: from a reply and its balance to a pattern that is safe, general and true to the other examples."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.errors import ConfigError
from modemd.money.operators import check_text, load_pack
from modemd.money.patterns import unsafe
from modemd.money.reading import read
from modemd.money.teach import new_pack, teach

HEAD = new_pack("xx-one", name="One", country="ES", currency="EUR", plmn=("99901",))


@pytest.mark.parametrize(
    ("text", "balance", "later", "value"),
    [
        ("Remanente: 12,50 hoy", "12,50", "Remanente:  7,05 hoy", "7.05"),
        ("Quantum 5.20 EUR, hasta 12.12.2026", "5.20", "Quantum 105.20 EUR, hasta 1.2.2027", "105.20"),
        ("Id 4711\nPurse [EUR 5.20]", "EUR 5.20", "Id 9\nPurse [EUR 0.10]", "0.10"),
        ("12,50 EUR es su remanente", "12,50", "3,00 EUR es su remanente", "3.00"),
        ("Remanente -5,20 EUR", "-5,20", "Remanente 7,10 EUR", "7.10"),
        ("Rojo: 5,20", "-5,20", "Rojo: 6,10", "-6.10"),
    ],
)
def test_pattern_reads_the_next_reply_of_the_kind(text: str, balance: str, later: str, value: str) -> None:
    """What was taught once is read with other numbers, other white space and as the operator's own words."""
    lesson = teach(text, balance, pack_text=HEAD)
    assert lesson.pattern is not None
    assert check_text(lesson.pack_text) == []
    got = read(later, pack=load_pack(lesson.pack_text))
    assert (got.balance, got.confidence) == (Decimal(value), "operator")


def test_block_is_all_that_is_new() -> None:
    """The block to contribute holds the pattern and the example, and is the end of the pack."""
    lesson = teach("Remanente: 12,50 hoy", "12,50", pack_text=HEAD)
    assert lesson.pack_text.endswith(lesson.block)
    assert lesson.pack_text.startswith(HEAD.rstrip("\n"))
    assert lesson.block.count("[[pattern]]") == lesson.block.count("[[example]]") == 1


def test_second_lesson_of_a_kind_adds_only_the_example() -> None:
    """A reply that the pack reads already needs no further pattern; the same text twice is refused."""
    first = teach("Remanente: 12,50 hoy", "12,50", pack_text=HEAD)
    second = teach("Remanente: 9,10 hoy", "9,10", pack_text=first.pack_text)
    assert second.pattern is None
    assert len(load_pack(second.pack_text).examples) == 2
    with pytest.raises(ConfigError, match="already"):
        teach("Remanente: 9,10 hoy", "9,10", pack_text=second.pack_text)


@pytest.mark.parametrize(
    ("text", "balance", "said"),
    [
        ("Remanente: 12,50 hoy", "13", "12,50"),
        ("Remanente: 1.234 hoy", "1.234", "two readings"),
        ("You paid 5.20 EUR. Balance 7.10 EUR", "7.10", "still gives no number"),
        ("Remanente: 12,50 hoy", "", "12,50"),
        ("Remanente hoy", "5", "none"),
    ],
)
def test_what_is_not_certain_is_refused(text: str, balance: str, said: str) -> None:
    """A number that is not there or has two readings teaches nothing, and the cure says why."""
    with pytest.raises(ConfigError) as caught:
        teach(text, balance, pack_text=HEAD)
    assert said in str(caught.value)


def test_a_lesson_may_not_spoil_an_example() -> None:
    """Where the new pattern would read another example of the pack otherwise, nothing comes of it."""
    pack = HEAD + '\n[[example]]\ntext = "Total: 99,00 hoy"\nkind = "other"\n'
    with pytest.raises(ConfigError) as caught:
        teach("Total: 12,50 hoy", "12,50", pack_text=pack)
    assert "example" in str(caught.value)


def test_numbers_of_people_become_stars() -> None:
    """A telephone number in the reply is not passed on."""
    lesson = teach("Tel +34612345678 remanente: 12,50", "12,50", pack_text=HEAD)
    assert "612345678" not in lesson.pack_text
    assert "12,50" in lesson.pack_text


def test_new_pack_with_faults_tells_them() -> None:
    """A wrong id, country or currency of a new pack is a clear problem."""
    with pytest.raises(ConfigError) as caught:
        new_pack("One", name="One", country="Spain", currency=None)
    assert {problem.key for problem in caught.value.problems} >= {"id", "country", "currency"}


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="abcя .:,;()[]{}*+?\\^$|#'\"-\n79é", max_size=60),
    st.sampled_from(["12,50", "5.20", "7"]),
    st.text(alphabet="abcя .:()[]*+?'\"\n7", max_size=30),
)
def test_any_text_gives_a_safe_pattern_or_a_refusal(before: str, number: str, after: str) -> None:
    """Whatever stands around the number, the pattern is valid, safe and reads the reply, or nothing is taught."""
    try:
        lesson = teach(f"{before} {number} {after}", number, pack_text=HEAD)
    except ConfigError:
        return
    if lesson.pattern is not None:
        assert unsafe(lesson.pattern) is None
        re.compile(lesson.pattern)
    assert check_text(lesson.pack_text) == []


@pytest.mark.parametrize(
    ("text", "balance"),
    [
        ("Su bono: 12,50", "12,50"),
        ("Bonus EUR 12,50 Rest", "12,50"),
        ("Limite: 12,50 EUR", "12,50"),
        ("Recarga minima 12,50 EUR", "12,50"),
        ("Deuda: 12,50 EUR", "12,50"),
        ("Puntos: 500", "500"),
    ],
)
def test_other_money_is_taught_only_to_who_insists(text: str, balance: str) -> None:
    """A bonus, a limit, a price, points or a debt is not taken for the balance, and the cure names the way out."""
    with pytest.raises(ConfigError) as caught:
        teach(text, balance, pack_text=HEAD)
    assert "--insist" in str(caught.value)
    lesson = teach(text, balance, pack_text=HEAD, insist=True)
    assert read(text, pack=load_pack(lesson.pack_text)).confidence == "operator"


def test_words_behind_the_number_that_nobody_knows_become_part_of_the_pattern() -> None:
    """In a language that the reader does not know, the taught reply is read by its own words, and no other."""
    lesson = teach("Zyx 44,10 abc", "44,10", pack_text=HEAD)
    pack = load_pack(lesson.pack_text)
    assert read("Zyx 3,05 abc", pack=pack).balance == Decimal("3.05")
    assert read("Zyx 3,05 cba", pack=pack).balance is None
