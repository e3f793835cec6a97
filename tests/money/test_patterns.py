"""The check of a pack's regular expressions: what it lets in is quick on the worst text that its own parts can make."""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modemd
from modemd.money.fold import fold, fold_pattern
from modemd.money.operators import Packs
from modemd.money.patterns import unsafe

LENGTH = 4096
WORST = 4  # of the shorter texts, those that are tried in whole length
POOL = "0 1.,:;-+*#()$'\"\naZzяp\u0641_=/!%"
BUILT_IN = Path(modemd.__file__).parent / "operators"
# Loading them all is no work for the collection, which each worker does.
WITH_PATTERNS = [path.stem for path in sorted(BUILT_IN.glob("*.toml")) if b"\n[[pattern]]" in path.read_bytes()]


@pytest.mark.parametrize("pack_id", WITH_PATTERNS)
def test_shipped_pattern_is_quick_on_text_made_of_its_own_parts(pack_id: str) -> None:
    """Long runs of each class that a pattern repeats, behind what leads to it, and near misses in a row: at most 1 s
    of processor time each (a hundred times what the slowest takes)."""
    patterns = Packs(()).get(pack_id).patterns
    assert patterns
    for pattern in patterns:
        assert slowest(pattern.regex.pattern, limit_s=1.0) < 1.0, pattern.name


def test_every_pattern_is_among_them() -> None:
    """Where patterns stand is read from the files' text: no pack with one is left out."""
    assert sorted(pack.id for pack in Packs(()).all() if pack.patterns) == WITH_PATTERNS


NESTED = [
    r"(a|a)*b", r"(a|ab)*c", r"(a?){50}b", r"(a*)*b", r"(?=(a+)+b)c", r"(?!(a+)+b)c", r"\s*\s*x", r"\s*(?:\s*)x",
    r"\s*,?\s*x", r"\s*[.,]?\s*:?\s*x", r"(\d+)(?=\d*x)", r"((a|b)*c?)*d", r"(?:a{1,50}){1,50}b", r"(?:a?b?){60}c",
    r"(?:\w+\s?)+x", r"(?:\d+[.,]?)+x", r"(?:\d{1,3}[.,]?){1,9}x", r"\d*\.?\d*x", r"\d{0,99}\d{0,99}\d{0,99}x",
    r"\d+[ ]?\d+[ ]?\d+[ ]?\d+x", r"(?:(?:a)?)*b", r"(?:a|b)*(?:a|c)*(?:a|d)*x", r".{0,40}a.{0,40}b.{0,40}c",
    r"(?P<a>a)?(?(a)b|c)*d", r"(?:(?=a)a|a)*b", r"(?:a|(?:a|(?:a|a)))*b", r"\W*\s*\W*x", r"[^x]*[^y]*z",
    r"(?i:a*)(?i:A*)b", r"(?:a*b*)*c", r"(?:a{0,100}){3}b", r"(?s:.*).*x", r"a+?a+?a+?a+?b", r"(?:a+?)+?b",
    r"\d+-?\d+-?\d+x", r"\s{0,90}\s{0,90}\s{0,90}\s{0,90}x", r"(?:ab?)*(?:ab?)*c", r"(?:é|e)*x", r"(?:р|p)*x",
    r"(?:баланс|балан(?:с|c))*!", r"[р]*[p]*x", r"[.,]?(?:\w{0,99}\D..){1,3}", r".*Баланс\D*",
]  # fmt: skip


@pytest.mark.parametrize("source", NESTED)
def test_what_may_take_minutes_is_refused_or_quick(source: str) -> None:
    """Nested, adjacent, optional, alternative and look-alike repeats are refused with a cure, wherever they stand; one
    that is let in, because what is around it makes it harmless, is quick."""
    for whole in (source + "(?P<balance>1)", f"(?P<balance>{source})y", f"z(?:{source})?(?P<balance>1)"):
        assert unsafe(whole) or slowest(fold_pattern(whole), limit_s=3.0) < 3.0
    assert unsafe(source + "(?P<balance>1)")


@pytest.mark.parametrize(
    "source",
    [
        r"Баланс.{0,40}?(?P<balance>-?\d+[.,]\d\d)\s*(?P<currency>руб|р)\b",
        r"Balance\s*:\s*(?P<currency>\$|EUR)?\s*(?P<balance>[\d.,]+)",
        r"saldo[^0-9]*(?P<balance>[0-9]+([.,][0-9]+)?)",
        r"Balance.*?(?P<balance>\d+)",
        r"You have (?P<balance>[\d.,]+) \w+ until (?P<expires>\S+)",
        r"Balance:?\s+(?P<balance>\d+)(?:\s+\w+){0,3}\s+EUR",
        r"\w+: (?P<balance>\d+)",
        r"(?:[A-Za-z]+ ){0,5}balance (?P<balance>\d+)",
        r"(?:баланс|balance|balans)\W{0,3}(?P<balance>\d+(?:[.,]\d+)?)",
        r"(?>a+)b(?P<balance>\d++)",
    ],
)
def test_what_people_write_is_let_in(source: str) -> None:
    """Ordinary expressions are not refused, and they are quick."""
    assert unsafe(source) is None
    assert slowest(fold_pattern(source), limit_s=2.0) < 2.0


ATOMS = ["a", "b", r"\d", r"\s", r"\w", ".", "[ab]", "[^a]", "р", "p", "[a-f]", "[d-z]", ",", "[.,]", r"\D"]
REPEATS = ["", "", "*", "+", "?", "{0,20}", "{1,3}", "{0,99}", "*?", "{2}"]
EXPRESSIONS = st.recursive(
    st.builds(str.__add__, st.sampled_from(ATOMS), st.sampled_from(REPEATS)),
    lambda inner: st.one_of(
        st.builds(str.__add__, inner, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(REPEATS)),
        st.builds("(?:{}|{}){}".format, inner, inner, st.sampled_from(REPEATS)),
        st.builds("(?={})".format, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_that_is_let_in_is_quick(source: str) -> None:
    """Whatever somebody writes, it is refused or takes less than 5 s of processor time on the worst of its texts (the
    bound is steps for 0.4 s; the rest is for slow machines)."""
    whole = source + "(?P<balance>1)"
    if unsafe(whole) is None:
        assert slowest(fold_pattern(whole), limit_s=5.0) < 5.0


# --- texts made from an expression


def slowest(source: str, *, limit_s: float) -> float:
    """Processor seconds on the worst text; stops at the first that is over the limit, the shorter ones first. The texts
    repeat themselves, so that the worst of whole length are those that took longest when they were shorter."""
    regex = re.compile(source, re.IGNORECASE)
    texts = sorted({fold(text) for text in hostile(source)})
    worst = 0.0
    for length in (256, 1024, LENGTH):
        took: dict[str, tuple[float, str]] = {}
        for text in texts:
            if (short := text[:length]) in took:
                continue
            start = time.process_time()
            list(regex.finditer(short))
            took[short] = (time.process_time() - start, text)
            worst = max(worst, took[short][0])
            if worst > limit_s:
                return worst
        texts = [text for _, text in sorted(took.values(), reverse=True)[: len(texts) if length < 1024 else WORST]]
    return worst


def hostile(source: str) -> set[str]:
    parser = importlib.import_module("re._parser")
    tree = list(parser.parse(source, re.IGNORECASE))
    texts = set()
    for lead, piece in pumps(tree, ""):
        if piece:
            texts |= {(lead + piece * LENGTH)[:LENGTH], (piece * LENGTH)[: LENGTH - len(lead)] + lead}
            texts |= {((lead + piece * count) * LENGTH)[:LENGTH] for count in (3, 20, 60)}
    whole = witness(tree)
    if whole:
        texts |= {(whole * LENGTH)[:LENGTH], (whole[:-1] * LENGTH)[:LENGTH]}
    return texts


def pumps(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """What leads to each repeat, and what it repeats."""
    for op, value in tree:
        name = str(op)
        if name.endswith("_REPEAT"):
            body = list(value[2])
            chars = choices(*body[0]) if len(body) == 1 else []
            yield from ((lead, char) for char in chars[:6])
            if not chars:
                yield lead, witness(body)
                yield from pumps(body, lead)
            lead += witness(body) * value[0]
        else:
            for part in parts(name, value):
                yield from pumps(part, lead)
            lead += witness([(op, value)])


def parts(name: str, value: Any) -> list[Any]:
    if name == "SUBPATTERN":
        return [value[3]]
    if name in {"ASSERT", "ASSERT_NOT"}:
        return [value[1]]
    return list(value[1]) if name == "BRANCH" else [value] if name == "ATOMIC_GROUP" else []


def witness(tree: Any) -> str:
    """A short text that the expression may match."""
    found = ""
    for op, value in tree:
        name = str(op)
        if name.endswith("_REPEAT"):
            found += witness(value[2]) * value[0]
        elif name in {"SUBPATTERN", "BRANCH", "ATOMIC_GROUP"}:
            found += witness(parts(name, value)[0])
        else:
            found += next(iter(choices(op, value)), "")
    return found


def choices(op: Any, value: Any) -> list[str]:
    """Characters that one item matches, as far as the pool and its own literals go."""
    name = str(op)
    if name == "LITERAL":
        return [chr(value)]
    if name == "NOT_LITERAL":
        return [char for char in POOL if ord(char) != value]
    if name == "ANY":
        return [char for char in POOL if char != "\n"]
    if name != "IN":
        return []
    negated = str(value[0][0]) == "NEGATE"
    named = [chr(v if str(kind) == "LITERAL" else v[0]) for kind, v in value if str(kind) in {"LITERAL", "RANGE"}]
    within = [char for char in POOL if any(inside(str(kind), v, char) for kind, v in value) != negated]
    return list(dict.fromkeys(within + ([] if negated else named)))


def inside(kind: str, value: Any, char: str) -> bool:
    if kind == "LITERAL":
        return bool(chr(value) == char)
    if kind == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    if kind != "CATEGORY":
        return False
    name = str(value).removeprefix("CATEGORY_")
    word = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[name.removeprefix("NOT_")]
    return (re.match(word, char) is not None) != name.startswith("NOT_")
