"""Small wrong changes to a module's syntax tree, one a mutant. Pure: source in, trees out.

What is changed: comparisons, `and` and `or`, `not`, arithmetic, numbers by one, True and False, strings, conditions,
what is returned, min and max, and statements that are left out. What is not: docstrings, annotations, named types and
what is for the checker of types alone, decorators, `__all__` and the words of a log line.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params", "bases"}
MARK = "XX"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed module. `name` says where and what without line numbers, so that it survives edits elsewhere:
    `function: old -> new`; of a number or a string, of which a function has many, `function: old -> new in its line`;
    with `#2` for the second of the same name."""

    name: str
    line: int
    path: tuple[str | int, ...]  # fields and indexes that lead to the changed node
    new: ast.AST

    def tree(self, source: str) -> ast.Module:
        """The whole module with the change, ready to be compiled."""
        return _with(ast.parse(source), self.path, self.new)


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, the way to it, and the function that it stands in."""

    path: tuple[str | int, ...]
    node: ast.AST
    function: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    lines = source.splitlines()
    seen: Counter[str] = Counter()
    result = []
    for place in _places(tree):
        for new in _changes(place.node):
            name = f"{place.function}: {_short(place.node)} -> {_short(new)}"
            if isinstance(place.node, ast.Constant):
                name = f"{name} in {lines[place.node.lineno - 1].strip()}"
            seen[name] += 1
            if seen[name] > 1:
                name = f"{name} #{seen[name]}"
            result.append(Mutant(name, getattr(place.node, "lineno", 0), place.path, new))
    return result


def _places(tree: ast.Module) -> Iterator[_Place]:
    def walk(node: ast.AST, path: tuple[str | int, ...], function: str) -> Iterator[_Place]:
        yield _Place(path, node, function or "module")
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            function = f"{function}.{node.name}" if function else node.name
        for field, value in ast.iter_fields(node):
            if field in UNTOUCHED:
                continue
            if isinstance(value, ast.AST):
                if not _is_skipped(value):
                    yield from walk(value, (*path, field), function)
            elif isinstance(value, list):
                for number, child in enumerate(value):
                    if isinstance(child, ast.AST) and not _is_skipped(child):
                        yield from walk(child, (*path, field, number), function)

    return walk(tree, (), "")


def _is_skipped(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):  # docstring
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Import() | ast.ImportFrom():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))) | ast.Call(func=ast.Attribute(attr="getLogger")):
            return True
        case ast.Subscript(value=ast.Name(id="Literal")):  # a type that got a name
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return True
    return isinstance(node, ast.pattern)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                new = copy.deepcopy(node)
                new.ops[number] = COMPARISONS[type(operator)]()
                yield new
        case ast.BoolOp(op=operator):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(operator)](), node.right)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Constant(value=str(value)):
            yield ast.Constant(MARK + value)
        case ast.Constant(value=bytes(value)):
            yield ast.Constant(MARK.encode() + value)
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield ast.Call(ast.Name(NAMES[name], ast.Load()), node.args, node.keywords)
        case ast.Return(value=ast.expr() as value) if not _is_false(value):
            yield ast.Return(ast.Constant(None))
        case ast.If() | ast.While() | ast.IfExp() if not isinstance(node.test, (ast.Compare, ast.UnaryOp)):
            new_if = copy.copy(node)
            new_if.test = ast.UnaryOp(ast.Not(), node.test)
            yield new_if
        case ast.Break():
            yield ast.Continue()
        case ast.Continue() | ast.Raise() | ast.AugAssign() | ast.Delete() | ast.Expr():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()


def _is_false(node: ast.expr) -> bool:
    """None itself, and what every caller takes for the same."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)


def _short(node: ast.AST) -> str:
    """One line of the change; of a statement with a body its head."""
    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).strip()
    line = text.splitlines()[0]
    return line if len(line) <= 100 else f"{line[:97]}..."


def _with(tree: ast.Module, path: tuple[str | int, ...], new: ast.AST) -> ast.Module:
    """The tree, changed in place: one node replaced."""
    at: ast.AST | list[ast.AST] = tree
    for number, step in enumerate(path):
        last = number == len(path) - 1
        if isinstance(at, list):
            assert isinstance(step, int)
            if last:
                at[step] = new
            at = at[step]
        else:
            if last:
                setattr(at, str(step), new)
            at = getattr(at, str(step))
    return ast.fix_missing_locations(tree)
