"""One emulated machine and the wire to its guest.

    with Machine(image, folder) as machine:
        machine.boot(plugged=True, scenario=...)
        result = machine.run("modemd balance", user="ann")
        machine.cut()                      # the power is gone in the middle of whatever goes on

The processor is emulated (tcg), the network is not there, the disk is a copy of the image. Its writes are in the host's
page cache when the guest is told that they are done, so what the guest has flushed outlives the kill of qemu, and what
it has not is lost with its memory, as with the plug of a Pi."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

from tests.vm import initrd
from tests.vm.image import Image

BOOT_S = 240.0  # an emulated boot on a machine that others use, too
QEMU = "qemu-system-x86_64"
Event = dict[str, Any]


class MachineError(Exception):
    """The machine did not do what every check rests on: it does not boot, or the wire is silent."""


@dataclass
class Running:
    """A command in the guest: its lines so far, and how it ended."""

    number: int
    lines: list[str] = field(default_factory=list)
    done: Any = None
    ended: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Machine:
    """`folder`: its disk, its console's log and what it shares with the guest; emptied."""

    running: ClassVar[set[Machine]] = set()

    def __init__(self, image: Image, folder: Path, processors: int = 2) -> None:
        self.image = image
        self.folder = folder
        self.share = folder / "share"
        self.disk = folder / "disk"
        self.events: list[Event] = []
        self.used_s = 0.0  # processor time of the lives that have ended
        self._processors = processors
        self._process: subprocess.Popen[bytes] | None = None
        self._wire: socket.socket | None = None
        self._changed = threading.Condition()
        self._asked: dict[int, Running] = {}
        self._dead = False
        shutil.rmtree(folder, ignore_errors=True)
        self.share.mkdir(parents=True)
        subprocess.run(["cp", "--sparse=always", str(image.disk), str(self.disk)], check=True)
        initrd.write(image, folder / "initrd")

    # --- power --------------------------------------------------------------------------------------------------------

    def boot(self, *, plugged: bool, scenario: str) -> float:
        """Starts it and waits until the guest's side is up; gives the seconds. `plugged`: the stick is in."""
        (self.share / "boot.json").write_text(json.dumps({"plugged": plugged, "scenario": scenario}))
        began = time.monotonic()
        wire = self.folder / "wire"
        wire.unlink(missing_ok=True)
        self.events.clear()
        self._dead = False
        self._process = subprocess.Popen(
            self._command(wire), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self._wire = socket.socket(socket.AF_UNIX)
        while True:  # qemu makes the socket and waits for us before it starts the guest
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                self._wire.connect(str(wire))
                break
            if self._process.poll() is not None:
                assert self._process.stderr is not None
                raise MachineError(self._process.stderr.read().decode().strip())
            time.sleep(0.05)
        threading.Thread(target=self._read, args=(self._wire,), daemon=True).start()
        self.wait_event("up", timeout=BOOT_S)
        return time.monotonic() - began

    def cut(self) -> None:
        """The power is gone."""
        if self._process is not None:
            self.used_s += _processor_s(self._process.pid)
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._wire is not None:
            self._wire.close()

    def power_off(self) -> None:
        """An orderly shutdown."""
        assert self._process is not None
        self.used_s += _processor_s(self._process.pid)
        self.start("systemctl poweroff")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(BOOT_S)
        self.cut()

    # --- the guest ----------------------------------------------------------------------------------------------------

    def start(self, shell: str, user: str = "root", timeout: float = 120.0) -> Running:
        """A command that goes on while the check does."""
        return self._ask(op="run", shell=shell, user=user, timeout_s=timeout)

    def run(self, shell: str, user: str = "root", timeout: float = 120.0) -> Running:
        """A command, to its end; `done` is its exit code."""
        return self.wait(self.start(shell, user, timeout), timeout + 30.0)

    def wait(self, running: Running, timeout: float = 150.0) -> Running:
        self._wait_for(lambda: running.ended, timeout, "the end of a command")
        return running

    def end(self, running: Running) -> None:
        """Kills a command that was started, with its children."""
        self.call("end", target=running.number)
        self.wait(running)

    def wait_line(self, running: Running, part: str, timeout: float = 60.0) -> str | None:
        """The first line with that in it; None when none comes in time, or the command ends without one."""
        found: list[str] = []

        def look() -> bool:
            found[:] = [line for line in running.lines if part in line]
            return bool(found) or running.ended or self._dead

        with self._changed:
            self._changed.wait_for(look, timeout)
        return found[0] if found else None

    def until(self, shell: str, wanted: Callable[[Running], bool], timeout: float, user: str = "root") -> float | None:
        """Asks again and again, a second apart, until it is so; the seconds it took, None when it never was."""
        began = time.monotonic()
        while (passed := time.monotonic() - began) < timeout:
            if wanted(self.run(shell, user)):
                return passed
            time.sleep(1.0)
        return None

    def call(self, op: str, **more: Any) -> Any:
        """What the agent does itself: see `Agent._do`."""
        running = self._ask(op=op, **more)
        self._wait_for(lambda: running.ended, 60.0, op)
        if isinstance(running.done, dict) and "fault" in running.done:
            raise MachineError(f"{op}: {running.done['fault']}")
        return running.done

    def wait_event(self, kind: str, timeout: float = 60.0, after: int = 0, **wanted: Any) -> Event | None:
        """The first such event from the `after`-th on; None when it does not come in time. "up" has to come."""
        found: list[Event] = []

        def look() -> bool:
            found[:] = [
                event
                for event in self.events[after:]
                if event["event"] == kind and all(event.get(key) == value for key, value in wanted.items())
            ]
            return bool(found) or self._dead

        with self._changed:
            self._changed.wait_for(look, timeout)
        if not found and kind == "up":
            raise MachineError(f"the machine does not come up; its console is in {self.folder / 'console'}")
        return found[0] if found else None

    def count(self, kind: str, **wanted: Any) -> int:
        with self._changed:
            return sum(
                event["event"] == kind and all(event.get(key) == value for key, value in wanted.items())
                for event in self.events
            )

    def __enter__(self) -> Machine:
        self.running.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.running.discard(self)
        self.cut()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _command(self, wire: Path) -> list[str]:
        append = (
            "console=ttyS0 quiet systemd.show_status=0 systemd.hostname=pi mitigations=off audit=0 apparmor=0 "
            "selinux=0 random.trust_cpu=on nowatchdog tsc=unstable clocksource=hpet"
        )
        return [
            *("nice", "-n", "15", QEMU, "-accel", "tcg,thread=multi", "-cpu", "max"),
            *("-smp", str(self._processors), "-m", "512"),
            *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic", "none"),
            *("-kernel", str(self.image.kernel), "-initrd", str(self.folder / "initrd"), "-append", append),
            *("-drive", f"file={self.disk},format=raw,if=virtio,cache=unsafe"),
            *("-chardev", f"file,id=console,path={self.folder / 'console'},append=on", "-serial", "chardev:console"),
            *("-device", "virtio-serial-pci", "-chardev", f"socket,id=vm,path={wire},server=on,wait=on"),
            *("-device", "virtserialport,chardev=vm,name=vm"),
            *("-virtfs", f"local,path={self.share},mount_tag=share,security_model=none,readonly=on"),
        ]

    def _ask(self, **message: Any) -> Running:
        with self._changed:
            running = Running(len(self._asked))
            self._asked[running.number] = running
        assert self._wire is not None
        self._wire.sendall(json.dumps({"id": running.number, **message}).encode() + b"\n")
        return running

    def _wait_for(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: condition() or self._dead, timeout) or not condition():
                raise MachineError(f"the machine did not answer within {timeout:.0f} s: {what}")

    def _read(self, wire: socket.socket) -> None:
        kept = b""
        while True:
            try:
                data = wire.recv(65536)
            except OSError:
                data = b""
            with self._changed:
                if not data:
                    self._dead = self._dead or wire is self._wire
                    self._changed.notify_all()
                    return
                *lines, kept = (kept + data).split(b"\n")
                for line in lines:
                    self._take(json.loads(line))
                self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self.events.append({**message, "at": time.monotonic()})
        elif "line" in message:
            self._asked[message["id"]].lines.append(message["line"])
        else:
            running = self._asked[message["id"]]
            running.done, running.ended = message["done"], True


def _processor_s(pid: int) -> float:
    """What a process has used; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
