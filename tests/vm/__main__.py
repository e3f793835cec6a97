"""`make vm-test`: the Debian package on emulated machines with a virtual USB stick and the kernel's own driver.

    python -m tests.vm                    # Debian 12 and 13, everything
    python -m tests.vm --short 13         # one release, what matters most
    python -m tests.vm --build            # the disks alone

Needs qemu-system-x86_64, debootstrap and, for the first run, root: the disks are built once into build/vm/. Nothing
leaves the machine: the guests have no network at all. The report is in build/vm/report.txt, too. Exit code 0: every
check passed; 1: some did not; 2: it could not be tried."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.vm import package, power, service
from tests.vm.image import RELEASES, CannotBuildError, Image, build
from tests.vm.machine import QEMU, Machine, MachineError
from tests.vm.trial import Trial, scenario

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "vm"


class Report:
    """Lines for people, on stdout as they come and in a file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._saying = threading.Lock()

    def say(self, line: str) -> None:
        with self._saying:
            print(line, flush=True)
            self._file.write(f"{line}\n")
            self._file.flush()


def try_release(image: Image, deb: Path, report: Report, *, short: bool, processors: int) -> Trial:
    """One release from the package's installation to its end; each line has its number in front."""
    number = image.release.number
    began = time.monotonic()
    with Machine(image, FOLDER / f"machine-{number}", processors) as machine:
        shutil.copytree(ROOT / "tests" / "vm" / "guest", machine.share / "guest")
        shutil.copytree(ROOT / "modemd", machine.share / "modemd", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(deb, machine.share)
        first = package.older(deb, machine.share)
        trial = Trial(machine, deb, lambda line: report.say(f"{number}  {line}"))
        try:
            _life(trial, first, short=short)
        except MachineError as fault:
            trial.fail("the machine itself", str(fault))
    passed = sum(outcome.passed for outcome in trial.outcomes)
    took = time.monotonic() - began
    trial.say(
        f"{passed} of {len(trial.outcomes)} checks passed in {took:.0f} s, {machine.used_s:.0f} s of processor time"
    )
    return trial


def _life(trial: Trial, first: Path, *, short: bool) -> None:
    machine = trial.machine
    machine.boot(plugged=False, scenario=scenario(["312.40"]))
    facts = machine.run("uname -r; python3 --version; systemctl --version | head -1").lines
    trial.say(f"Debian {machine.image.release.number}, kernel {', '.join(facts)}")
    if not trial.check("the package is installed", lambda: package.install(trial, first.name)):
        return
    trial.check("configured and started", lambda: package.settle(trial))
    trial.run("sync")
    machine.power_off()
    machine.boot(plugged=False, scenario=scenario(["312.40", "310.00", "305.50"]))
    for name, act in service.SHORT_DAY if short else service.FIRST_DAY:
        if act not in (service.not_at_all, service.late):
            machine.call("plug")  # whatever became of it in the check before
        trial.check(name, lambda act=act: act(trial))  # type: ignore[misc]
    machine.power_off()
    power.cuts(trial, power.SHORT if short else power.CUTS)
    trial.check("booted with the stick in", lambda: service.at_boot(trial))
    trial.check("upgraded from the version before", lambda: package.upgrade(trial))
    trial.check("purged", lambda: package.purge(trial))


def _end(number: int, frame: object) -> None:
    """No machine stays behind."""
    for machine in list(Machine.running):
        machine.cut()
    os._exit(128 + number)


def find_package() -> Path | None:
    """The newest package that `make deb` has built."""
    built = sorted((ROOT / "dist").glob("modemd_*_all.deb"), key=lambda path: path.stat().st_mtime)
    return built[-1] if built else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.vm", description="The package on emulated Debian machines.")
    parser.add_argument("releases", nargs="*", metavar="RELEASE", help="12 or 13; left out: both")
    parser.add_argument("--short", action="store_true", help="what matters most, in a few minutes")
    parser.add_argument("--build", action="store_true", help="builds the disks and ends")
    parser.add_argument("--jobs", type=int, default=2, help="so many machines at once; left out: 2")
    parser.add_argument("--deb", type=Path, help="the package; left out: the newest in dist/, see make deb")
    options = parser.parse_args()
    if unknown := set(options.releases) - set(RELEASES):
        parser.error(f"no such release: {', '.join(sorted(unknown))}; known: {', '.join(RELEASES)}")
    if shutil.which(QEMU) is None:
        print(f"{QEMU} not found: apt-get install -y --no-install-recommends qemu-system-x86", file=sys.stderr)
        return 2
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, _end)
    FOLDER.mkdir(parents=True, exist_ok=True)
    images = []
    for number in options.releases or RELEASES:
        try:
            images.append(build(RELEASES[number], FOLDER))
        except CannotBuildError as fault:
            print(f"no disk of Debian {number}: {fault}", file=sys.stderr)
            return 2
    if options.build:
        return 0
    deb = options.deb or find_package()
    if deb is None or not deb.exists():
        print("there is no package to try: make deb", file=sys.stderr)
        return 2
    report = Report(FOLDER / "report.txt")
    at_once = min(options.jobs, len(images))
    processors = max(1, (os.cpu_count() or 1) // at_once)
    with ThreadPoolExecutor(at_once) as pool:
        done = [
            pool.submit(try_release, image, deb, report, short=options.short, processors=processors) for image in images
        ]
        trials = [one.result() for one in done]
    return 0 if all(outcome.passed for trial in trials for outcome in trial.outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
