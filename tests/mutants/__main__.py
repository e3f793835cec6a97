"""`make mutants`: are the tests of a module good enough to notice a small wrong change in it?

    python -m tests.mutants [MODULE ...] [--jobs N] [--only TEXT]

Each mutant (mutate.py) runs in a process of its own against the module's own tests, those of targets.toml, not the
whole suite. It is killed when a test fails or the time is up. A mutant that survives needs a reason in survivors.toml.
Exit code 0: at least 90 % of each module are killed, and each survivor has its reason.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import os
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest

from tests.mutants.mutate import Mutant, mutants

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WANTED = 0.90
# Times what the tests take on the module as it is, and this much besides: processor time for a mutant that turns in a
# circle, time by the clock for one that waits.
CPU_FACTOR, CPU_MORE_S = 4, 10
WALL_FACTOR, WALL_MORE_S = 5, 6.0
# hypothesis is imported before pytest can rewrite its assertions, and has none to rewrite.
PYTEST = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A module, e.g. "at/ussd"; its own tests; of how many mutants one is run (a fixed sample)."""

    module: str
    tests: tuple[str, ...]
    one_in: int = 1

    @property
    def source(self) -> str:
        return (ROOT / "modemd" / f"{self.module}.py").read_text(encoding="utf-8")

    @property
    def name(self) -> str:
        return f"modemd.{self.module.replace('/', '.')}"

    def chosen(self, source: str) -> list[Mutant]:
        """The sample: by the hash of a mutant's name, so that an edit elsewhere does not choose others."""
        return [
            mutant
            for mutant in mutants(source)
            if int(hashlib.sha256(mutant.name.encode()).hexdigest(), 16) % self.one_in == 0
        ]


class Replaced(MetaPathFinder, Loader):
    """Imports one module from the given code instead of from its file."""

    def __init__(self, target: Target, code: CodeType) -> None:
        self._target = target
        self._code = code

    def find_spec(self, fullname: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self._target.name:
            return None
        return ModuleSpec(fullname, self, origin=str(ROOT / "modemd" / f"{self._target.module}.py"))

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


def run_tests(target: Target, tree: ast.Module | None, cpu_s: int | None) -> int:
    """In a process of its own: pytest's exit code for the module's own tests, with this tree in its place."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    if cpu_s is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),  # a busy machine must not kill a mutant
    )
    hypothesis.settings.load_profile("mutants")
    if tree is not None:
        sys.meta_path.insert(0, Replaced(target, compile(tree, f"<mutant of {target.module}>", "exec")))
        # Now, before pytest puts its own importer first: it rewrites what belongs to a plugin, and modemd has one.
        try:
            importlib.import_module(target.name)
        except Exception:  # noqa: BLE001 - whatever a mutant does at its import
            return int(pytest.ExitCode.TESTS_FAILED)
    return int(pytest.main([*PYTEST, *target.tests]))


def forked(target: Target, tree: ast.Module | None, cpu_s: int | None = None) -> int:
    """The process that runs the tests. This one has imported pytest and nothing of modemd, so that the start is short
    and the module is still to be imported."""
    pid = os.fork()
    if pid:
        return pid
    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        code = run_tests(target, tree, cpu_s)
    finally:
        os._exit(code)


def ended(pid: int, deadline: float) -> tuple[int, float]:
    """The exit code (negative: the signal) and the processor time of a process; it is killed at the deadline."""
    while True:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        time.sleep(0.01)


def survivors(target: Target, source: str, chosen: Sequence[Mutant], jobs: int) -> Iterator[Mutant]:
    """The mutants of this source that no test noticed; the file may be edited meanwhile."""
    start = time.monotonic()
    code, used_s = ended(forked(target, None), start + 600)
    wall_s = WALL_MORE_S + WALL_FACTOR * (time.monotonic() - start)
    if code != 0:
        raise SystemExit(f"{target.module}: its tests fail as they are (pytest {code}): {' '.join(target.tests)}")
    cpu_s = CPU_MORE_S + int(CPU_FACTOR * used_s)
    waiting = list(reversed(chosen))
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[forked(target, mutant.tree(source), cpu_s)] = mutant, time.monotonic() + wall_s
        pid, (mutant, deadline) = next(iter(running.items()))
        code, _ = ended(pid, deadline)
        del running[pid]
        if code == 0:
            yield mutant


def reasons(text: str) -> dict[tuple[str, str], str]:
    """survivors.toml: (module, name of the mutant) -> why it may live."""
    found: dict[tuple[str, str], str] = {}
    for entry in tomllib.loads(text).get("survivor", []):
        for name in entry["mutants"]:
            found[entry["module"], name] = entry["reason"]
    return found


def targets(text: str) -> dict[str, Target]:
    tables = tomllib.loads(text)
    return {name: Target(name, tuple(t["tests"]), t.get("one_in", 1)) for name, t in tables.items()}


def main() -> int:
    known = targets((HERE / "targets.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(known)}; else all")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", metavar="TEXT", help="only mutants whose name contains this")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(known):
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    os.chdir(ROOT)
    why = reasons((HERE / "survivors.toml").read_text(encoding="utf-8"))
    good = True
    for name in options.modules or known:
        target = known[name]
        start = time.monotonic()
        source = target.source
        chosen = [mutant for mutant in target.chosen(source) if options.only in mutant.name]
        alive = []
        for mutant in survivors(target, source, chosen, options.jobs):
            alive.append(mutant)
            reason = why.get((name, mutant.name), "NO REASON")
            print(f"  {name}.py:{mutant.line} survives: {mutant.name}  ({reason})", flush=True)
        gone = [key[1] for key in why if key[0] == name] if not options.only else []
        gone = sorted(set(gone) - {mutant.name for mutant in mutants(source)})
        for lost in gone:
            print(f"  {name}.py has no such mutant any more, take its reason out: {lost}", flush=True)
        share = 1 - len(alive) / max(1, len(chosen))
        bare = sum((name, mutant.name) not in why for mutant in alive)
        sample = f", one in {target.one_in}" if target.one_in > 1 else ""
        print(
            f"{name}: {len(chosen) - len(alive)} of {len(chosen)} mutants killed{sample}, {share:.1%}; "
            f"{bare} of {len(alive)} survivors without a reason; {time.monotonic() - start:.0f} s",
            flush=True,
        )
        good = good and share >= WANTED and not bare and not gone
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
