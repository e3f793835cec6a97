"""What the mutants of a module are, and that the files beside them can be read."""

from __future__ import annotations

import ast

from tests.mutants.__main__ import HERE, ROOT, Score, reasons, targets
from tests.mutants.mutate import mutants

SOURCE = '''
"""Docstring."""
__all__ = ["f"]
Kind = Literal["a"]
LIMIT: "int" = 5

def f(a: "str", b=True):
    """Docstring."""
    if TYPE_CHECKING:
        import g
    if not a or b < LIMIT:
        log.info("said")
        raise ValueError
    return min(a, b) + 1
'''


def test_every_small_change_of_a_module() -> None:
    """By name, in the order of the text; docstrings, types and what is for their checker,
    `__all__` and the words of the log stay."""
    assert [mutant.name for mutant in mutants(SOURCE)] == [
        'module: 5 -> 6 in LIMIT: "int" = 5',
        'module: 5 -> 4 in LIMIT: "int" = 5',
        'f: True -> False in def f(a: "str", b=True):',
        "f: if not a or b < LIMIT: -> if not (not a or b < LIMIT):",
        "f: not a or b < LIMIT -> not a and b < LIMIT",
        "f: not a -> a",
        "f: b < LIMIT -> b <= LIMIT",
        "f: log.info('said') -> pass",
        "f: raise ValueError -> pass",
        "f: return min(a, b) + 1 -> return None",
        "f: min(a, b) + 1 -> min(a, b) - 1",
        "f: min(a, b) -> max(a, b)",
        "f: 1 -> 2 in return min(a, b) + 1",
        "f: 1 -> 0 in return min(a, b) + 1",
    ]


def test_a_mutant_is_the_module_with_one_change() -> None:
    """Each compiles, and differs from the module and from every other."""
    texts = [ast.unparse(mutant.tree(SOURCE)) for mutant in mutants(SOURCE)]
    assert len({*texts, ast.unparse(ast.parse(SOURCE))}) == len(texts) + 1
    for mutant in mutants(SOURCE):
        compile(mutant.tree(SOURCE), "mutant", "exec")


def test_two_of_one_name_are_told_apart() -> None:
    """A number by its line, so that a reason stays with it when others are added; what is the same there, by count."""
    assert [m.name for m in mutants("a = f(7)\nb = g(7, 7)") if m.name.startswith("module: 7 -> 8")] == [
        "module: 7 -> 8 in a = f(7)",
        "module: 7 -> 8 in b = g(7, 7)",
        "module: 7 -> 8 in b = g(7, 7) #2",
    ]
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


def test_what_is_good_enough() -> None:
    """Nine of ten are killed, each survivor has a reason, and each reason a mutant: else the run fails."""

    def good(alive: int, bare: int = 0, gone: int = 0) -> bool:
        return Score("a/b", total=100, alive=alive, bare=bare, gone=gone, one_in=1, seconds=1.0, cpu_s=1.0).good

    assert good(alive=10)
    assert not good(alive=11)
    assert not good(alive=1, bare=1)
    assert not good(alive=1, gone=1)
