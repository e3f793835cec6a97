"""`make mutants`: are the tests of a module good enough to notice a small wrong change in it?

    python -m tests.mutants [MODULE ...] [--jobs N] [--only TEXT] [--all]

Each mutant (mutate.py) is forked from a process that has already imported what the module rests on and has run its own
tests once, those of targets.toml in their order, not the whole suite; the first test that fails ends it. It is killed
when a test fails or the time is up. A mutant that survives needs a reason in survivors.toml; one that is listed there
counts as a survivor and is not run (`--all` runs it too). At the end a table of all modules.
Exit code 0: at least 90 % of each module are killed, and each survivor has its reason.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import hashlib
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
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
CPU_FACTOR, CPU_MORE_S = 2, 2
WALL_FACTOR, WALL_MORE_S = 5, 6.0
# hypothesis is imported before pytest can rewrite its assertions, and has none to rewrite.
PYTEST = (
    *("-x", "-q", "--tb=native", "-p", "no:cacheprovider", "-p", "no:xdist"),
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


class MadeUpLast:
    """The tests with made-up examples behind the others of their file: they take seconds."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)


def silent(run: Callable[[], int]) -> int:
    """A process's exit code: this function's result, run in a group of its own and without a terminal."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        code = run()
    finally:
        os._exit(code)


def run_tests(target: Target) -> int:
    """pytest's exit code for the module's own tests, 0 if all hold; the first that fails ends it."""
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),  # a busy machine must not kill a mutant
    )
    hypothesis.settings.load_profile("mutants")
    for path in target.tests:  # the first may be enough, and the others need not be collected then
        if code := int(pytest.main([*PYTEST, path], plugins=[MadeUpLast()])):
            return code
    return 0


def run_mutant(target: Target, tree: ast.Module, cpu_s: int) -> int:
    """The same with this tree in the module's place."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    gc.disable()  # it lives for a second
    sys.meta_path.insert(0, Replaced(target, compile(tree, f"<mutant of {target.module}>", "exec")))
    # Now, before pytest puts its own importer first: it rewrites what belongs to a plugin, and modemd has one.
    try:
        importlib.import_module(target.name)
    except Exception:  # noqa: BLE001 - whatever a mutant does at its import
        return int(pytest.ExitCode.TESTS_FAILED)
    return run_tests(target)


def forget(name: str) -> None:
    """Takes a module out of this process, with the tests and whatever imports it: they are imported again, while all
    that it rests on (the words of a hundred languages, the packs) stays warm."""
    importers: dict[str, set[str]] = {}
    for module in [*sys.modules]:
        if module.startswith("modemd.") and (file := getattr(sys.modules[module], "__file__", None)):
            for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    for imported in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                        importers.setdefault(imported, set()).add(module)
    gone: set[str] = set()
    waiting = [name]
    while waiting:
        module = waiting.pop()
        if module not in gone:
            gone.add(module)
            waiting += importers.get(module, ())
    for module in [*sys.modules]:
        if module in gone or (module.split(".")[0] == "tests" and not module.startswith("tests.mutants")):
            del sys.modules[module]
            package, _, own = module.rpartition(".")
            if package in sys.modules:  # "from package import module" would find the old one there
                vars(sys.modules[package]).pop(own, None)


def forked(run: Callable[[], int]) -> int:
    """The process that runs this."""
    return os.fork() or silent(run)


@dataclass(frozen=True, slots=True)
class Job:
    mutant: Mutant
    began: float
    pid: int


def finished(running: list[Job], wall_s: float) -> tuple[Job, int]:
    """The first of the processes that ends, and its exit code (negative: the signal); they are killed when the time is
    up."""
    while True:
        for job in running:
            found, status, _ = os.wait4(job.pid, os.WNOHANG)
            if not found and time.monotonic() > job.began + wall_s:
                os.killpg(job.pid, signal.SIGKILL)
                found, status, _ = os.wait4(job.pid, 0)
            if found:
                return job, os.waitstatus_to_exitcode(status)
        time.sleep(0.005)


def survivors(target: Target, source: str, chosen: Sequence[Mutant], jobs: int) -> Iterator[Mutant]:
    """The mutants of this source that no test noticed; the file may be edited meanwhile. This process has no module of
    ours before, and is warm afterwards."""
    start, used = time.monotonic(), time.process_time()
    shown = [os.dup(descriptor) for descriptor in (1, 2)]
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    code = run_tests(target)
    for descriptor, kept in zip((1, 2), shown, strict=True):
        os.dup2(kept, descriptor)
    if code != 0:
        raise SystemExit(f"{target.module}: its tests fail as they are (pytest {code}): {' '.join(target.tests)}")
    wall_s = WALL_MORE_S + WALL_FACTOR * (time.monotonic() - start)
    cpu_s = CPU_MORE_S + int(CPU_FACTOR * (time.process_time() - used))
    forget(target.name)
    gc.collect()
    gc.freeze()
    waiting = list(reversed(chosen))
    running: list[Job] = []
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            tree = mutant.tree(source)
            pid = forked(functools.partial(run_mutant, target, tree, cpu_s))
            running.append(Job(mutant, time.monotonic(), pid))
        job, code = finished(running, wall_s)
        running.remove(job)
        if code == 0:
            yield job.mutant


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


@dataclass(frozen=True, slots=True)
class Score:
    """What one module came to. `bare`: survivors without a reason; `gone`: reasons without a mutant; `cpu_s`: of the
    processor, which is the same on a busy machine."""

    module: str
    total: int
    alive: int
    bare: int
    gone: int
    one_in: int
    seconds: float
    cpu_s: float

    @property
    def share(self) -> float:
        return 1 - self.alive / max(1, self.total)

    @property
    def good(self) -> bool:
        return self.share >= WANTED and not self.bare and not self.gone

    def __str__(self) -> str:
        sample = f"  (one in {self.one_in})" if self.one_in > 1 else ""
        killed = f"{self.total - self.alive:6} {self.alive:9} {self.bare:7} {self.share:8.1%}"
        return f"{self.module:22} {self.total:7} {killed} {self.seconds:6.0f} s {self.cpu_s:6.0f} s{sample}"


HEADING = (
    f"{'module':22} {'mutants':>7} {'killed':>6} {'survivors':>9} {'unknown':>7} {'killed':>8}   clock   processor"
)


def score(target: Target, why: dict[tuple[str, str], str], only: str, jobs: int, listed_too: bool) -> Score:
    """Runs the mutants of one module and names those that live; those that have their reason only if `listed_too`."""
    start = time.monotonic()
    name, source = target.module, target.source
    chosen = [mutant for mutant in target.chosen(source) if only in mutant.name]
    waiting = [mutant for mutant in chosen if listed_too or (name, mutant.name) not in why]
    alive = [mutant for mutant in chosen if mutant not in waiting]
    for mutant in survivors(target, source, waiting, jobs):
        alive.append(mutant)
        reason = why.get((name, mutant.name), "NO REASON")
        print(f"  {name}.py:{mutant.line} survives: {mutant.name}  ({reason})", flush=True)
    gone = [key[1] for key in why if key[0] == name] if not only else []
    gone = sorted(set(gone) - {mutant.name for mutant in mutants(source)})
    for lost in gone:
        print(f"  {name}.py has no such mutant any more, take its reason out: {lost}", flush=True)
    bare = sum((name, mutant.name) not in why for mutant in alive)
    seconds, cpu_s = time.monotonic() - start, sum(os.times()[:4])
    return Score(name, len(chosen), len(alive), bare, len(gone), target.one_in, seconds, cpu_s)


def main() -> int:
    known = targets((HERE / "targets.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(known)}; else all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", metavar="TEXT", help="only mutants whose name contains this")
    parser.add_argument("--all", action="store_true", help="also those that have their reason to live")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(known):
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    os.chdir(ROOT)
    why = reasons((HERE / "survivors.toml").read_text(encoding="utf-8"))
    start = time.monotonic()
    scores: list[Score] = []
    for name in options.modules or known:
        # A process for each module: it imports what the module rests on, once.
        mine, others = multiprocessing.Pipe(duplex=False)
        work = functools.partial(score, known[name], why, options.only, options.jobs, options.all)
        process = FORK.Process(target=lambda send, work: send(work()), args=(others.send, work))
        process.start()
        others.close()
        try:
            scores.append(mine.recv())
        except EOFError:
            return 1
        process.join()
        print(HEADING, scores[-1], sep="\n", flush=True)
    print("", HEADING, *scores, sep="\n")
    bad = [found.module for found in scores if not found.good]
    spent = f"{time.monotonic() - start:.0f} s, {sum(found.cpu_s for found in scores):.0f} s of the processor"
    print(f"{spent}; not good enough: {', '.join(bad) or 'none'}")
    return 1 if bad else 0


FORK = multiprocessing.get_context("fork")


if __name__ == "__main__":
    sys.exit(main())
