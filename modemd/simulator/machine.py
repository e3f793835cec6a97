"""A made-up machine: a folder with the parts of /sys, /proc and /dev that tell what is plugged in, with fake modems.

    with Machine(tmp_path) as machine:
        modem = machine.plug("quectel-composite")      # a FakeModem; its ports are DIR/dev/ttyUSB0, 1, ...
        ...                                            # run a program with machine.environment
        modem.unplug()                                 # folders and links go, and come again with replug()

A program finds it by the environment variable MODEMD_SYSROOT. What is written to a device's `authorized`, and to `bind`
and `unbind` of the driver "usb", has the effect that it has on a kernel.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from modemd.errors import ScenarioError
from modemd.simulator.pty import FakeModem
from modemd.simulator.scenario import PortRole, Scenario, ScenarioUsbDevice
from modemd.simulator.start import Source, read_source, start
from modemd.simulator.sysfs import SysfsDevice, Tree
from modemd.simulator.terminal import Terminal
from modemd.simulator.usbids import IDENTITIES, OTHERS, Interface
from modemd.simulator.watch import FileWatch

VARIABLE = "MODEMD_SYSROOT"
_MARK = ".fake-machine"  # this folder is one, and may be cleared
Numbers = Literal["same", "next"]


class Machine:
    """A folder that looks like a machine. A context manager: at its end every modem has stopped."""

    def __init__(self, root: Path | str | None = None) -> None:
        """`root`: an empty folder, or one that is made, or what a machine that was killed left; what is put there goes
        at the end. None = a temporary one.

        Raises ScenarioError where something is in that place."""
        self._temporary = tempfile.TemporaryDirectory(prefix="fake-machine-") if root is None else None
        self.root = Path(self._temporary.name) if self._temporary is not None else Path(str(root)).absolute()
        _make_root(self.root)
        self.tree = Tree(self.root)
        self._slots = 0
        self._places: dict[str, UsbPlace] = {}
        self._modems: list[FakeModem] = []
        self._others: dict[str, SysfsDevice] = {}
        self._watch = FileWatch()
        drivers = self.root / "sys/bus/usb/drivers/usb"
        for name in ("bind", "unbind"):
            self._watch.add(drivers / name)
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="fake-machine", daemon=True)
        self._thread.start()

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to live on this machine."""
        return {VARIABLE: str(self.root)}

    def plug(self, source: Source, *, numbers: Numbers = "same") -> FakeModem:
        """Plugs a modem in and starts it, and the devices of its [[usb]]. `numbers`: its ports get the same names each
        time it comes back, or the next ones, as where a program still held the old ones. Raises ScenarioError."""
        script = read_source(source)
        scenario = script if isinstance(script, Scenario) else Scenario()
        place = UsbPlace(self, self._next_slot(), scenario, numbers)
        modem = start(script, place=place)
        place.modem = modem
        self._places[place.name] = place
        self._modems.append(modem)
        for device in scenario.usb_devices:
            self.plug_device(device)
        return modem

    def plug_device(self, device: ScenarioUsbDevice) -> str:
        """Plugs in a device that is no serial modem; the name of its place, such as "1-2"."""
        ids, maker, product, interfaces = OTHERS[device.kind]
        name = self._next_slot()
        self._others[name] = SysfsDevice(
            name, device.ids or ids, device.manufacturer or maker, device.product or product, device.serial
        )
        self.tree.add_device(self._others[name])
        self.tree.add_interfaces(self._others[name], interfaces, {})
        return name

    def unplug_device(self, name: str) -> None:
        """Takes out what plug_device() put in."""
        self.tree.remove(self._others.pop(name))

    def folder(self, modem: FakeModem) -> Path:
        """The device's folder in sysfs: `authorized`, `idVendor`, ... are in it."""
        place = next(place for place in self._places.values() if place.modem is modem)
        return self.tree.folder(place.device)

    def hold(self, path: str, pid: int, program: str) -> None:
        """/proc shows a program that has `path` ("/dev/ttyUSB2") open."""
        folder = self.root / "proc" / str(pid)
        (folder / "fd").mkdir(parents=True, exist_ok=True)
        (folder / "comm").write_text(f"{program}\n", encoding="utf-8")
        (folder / "fd" / "3").symlink_to(path)

    def route(self, interface: str | None) -> None:
        """/proc/net/route: the default route goes through this network card, or there is none."""
        head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        line = f"{interface}\t00000000\t0164A8C0\t0003\t0\t0\t700\t00000000\t0\t0\t0\n" if interface else ""
        self.write("proc/net/route", head + line)

    def write(self, place: str, text: str) -> None:
        """Any other file of the machine, by its path below the root."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def stop(self) -> None:
        """Everything is unplugged. May be called again."""
        for modem in self._modems:
            modem.stop()
        self._modems.clear()
        if self._wake_write >= 0:
            os.write(self._wake_write, b"!")
            self._thread.join()
            self._watch.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_read = self._wake_write = -1
            _clear(self.root)
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Machine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # --- inside -------------------------------------------------------------------------------------------------------

    def watch(self, path: Path) -> None:
        """From now on it is seen when somebody writes to this file."""
        self._watch.add(path)

    def _next_slot(self) -> str:
        self._slots += 1
        return f"1-{self._slots}"

    def _run(self) -> None:
        while True:
            ready = select.select([self._wake_read, *self._watch.descriptors], [], [])[0]
            if self._wake_read in ready:
                return
            for path in self._watch.changed():
                with contextlib.suppress(OSError):
                    self._written(path, path.read_text(encoding="utf-8").strip())

    def _written(self, path: Path, text: str) -> None:
        """The kernel's part: somebody wrote to one of its files."""
        if path.name == "authorized":
            place = self._places.get(path.parent.name)
            wanted = text != "0"
        else:
            place = self._places.get(text)
            wanted = path.name == "bind"
        if place is None or place.modem is None or place.authorized is wanted:
            return
        place.authorized = wanted
        if wanted:
            place.modem.replug()
        else:
            place.modem.unplug()


class UsbPlace:
    """Where a fake modem shows on a machine: its sysfs folders and device nodes."""

    def __init__(self, machine: Machine, name: str, scenario: Scenario, numbers: Numbers) -> None:
        self.name = name
        self.modem: FakeModem | None = None
        self.authorized = True
        self._machine = machine
        self._numbers: Numbers = numbers
        self._identity = IDENTITIES[scenario.profile]
        self._card = self._identity.card if scenario.net else None
        self._ttys: dict[PortRole, int] = {}
        identity = self._identity
        self.device = SysfsDevice(
            name, scenario.usb_ids or identity.ids, identity.manufacturer, identity.product, scenario.usb_serial
        )

    def prepare(self, roles: Sequence[PortRole]) -> None:
        """Nothing can be in the way."""

    def terminal(self, role: PortRole) -> Terminal:  # noqa: ARG002
        return Terminal()

    def appear(self, terminals: Mapping[PortRole, str]) -> None:
        tree, (prefix, major) = self._machine.tree, self._identity.tty
        if tree.add_device(self.device):
            self._machine.watch(tree.folder(self.device) / "authorized")
        roles = sorted(terminals, key=lambda role: self._identity.ports[role][0])
        first = tree.numbers(
            prefix, len(roles), after=max(self._ttys.values(), default=-1) if self._numbers == "next" else -1
        )
        self._ttys = {role: first + turn for turn, role in enumerate(roles)}
        ports = {}
        interfaces = []
        for role in roles:
            number, triple = self._identity.ports[role]
            interfaces.append(Interface(number, triple, self._identity.driver))
            ports[number] = (prefix, self._ttys[role], major, terminals[role])
        if self._card is not None:
            interfaces.append(self._card)
        tree.add_interfaces(self.device, interfaces, ports)

    def vanish(self) -> None:
        tree = self._machine.tree
        tree.remove_interfaces(self.device)
        if self.authorized:
            tree.remove(self.device)

    def close(self) -> None:
        self._machine.tree.remove(self.device)

    def path(self, role: PortRole) -> str:
        """Below the root; a program on the machine says /dev/ttyUSB0."""
        return str(self._machine.root / "dev" / f"{self._identity.tty[0]}{self._ttys.get(role, 0)}")


def _make_root(root: Path) -> None:
    if (root / _MARK).is_file():
        _clear(root)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ScenarioError(f"{root}: is not empty; name an empty folder, or one that does not exist yet")
    try:
        root.mkdir(parents=True, exist_ok=True)
        (root / _MARK).touch()
        for name in ("sys/class/tty", "sys/class/net", "sys/class/usbmisc", "sys/bus/usb/devices", "proc/net", "dev"):
            (root / name).mkdir(parents=True)
        drivers = root / "sys/bus/usb/drivers/usb"
        drivers.mkdir(parents=True)
        for name in ("bind", "unbind"):
            (drivers / name).touch()
    except OSError as fault:
        raise ScenarioError(f"{root}: cannot be made ({fault.strerror}); name a place where you may write") from fault


def _clear(root: Path) -> None:
    for entry in list(root.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink()
