"""The words in modemd/money/words/: each stands once in its subject and language, is asked for by the code, and none
hides in the code."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemd.money import wordlists
from modemd.money.brands import own_names
from modemd.money.currencies import home_currency, known_currencies
from modemd.money.fold import clean, fold
from modemd.money.operators import Packs

MONEY = Path(wordlists.__file__).parent
FOLDER = MONEY / "words"
LANGUAGES = sorted((FOLDER / "languages").glob("*"))
TABLES = sorted(path for path in FOLDER.iterdir() if path.is_file())

# ISO 639, the shortest tag of each language; behind it the script (ISO 15924) where it is not the usual one.
KNOWN_TAGS = (
    "|am|ar|az|be|bg|bn|ckb|cs|cy|da|de|el|en|es|et|fa|fi|fr|ga|gu|ha|haw|he|hi|hr|ht|hu|hy|id|ig|is|it|ja|ka|kk|km|"
    "kn|ko|ku|ky|lo|lt|lv|mfe|mg|mi|mk|ml|mn|mr|ms|mt|mul|my|ne|nl|no|ny|om|pap|pl|ps|pt|ro|ru|rw|si|sk|sl|sn|so|sq|"
    "sr|sv|sw|ta|te|tg|th|tk|tl|tr|uk|ur|uz|vi|yo|zh|zu|"
)
FORMS = {"top_up_news", "low_news", "service_news", "not_money"}  # pieces of regular expressions, not words
MOST_WORDS = 12
# What may hold more: numbers and links are grammar; the keys of packs and the messages for people are no words of
# operators.
EXCUSED = {"amounts.py", "packfile.py", "teach.py", "patterns.py", "operators.py"}


def sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """(subject, its words) of a language file."""
    pieces = re.split(r"^\[([a-z_]+)\]$", re.sub(r"^#.*$", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
    assert not pieces[0].strip(), "words in front of the first section"
    for subject, words in zip(pieces[1::2], pieces[2::2], strict=True):
        yield subject, words.split()


def faults(words: list[str]) -> list[str]:
    """What is wrong with the words of one subject in one language: doubles by the house's fold, a word that a
    beginning covers, and forms that are not plain."""
    found = []
    seen: dict[str, str] = {}
    beginnings = {fold(word[:-1]) for word in words if word.endswith("*")}
    for word in words:
        bare = word.rstrip("*~")
        if bare != clean(bare) or unicodedata.normalize("NFC", word) != word or bare != bare.lower() or "*" in bare:
            found.append(f"{word}: not in plain small letters (NFC)")
        key = fold(bare)
        if key in seen:
            found.append(f"{word}: stands twice (as {seen[key]})")
        elif not word.endswith("*") and any(
            key.startswith(stem) and re.fullmatch(r"[^\W\d_]{0,12}", key[len(stem) :]) for stem in beginnings
        ):
            found.append(f"{word}: a word with * covers it")
        seen[key] = word
    return found


def literals(source: str) -> Iterator[tuple[int, int]]:
    """(line, number of words) of each text and each list of texts in a source file, without its docstrings."""
    tree = ast.parse(source)
    texts = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield node.lineno, len(re.findall(r"[^\W\d_]{2,}", node.value))
        elif isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            items = node.keys if isinstance(node, ast.Dict) else node.elts
            yield node.lineno, sum(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items)


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.name)
def test_a_language_file_is_in_order(path: Path) -> None:
    """A known tag; a comment that names the language; each subject once; no faults in any."""
    assert path.suffix == ".txt"
    tag, _, script = path.stem.partition("-")
    assert f"|{tag}|" in KNOWN_TAGS
    assert script in {"", "Latn", "Cyrl"}
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    subjects = [subject for subject, _ in sections(text)]
    assert len(subjects) == len(set(subjects))
    for subject, words in sections(text):
        assert words, subject
        if subject == "counted_with":
            others = [dict(sections((path.parent / f"{other}.txt").read_text("utf-8"))) for other in words]
            assert all(path.stem in other["counted_with"] for other in others)
        elif subject not in FORMS:
            assert faults(words) == [], subject


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("saldo balance saldo", "twice"),
        ("счёт счет", "twice"),  # one word after folding
        ("prépayé prepaye", "twice"),
        ("баланс бaлaнc", "twice"),  # the second one with Latin letters
        ("остат* остаток", "covers"),
        ("Saldo", "plain"),
        ("re\u0301sume\u0301", "plain"),
        ("so\u00adldo", "plain"),
        ("пополн*ение", "plain"),
    ],
)
def test_faults_are_found(words: str, fault: str) -> None:
    """What the test above refuses, one by one."""
    assert fault in " ".join(faults(words.split()))


def test_every_subject_and_table_is_asked_for() -> None:
    """A section or a file whose name is in no call of the code would never be read."""
    asked = {
        node.value
        for path in MONEY.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    there = {subject for path in LANGUAGES for subject, _ in sections(path.read_text("utf-8"))}
    there |= {path.stem for path in TABLES}
    assert there - asked == set()
    assert all(path.suffix == ".txt" for path in TABLES)


def test_tables_of_names_are_in_order() -> None:
    """Names stand once, and in their plain form."""
    for table in ("wallets", "card_brands", "places"):
        assert faults(wordlists.names(table)) == [], table
    for table in ("currency_without_coins", "currency_comma_thousands"):
        listed = wordlists.names(table)
        assert len(listed) == len(set(listed)), table
    countries = [country for _, found in wordlists.keyed("currency_countries") for country in found]
    assert len(countries) == len(set(countries))
    former_or_second = {"IRT", "SDP", "PAB", "ZWL", "HRK"}
    codes = {code for _, found in wordlists.keyed("currency_signs") for code in found}
    assert codes - known_currencies() == former_or_second
    months = [(number, fold(name)) for number, names in wordlists.keyed("months") for name in names]
    assert len(months) == len({name for _, name in months})
    assert {number for number, _ in months} == {str(month) for month in range(1, 13)}


def test_hand_written_brands_are_of_no_pack() -> None:
    """One line a known country; a name that a pack of the country gives already is not written by hand."""
    by_packs: dict[str, set[str]] = {}
    for pack in Packs([]).all():
        by_packs.setdefault(pack.country, set()).update(own_names(pack))
    lines = wordlists.keyed("brands")
    countries = [country for country, _ in lines]
    assert countries == sorted(set(countries))
    for country, names in lines:
        assert home_currency(country.upper()) is not None, country
        assert faults(names) == [], country
        assert {fold(name) for name in names} & by_packs.get(country.upper(), set()) == set(), country


@pytest.mark.parametrize("path", sorted(MONEY.glob("*.py")), ids=lambda path: path.name)
def test_the_code_holds_no_word_lists(path: Path) -> None:
    """No text and no list of texts with more than a dozen words: those belong into words/."""
    if path.name not in EXCUSED:
        long = [(line, count) for line, count in literals(path.read_text("utf-8")) if count > MOST_WORDS]
        assert long == []


def test_long_literals_are_found() -> None:
    """The test above sees a list in either form, and not the docstrings."""
    words = [f"word{'x' * n}" for n in range(MOST_WORDS + 1)]
    assert max(count for _, count in literals(f"A = {' '.join(words)!r}")) > MOST_WORDS
    assert max(count for _, count in literals(f"A = {words!r}")) > MOST_WORDS
    assert list(literals(f"'''{' '.join(words)}'''")) == []


def test_no_other_room_holds_words_of_operators() -> None:
    """Three letters in a row of a script beyond Latin, in a text that is no docstring: a word, so in a file of words.
    alerts/ writes to people in three languages; gsm.py has the alphabet, pseudonyms.py the units of data."""
    found = []
    for path in sorted(MONEY.parent.rglob("*.py")):
        if path.parent.name in {"money", "alerts", "simulator"} or path.name in {"gsm.py", "pseudonyms.py"}:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                words = re.findall(r"[^\W\d_]{3,}", node.value)
                found += [(path.name, node.lineno, word) for word in words if all(letter > "\u0370" for letter in word)]
    assert found == []
