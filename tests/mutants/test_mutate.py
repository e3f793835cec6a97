"""What the mutants of a module are, and that the files beside them can be read."""

from __future__ import annotations

import ast

from tests.mutants.__main__ import HERE, ROOT, reasons, targets
from tests.mutants.mutate import mutants

SOURCE = '''
"""Docstring."""
__all__ = ["f"]
LIMIT: "int" = 5

def f(a: "str", b=True):
    """Docstring."""
    if not a or b < LIMIT:
        log.info("said")
        raise ValueError
    return min(a, b) + 1
'''


def test_every_small_change_of_a_module() -> None:
    """By name, in the order of the text; docstrings, annotations, `__all__` and the words of the log stay."""
    assert [mutant.name for mutant in mutants(SOURCE)] == [
        "module: 5 -> 6",
        "module: 5 -> 4",
        "f: True -> False",
        "f: if not a or b < LIMIT: -> if not (not a or b < LIMIT):",
        "f: not a or b < LIMIT -> not a and b < LIMIT",
        "f: not a -> a",
        "f: b < LIMIT -> b <= LIMIT",
        "f: log.info('said') -> pass",
        "f: raise ValueError -> pass",
        "f: return min(a, b) + 1 -> return None",
        "f: min(a, b) + 1 -> min(a, b) - 1",
        "f: min(a, b) -> max(a, b)",
        "f: 1 -> 2",
        "f: 1 -> 0",
    ]


def test_a_mutant_is_the_module_with_one_change() -> None:
    """Each compiles, and differs from the module and from every other."""
    texts = [ast.unparse(mutant.tree(SOURCE)) for mutant in mutants(SOURCE)]
    assert len({*texts, ast.unparse(ast.parse(SOURCE))}) == len(texts) + 1
    for mutant in mutants(SOURCE):
        compile(mutant.tree(SOURCE), "mutant", "exec")


def test_two_of_one_name_are_told_apart() -> None:
    """The second has a number, so that a reason is for one of them."""
    assert [m.name for m in mutants("a = b == c\nd = b == c")] == [
        "module: b == c -> b != c",
        "module: b == c -> b != c #2",
    ]


def test_the_reasons_can_be_read() -> None:
    """Each is for a module that has a target and says something; that its mutants exist is for the run to say."""
    known = targets((HERE / "targets.toml").read_text(encoding="utf-8"))
    why = reasons((HERE / "survivors.toml").read_text(encoding="utf-8"))
    assert {module for module, _ in why} <= set(known)
    assert all(len(reason) > 10 for reason in why.values())
    for target in known.values():
        assert target.source
        assert all((ROOT / path.partition("::")[0]).exists() for path in target.tests)
