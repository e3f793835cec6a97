"""The table of lines for people: complete, each line once, each with something to do, and none anywhere else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd import explanations
from modemd.backends.at import simcard
from modemd.backends.common import CAUSES
from modemd.explanations import CME_NUMBERS, EXPLANATIONS, SAME_AS, SITUATIONS, explanation, line_of, situation
from modemd.records import State

PACKAGE = Path(explanations.__file__).parent
OWN_FACTS = ("simulator/",)  # a fake that shared our words would share our mistakes

# Calls that take a phrase in this place, beside every `code=` of an error and every `error=` of a record.
PLACES = {"refusal": 2, "_refuse_all": 0, "refuse": 0, "_nothing": 1, "error_line": 1, "drop": 0, "CodeResult": 3}

# States that are no trouble.
WELL = {"ready"}

LINES = {**EXPLANATIONS, **SITUATIONS}

IMPERATIVES = {
    *("ask", "check", "choose", "correct", "create", "delete", "end", "enter", "give", "let", "look", "name", "plug"),
    *("put", "set", "stop", "sudo", "switch", "take", "try", "unlock", "use", "wait", "write"),
}


@cache
def nodes() -> dict[str, list[ast.AST]]:
    """Every node of every file of the package but the table and the fakes: walked once for all tests."""
    names = {path: path.relative_to(PACKAGE).as_posix() for path in sorted(PACKAGE.rglob("*.py"))}
    return {
        name: list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        for path, name in names.items()
        if name != "explanations.py" and not name.startswith(OWN_FACTS)
    }


@cache
def literals() -> dict[str, list[tuple[int, str]]]:
    """The texts in every file with their lines, docstrings left out."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name, every in nodes().items():
        described = {id(node.value) for node in every if isinstance(node, ast.Expr)}
        found[name] = [
            (node.lineno, node.value)
            for node in every
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described
        ]
    return found


def texts(node: ast.AST | None) -> Iterator[str]:
    """The texts that an expression may be: a literal, the branches of a choice, the fixed beginning of an f-string."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from texts(body)
            yield from texts(other)
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            yield text.strip()


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """`error = ...`, `outcome.error = ...`, also several at once: the last name and what it becomes."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        pairs: list[tuple[ast.expr, ast.expr]] = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        for name, value in pairs:
            yield ast.unparse(name).rpartition(".")[2], value


def phrases_of(every: list[ast.AST]) -> Iterator[str]:
    """Every stable phrase that a file can put into an error or a result."""
    for node in every:
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                yield from (text for name, value in assigned(line) if name == "code" for text in texts(value))
        elif isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in ("error", "code") and called(node)[:1].isupper():
                    yield from texts(keyword.value)
            place = PLACES.get(called(node))
            if place is not None and len(node.args) > place:
                yield from texts(node.args[place])
        else:
            wanted = ("error", "code")
            yield from (text for name, value in assigned(node) if name in wanted for text in texts(value))


@cache
def phrases() -> frozenset[str]:
    """What the JSON may carry in `error` and `state`, but for the modem's own numbers and words (CME, CMS)."""
    found = {text for every in nodes().values() for text in phrases_of(every)}
    found |= set(get_args(State)) - WELL
    found |= simcard.STATES
    found |= {text for name in ("NO_NUMBER", "_NO_NUMBER", "_NO_ANSWER") for text in dict_values(name)}
    found |= set(dict_values("_FAILURES"))
    return frozenset(text for text in found if not text.startswith("*"))  # a code, not a phrase


@cache
def tables() -> list[tuple[str, ast.Dict]]:
    """Every table of the package with its name."""
    return [
        (ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target), node.value)
        for every in nodes().values()
        for node in every
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict)
    ]


def dict_values(name: str) -> Iterator[str]:
    """The values of the tables of this name, wherever they stand."""
    for known, table in tables():
        if known == name:
            yield from (text for value in table.values for text in texts(value))


def asked_for(*functions: str) -> set[str]:
    """The literal names that the code gives to these functions."""
    return {
        text
        for every in nodes().values()
        for node in every
        if isinstance(node, ast.Call) and called(node) in functions and node.args
        for text in texts(node.args[0])
    }


def is_the_modems(phrase: str) -> bool:
    """CME and CMS, with a number or without: what a modem may say, so the code holds no list of them."""
    return phrase in ("CME", "CMS") or (phrase.startswith(("CME ", "CMS ")) and phrase[4:].isdigit())


def fixed(template: str) -> list[str]:
    """The pieces of a template between its facts."""
    return [text for text, *_ in Formatter().parse(template) if text]


def facts(template: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(template) if name}


def test_the_reading_of_the_code_finds_phrases() -> None:
    """The guard below is worth something: phrases of every kind of place are found."""
    wanted = {"bad code", "absent", "no reply on port", "network terminated", "unreadable", "undecodable", "no code"}
    wanted |= {"unknown status", "busy", "silent", "sms follows", "COMMAND NOT SUPPORT", "offline"}
    assert wanted <= phrases()


def test_every_phrase_has_one_line() -> None:
    """A phrase that the code can produce stands in the table once: by itself, or as the same as another."""
    assert sorted(phrases() - set(EXPLANATIONS) - set(SAME_AS)) == []
    assert set(EXPLANATIONS) & set(SAME_AS) == set()
    assert set(SAME_AS.values()) <= set(EXPLANATIONS)
    assert set(EXPLANATIONS) & set(SITUATIONS) == set()


def test_no_line_is_unused() -> None:
    """What nothing can produce and nothing asks for is not in the table."""
    known = phrases() | asked_for("line_of", "explanation") | {"no reason known"}
    assert sorted(key for key in {*EXPLANATIONS, *SAME_AS} - known if not is_the_modems(key)) == []
    assert asked_for("situation") == set(SITUATIONS)


def test_the_causes_are_phrases() -> None:
    """What policy reads and what people read are told of the same phrases."""
    assert {explanations.numbered(phrase) for phrase in CAUSES} <= {*EXPLANATIONS, *SAME_AS}
    assert {f"CME {number}" for number in CME_NUMBERS.values()} <= {*EXPLANATIONS, *SAME_AS}


@pytest.mark.parametrize("name", LINES)
def test_a_line_says_what_happened_and_what_to_do(name: str) -> None:
    """One line of at most 200 characters: a statement, then an imperative."""
    happened, do = LINES[name]
    line = f"{happened}: {do}"
    assert len(line) <= 200
    assert line.isprintable()
    assert ": " not in happened
    assert happened == happened.strip().rstrip(".")
    assert do == do.strip().rstrip(".")
    assert do.split()[0].rstrip(",;") in IMPERATIVES
    assert name in SITUATIONS or not facts(line)


def test_no_line_stands_twice() -> None:
    """Two phrases with the same words are one fact: SAME_AS says so."""
    happened = [line.happened for line in LINES.values()]
    assert sorted({text for text in happened if happened.count(text) > 1}) == []


def test_no_other_file_holds_a_line() -> None:
    """No literal of another file, nor the fixed part of an f-string, holds what the table says."""
    said = [piece for line in LINES.values() for piece in fixed(line.happened) if len(piece) >= 20]
    assert len(said) > 80
    found = [
        f"{name}:{line}: {piece}"
        for name, written in literals().items()
        for line, text in written
        if len(text) >= 20
        for piece in said
        if piece in text
    ]
    assert found == []


def test_what_decides_reads_no_words_of_a_modem() -> None:
    """modem/ decides by Cause: none of its literals names a result code or a URC."""
    found = [
        f"{name}:{line}: {text!r}"
        for name, written in literals().items()
        if name.startswith("modem/")
        for line, text in written
        if any(word in text for word in ("CME", "CMS", "+CUSD"))
    ]
    assert found == []


@pytest.mark.parametrize("number", [10, 14, 30, 31, 258])
def test_an_error_by_number_or_by_word_is_one_fact(number: int) -> None:
    """CMEE=2 changes the words of the modem, not what they mean; each is quoted as it came."""
    word = next(text for text, known in CME_NUMBERS.items() if known == number)
    by_number, by_word = line_of(f"CME {number}"), line_of(f"CME {word.upper()}")
    assert by_number.replace(f"CME {number}", "") == by_word.replace(f"CME {word.upper()}", "")
    assert (f"(CME {number})" in by_number, f"(CME {word.upper()})" in by_word) == (True, True)


def test_two_facts_have_two_phrases() -> None:
    """A text without a balance is not the same as octets that nothing can read."""
    assert line_of("unreadable") != line_of("undecodable")
    assert line_of("busy") != line_of("CME 14")


@given(st.text())
def test_any_phrase_has_a_line(phrase: str) -> None:
    """Whatever a modem or another daemon says, there is one printable line that says what to do."""
    line = line_of(phrase)
    assert line.isprintable()
    assert line.endswith(explanation(phrase).do)
    assert len(line) <= 280


def test_facts_of_a_situation_are_quoted_as_they_are() -> None:
    """Braces in a fact are not looked into."""
    assert "'{0} {x}' to 123" in situation("no answer by SMS", text="{0} {x}", number="123")


def test_the_table_costs_the_command_line_nothing() -> None:
    """It imports nothing of modemd, and of the library only typing."""
    script = (
        "import sys, typing; before = set(sys.modules); import modemd.explanations; "
        "print(*sorted(set(sys.modules) - before))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["__future__", "modemd", "modemd.explanations"]
