"""For all tests: the fake modem, a clock that stands, and hypothesis without surprises."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import sys
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# An installed modemd registers this plugin by itself; a work tree that is only on the path does not.
from modemd.simulator.pytest_plugin import fake_modem as fake_modem
from modemd.store import layout
from tests.full_disk import Disk
from tests.warm import Nursery

# Where an environment forbids Python to keep what it compiled, each worker and each process of a test would compile
# all of modemd again: a third of the suite's work. Workers and processes inherit this.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What is said to people is asserted in English, whatever the developer's shell speaks.
for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(name, None)
os.environ["LANG"] = "C.UTF-8"

# The same examples in every run, and no time limit for one: a busy machine must not turn a test red.
settings.register_profile(
    "modemd", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("modemd")

# Hardly anything that tests make lives long in circles: to look for those as often as Python does is a fifth of the
# suite's work. Processes that tests start look as they always do.
gc.set_threshold(50_000, 20, 50)

# A commit waits 5 ms for an ordinary disk and nobody pulls the plug of a test, so what is in memory is as good as on
# the disk, also behind kill -9. tests/store/test_layout.py is for what the daemon does.
layout.SYNCHRONOUS = "OFF"


# Tests with these wait for a process, a pseudo-terminal or a clock and hardly work; the longest waits first.
WAITING = ("stage", "nursery", "make_peer", "fake_modem")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Half of the workers begin with what works, the others with what waits, so that there is something to do for each
    core to the end, and the longest tests do not come last. xdist gives each worker its share of the list in one
    piece and moves ends of shares later."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    # A file's tests share what they set up; files in an order of their names' checksums, the same in each worker.
    items.sort(key=lambda item: zlib.crc32(item.nodeid.partition("::")[0].encode()))
    items.sort(key=lambda item: "replies" not in getattr(item, "fixturenames", ()))  # whole files, seconds of work each
    items.sort(key=_wait)
    waiting = [item for item in items if _wait(item) < len(WAITING)]
    working = items[len(waiting) :]
    slow = workers // 2
    shares: list[list[pytest.Item]] = [[] for _ in range(workers - slow)]
    shares += (waiting[first::slow] for first in range(slow))
    left, rest = len(items), iter(working)
    for behind, share in zip(range(workers, 0, -1), shares, strict=True):
        size = left // behind
        share += itertools.islice(rest, max(size - len(share), 0))
        left -= size
    items[:] = [item for share in shares for item in share]


def _wait(item: pytest.Item) -> int:
    """The place in WAITING; behind all of them what only works."""
    asked = getattr(item, "fixturenames", ())
    return next((place for place, name in enumerate(WAITING) if name in asked), len(WAITING))


def pytest_collection_finish() -> None:
    """Thousands of tests live to the end: nothing to look through for garbage again and again."""
    gc.freeze()


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2024, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts modemd as a process, without the time that loading it takes."""
    made = Nursery()
    yield made
    made.close()


class MadeUpMachine:
    """A folder that looks like /sys, /proc, /dev, /run of a machine with USB devices, laid out as Linux 6.1 does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._places: dict[str, Path] = {}
        self._minor = 0
        for folder in ("sys/bus/usb/devices", "sys/class/tty", "sys/class/net", "proc/net", "dev", "run/udev/data"):
            (root / folder).mkdir(parents=True)
        self.plug("usb1", "1d6b:0002", ["0 09/00/00 hub"], name=("Linux 6.1 xhci-hcd", "xHCI Host Controller"))

    def plug(
        self,
        place: str,
        ids: str,
        interfaces: Sequence[str],
        *,
        name: tuple[str, str] = ("", ""),
        serial: str | None = None,
        by_id: str | None = None,
    ) -> Path:
        """A device at `place` ("1-1.2" is behind the hub at "1-1"). An interface is written "2 ff/00/00 option ttyUSB2"
        or "4 ff/ff/ff qmi_wwan net=wwan0 wdm=cdc-wdm0"; the driver may be "-", and "int" means an interrupt endpoint.
        `by_id`: name of links in /dev/serial/by-id, without their ends; by-path links are always made."""
        above = place.rpartition(".")[0] if "." in place else "usb1"
        device = self._places.get(above, self.root / "sys/devices/platform/soc") / place
        self._places[place] = device
        self._write(device, idVendor=ids[:4], idProduct=ids[5:9], bNumConfigurations="1", dev=self._number(189))
        self._write(device, manufacturer=name[0], product=name[1], serial=serial)
        self._link(self.root / "sys/bus/usb/devices" / place, device)
        for text in interfaces:
            number, triple, driver, *parts = text.split()
            self._interface(device, place, int(number), triple, driver, parts, by_id)
        return device

    def unplug(self, place: str) -> None:
        device = self._places.pop(place)
        for link in [*self.root.glob("sys/class/*/*"), *self.root.glob("sys/bus/usb/devices/*")]:
            if link.is_symlink() and link.resolve().is_relative_to(device):
                link.unlink()
                (self.root / "dev" / link.name).unlink(missing_ok=True)
        shutil.rmtree(device)

    def board(self, name: str, *, kind: str = "32", driver: str = "uart-pl011") -> None:
        """A serial port of the board; `kind` as in /sys/class/tty/X/type, "0" = no hardware."""
        place = self.root / "sys/devices/platform/soc/fe201000.serial"
        entry = place / f"tty/{name}"
        self._write(entry, type=kind, dev="204:64")
        self._link(entry / "device", place)
        (place / "driver").unlink(missing_ok=True)
        self._link(place / "driver", self.root / "sys/bus/amba/drivers" / driver, missing=True)
        self._link(self.root / "sys/class/tty" / name, entry)
        (self.root / "dev" / name).touch()

    def process(self, pid: int, program: str, *paths: str, command: str = "") -> None:
        """A process that has `paths` open; without any, what it has open cannot be seen."""
        folder = self.root / "proc" / str(pid)
        self._write(folder, comm=program, cmdline=command.replace(" ", "\0"))
        for number, path in enumerate(paths, 3):
            self._link(folder / "fd" / str(number), Path(path), missing=True)

    def udev(self, number: str, **properties: str) -> None:
        """The record of a character device in udev's database."""
        lines = [f"E:{key}={value}" for key, value in properties.items()]
        (self.root / f"run/udev/data/c{number}").write_text("\n".join(["I:12345", *lines]) + "\n")

    def file(self, path: str, content: str | bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def link(self, path: str, target: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).symlink_to(target)

    def _interface(
        self, device: Path, place: str, number: int, triple: str, driver: str, parts: Sequence[str], by_id: str | None
    ) -> None:
        folder = device / f"{place}:1.{number}"
        cls, subclass, protocol = triple.split("/")
        self._write(folder, bInterfaceNumber=f"{number:02x}", bInterfaceClass=cls)
        self._write(folder, bInterfaceSubClass=subclass, bInterfaceProtocol=protocol)
        self._link(self.root / f"sys/bus/usb/devices/{place}:1.{number}", folder)
        if driver != "-":
            self._link(folder / "driver", self.root / "sys/bus/usb/drivers" / driver, missing=True)
        for part in parts:
            kind, _, name = part.rpartition("=")
            if part == "int":
                self._write(folder / "ep_85", type="Interrupt")
            elif kind == "net":
                self._write(folder / "net" / name, flags="0x1003")
                self._link(folder / "net" / name / "device", folder)
                self._link(self.root / "sys/class/net" / name, folder / "net" / name)
            elif kind == "wdm":
                self._write(folder / "usbmisc" / name, dev=self._number(180))
                self._link(folder / "usbmisc" / name / "device", folder)
                self._link(self.root / "sys/class/usbmisc" / name, folder / "usbmisc" / name)
                (self.root / "dev" / name).touch()
            else:
                self._tty(folder, part, f"{by_id}-if{number:02x}" if by_id else None, f"{place}:1.{number}")

    def _tty(self, folder: Path, name: str, by_id: str | None, where: str) -> None:
        port = folder if name.startswith("ttyACM") else folder / name
        entry = port / "tty" / name
        self._write(entry, dev=self._number(166 if port == folder else 188))
        self._link(entry / "device", port)
        self._link(self.root / "sys/class/tty" / name, entry)
        (self.root / "dev" / name).touch()
        end = "" if port == folder else "-port0"
        links = {"by-path": f"platform-soc-usb-0:{where.partition('-')[2]}{end}"}
        if by_id:
            links["by-id"] = f"usb-{by_id}{end}"
        for kind, link in links.items():
            path = self.root / "dev/serial" / kind / link
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # of equal sticks the last one has the name
            path.symlink_to(f"../../{name}")

    def _number(self, major: int) -> str:
        self._minor += 1
        return f"{major}:{self._minor}"

    @staticmethod
    def _write(folder: Path, **files: str | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            if content:
                (folder / name).write_text(f"{content}\n")

    @staticmethod
    def _link(link: Path, target: Path, *, missing: bool = False) -> None:
        """As the kernel's links are: relative. `missing`: the target need not be there, and absolute ones stay so."""
        link.parent.mkdir(parents=True, exist_ok=True)
        absolute = missing and str(target).startswith("/dev/")
        link.symlink_to(target if absolute else os.path.relpath(target, link.parent))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeUpMachine:
    """A made-up machine without a modem, named by MODEMD_SYSROOT."""
    made_up = MadeUpMachine(tmp_path / "machine")
    monkeypatch.setenv("MODEMD_SYSROOT", str(made_up.root))
    return made_up
