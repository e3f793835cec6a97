"""The import rule of docs/ARCHITECTURE.md, read from the syntax trees: rooms in order, purity, who touches the port."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "modemd"

# A file imports only from its own room and from rooms further up in this list.
ROOMS = (
    "later",
    "frozen",
    "clock",
    "errors",
    "records",
    "log",
    "explanations",
    "language",
    "files",
    "bundled",
    "credentials",
    "at",
    "money",
    "operators",
    "store",
    "redaction",
    "alerts",
    "backends",
    "compat",
    "modem",
    "daemon",
    "simulator",
    "doctor",
    "gateways",
    "cli",
)

# Rooms for programs that are not ours: nothing in modemd imports them.
FOR_OTHERS = {"compat"}

# Pure rooms: no I/O, no clock, no threads, no logging. What is not listed here is fine (re, decimal, dataclasses, ...).
IMPURE = {"os", "io", "sys", "socket", "select", "selectors", "time", "threading", "queue", "logging", "structlog"}
IMPURE |= {"subprocess", "random", "pathlib", "tomllib", "sqlite3", "serial", "asyncio", "signal", "tempfile", "pty"}
IMPURE_OURS = {"modemd.files", "modemd.credentials"}

# at/ and money/ read their own data, nothing else: the words that tell a right decoding; the packs, their index (names
# of operators), and the words in money/words/. Of the makes, which files there are.
READS_FILES = {"at/known_words.py", "money/operators.py", "money/packfile.py", "money/brands.py", "money/wordlists.py"}
READS_FILES |= {"at/makes/__init__.py"}


# What reaches a device or names a place on disk belongs to the back ends: modem/ decides, for any of them.
DEVICES = {"tty", "pty", "serial", "termios", "pathlib", "os.path"}


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def statements(path: Path) -> list[ast.stmt]:
    """Every statement of a file, however deep, without a walk through its expressions."""
    found: list[ast.stmt] = []
    waiting: list[ast.AST] = [tree(path)]
    while waiting:
        node = waiting.pop()
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, ())
            if isinstance(inner, list):  # a lambda and a conditional expression have one that is none
                waiting += inner
                found += (each for each in inner if isinstance(each, ast.stmt))
    return sorted(found, key=lambda node: node.lineno)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def top(path: Path) -> str:
    """The room of a file, or the file itself where it is a room of its own."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def room_of(module: str) -> str | None:
    """`modemd.at.lines` -> `at`; None for the package itself and for foreign modules."""
    parts = module.split(".")
    return parts[1] if parts[0] == "modemd" and len(parts) > 1 else None


@functools.cache
def imports(path: Path) -> list[tuple[str, int]]:
    """Every module that a file imports, at top or inside functions, with its line; relative imports made absolute."""
    return list(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    package = ("modemd", *path.relative_to(PACKAGE).parent.parts)
    for node in statements(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join((*package[: len(package) - node.level + 1], *([base] if base else [])))
            yield base, node.lineno
            if base == "modemd" or base.count(".") == 0:
                for alias in node.names:
                    yield f"{base}.{alias.name}", node.lineno


def module_of(path: Path, package: Path = PACKAGE) -> str:
    """`modemd/at/lines.py` -> `modemd.at.lines`, `modemd/at/__init__.py` -> `modemd.at`."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def runtime_imports(path: Path, modules: set[str], package: Path = PACKAGE) -> set[str]:
    """The files of modemd that a file imports when it runs: not those under `if TYPE_CHECKING`."""
    found: set[str] = set()

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING":
            for other in node.orelse:
                look(other)
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: write the whole name of the module"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in modules else str(node.module))
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):  # no import in an expression
                look(child)

    look(tree(path))
    return (found & modules) - {module_of(path, package)}


@pytest.mark.parametrize("own", sorted({top(path) for path in sources()} - {"__init__", "__main__"}))
def test_a_file_imports_only_from_rooms_above(own: str) -> None:
    """Each import of modemd.* in a room's files points to that room or to one further up in ROOMS."""
    assert own in ROOMS, f"{own} is not a room of docs/ARCHITECTURE.md"
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for path in sources()
        if top(path) == own
        for module, line in imports(path)
        if (room := room_of(module)) in ROOMS
        and (ROOMS.index(room) > ROOMS.index(own) or (room in FOR_OTHERS and room != own))
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ["at", "money"])
def test_pure_rooms_have_no_io_and_no_clock(room: str) -> None:
    """at/ and money/ import nothing that reads, writes, waits or knows the time (but for the pack files)."""
    paths = [path for path in sources() if top(path) == room and name_of(path) not in READS_FILES]
    assert paths
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for path in paths
        for module, line in imports(path)
        if module.split(".")[0] in IMPURE or module in IMPURE_OURS
    ]
    assert wrong == []


def test_no_class_name_stands_for_two_things() -> None:
    """A public class is the only one of its name, so that a name in a review or a trace says which is meant."""
    found: dict[str, list[str]] = {}
    for path in sources():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(name_of(path))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_no_circle_of_files_at_run_time() -> None:
    """Files import each other in one direction only, inside functions as well; imports for types alone do not count."""
    modules = set(map(module_of, sources()))
    graph = {module_of(path): runtime_imports(path, modules) for path in sources()}
    assert sum(len(found) for found in graph.values()) > len(graph), "nothing was read"
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_a_circle_of_files_is_found(tmp_path: Path) -> None:
    """The reading of imports behind the guard: at top, in functions and in branches, but not for types alone."""
    path = tmp_path / "modemd" / "cli" / "made.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "from typing import TYPE_CHECKING\nfrom modemd.cli import plot, terminal\nimport modemd.errors\n"
        "if TYPE_CHECKING:\n    from modemd.cli import parse\nelse:\n    from modemd.cli import sms\n"
        "def late():\n    from modemd.cli.history import note\n"
    )
    found = runtime_imports(path, set(map(module_of, sources())), tmp_path / "modemd")
    assert {name for name in found if name != "modemd.cli"} == {
        *("modemd.cli.plot", "modemd.cli.terminal", "modemd.errors", "modemd.cli.sms", "modemd.cli.history"),
    }


def test_what_decides_speaks_no_at() -> None:
    """modem/, daemon/ and alerts/ hold no AT command: `grep -rn '"AT' modemd/modem modemd/daemon modemd/alerts`."""
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in sources()
        if name_of(path).startswith(("modem/", "daemon/", "alerts/"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if '"AT' in line
    ]
    assert found == []


def test_what_decides_knows_no_device_and_no_path() -> None:
    """modem/ imports nothing that opens a port or names a file."""
    wrong = []
    for path in sources():
        if not name_of(path).startswith("modem/"):
            continue
        wrong += [f"{name_of(path)}:{line} imports {module}" for module, line in imports(path) if module in DEVICES]
        wrong += [
            f"{name_of(path)}:{node.lineno} uses os.path"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "os.path"
        ]
    assert wrong == []


def test_only_the_engine_touches_serial_and_gsmmodem() -> None:
    """`serial` is imported by backends/at/modem.py and port.py, gsmmodem.pdu by backends/at/sms_send.py; the room for
    scripts of python-gsmmodem-new has both, each in one file."""
    users: dict[str, set[str]] = {}
    for path in sources():
        for module, _ in imports(path):
            root = module.split(".")[0]
            if root in ("serial", "gsmmodem"):
                users.setdefault(name_of(path), set()).add(module)
    allowed = {"backends/at/modem.py", "backends/at/port.py", "backends/at/sms_send.py"}
    allowed |= {"compat/upstream.py", "compat/errors.py"}
    assert set(users) <= allowed, users


def test_a_query_of_the_command_line_loads_no_daemon() -> None:
    """The modules behind `modemd balance` import click and the control client, not what the daemon needs."""
    heavy = ("structlog", "serial", "gsmmodem", "sqlite3", "asyncio", "tomllib")
    script = (
        "import sys; import modemd.cli.main, modemd.daemon.control; "
        f"print(*sorted(m for m in {heavy} if m in sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.split() == []


def test_the_start_of_the_daemon_loads_only_what_it_needs() -> None:
    """The modules behind `modemd run` and its first modem: what only a failure or a rare request needs comes later."""
    heavy = (
        "asyncio",
        "ssl",
        "subprocess",
        "http",
        "email",
        "urllib.request",
        "gsmmodem",
        "difflib",
        "zoneinfo",
        "click",
    )
    own = ("doctor", "simulator", "compat", "redaction", "store.salvage", "money.generic", "money.reading")
    late = (*heavy, *(f"modemd.{name}" for name in own))
    script = (
        "import sys; import modemd.cli.start, modemd.daemon.run, modemd.backends.at.backend; "
        f"print(*sorted(m for m in {late} if m in sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.split() == []


def parameters(path: Path) -> Iterator[tuple[str, int, int]]:
    """Every function of a file with its line and how many parameters it takes, `self` and `cls` left out."""
    for node in statements(path):
        if isinstance(node, ast.FunctionDef):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            yield node.name, node.lineno, len([arg for arg in every if arg.arg not in ("self", "cls")])


@pytest.mark.parametrize("room", ["modem", "backends"])
def test_nothing_takes_more_than_eight(room: str) -> None:
    """What belongs together is a record (modem/context.py), not a chain of parameters handed on and on."""
    paths = [path for path in sources() if top(path) == room]
    assert paths
    assert [f"{name_of(p)}:{line} {name}: {n}" for p in paths for name, line, n in parameters(p) if n > 8] == []
