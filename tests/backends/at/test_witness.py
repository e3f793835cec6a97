"""What a daemon that is not root is told of other users' programs, by a witness that may look."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at import port as port_file
from modemd.backends.at.ports import holders as held
from modemd.backends.at.ports import witness
from modemd.backends.at.ports.holders import Holder, holders
from modemd.backends.at.ports.usb import serial_ports
from modemd.errors import PortBlocked

Says = Callable[[bytes | None], str]


@pytest.fixture
def says(tmp_path: Path) -> Iterator[Says]:
    """A witness that gives this to each who asks, and the path of its socket; None: it says nothing and hangs."""
    open_ends: list[socket.socket] = []

    def begin(answer: bytes | None) -> str:
        path = str(tmp_path / f"witness{len(open_ends)}")
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        open_ends.append(listening)
        listening.bind(path)
        listening.listen()

        def serve() -> None:
            while True:
                try:
                    asked, _ = listening.accept()
                except OSError:
                    return
                if answer is None:
                    open_ends.append(asked)
                    continue
                with asked:
                    asked.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return path

    yield begin
    for one in open_ends:
        one.close()


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """This process is not root any more, and asks the witness at that socket."""

    def become(path: str) -> None:
        monkeypatch.delenv("MODEMD_SYSROOT", raising=False)
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setattr(held, "WITNESS", witness.Witness(path))

    return become


@pytest.fixture
def terminal() -> Iterator[str]:
    master, slave = pty.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b'[812, 48130, "/dev/ttyUSB2", "pppd"]\nnull\n', [witness.OpenFile(812, 48130, "/dev/ttyUSB2", "pppd")]),
        (b"null\n", []),
        (b'[812, 48130, "/dev/ttyUSB2", "pppd"]\n', None),
        (b"", None),
        (b"nonsense\nnull\n", None),
        (b"[1, 2]\nnull\n", None),
        (b"x" * (witness.MOST_OCTETS + 1), None),
        (None, None),
    ],
)
def test_only_a_whole_testimony_counts(says: Says, answer: bytes | None, told: Any) -> None:
    """A witness that failed has seen nothing, which is not the same as nobody."""
    assert witness.told(says(answer), timeout_s=0.1 if answer is None else 10.0) == told
    assert witness.told("/nonexistent/witness") is None


def test_it_is_asked_once_for_all_who_ask_at_once(says: Says) -> None:
    path = says(b"null\n")
    one = witness.Witness(path)
    assert one.told() == []
    Path(path).unlink()
    assert one.told() == []


def test_what_it_says(terminal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Serial ports alone, with pid, device and program; not its own files."""
    number = os.stat(terminal).st_rdev  # noqa: PTH116
    device = tmp_path / f"{os.major(number)}:{os.minor(number)}"
    device.mkdir()
    (device / "device").touch()
    (device / "subsystem").symlink_to("/sys/class/tty")
    script = "import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, terminal], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        witness.main(classes=tmp_path)
        *rows, last = map(json.loads, capsys.readouterr().out.splitlines())
        assert last is None
        assert [row[:3] for row in rows] == [[child.pid, number, terminal]]
        assert "python" in rows[0][3]
        assert child.stdin is not None
        child.stdin.close()
    witness.main(classes=tmp_path / "nothing")
    assert capsys.readouterr().out == "null\n"


def test_a_port_that_another_user_has(says: Says, as_user: Callable[[str], None], terminal: str) -> None:
    """It is named, whatever it calls the device and itself; we ourselves are no other."""
    number = os.stat(terminal).st_rdev  # noqa: PTH116
    rows = [[4242, number, "/dev/my-modem", "mini\x1bcom"], [os.getpid(), number, terminal, "modemd"]]
    as_user(says(b"".join(json.dumps(row).encode() + b"\n" for row in [*rows, None])))
    assert Holder(4242, "mini?com") in holders(terminal, exclude=os.getpid())
    assert os.getpid() not in [holder.pid for holder in holders(terminal, exclude=os.getpid())]


def test_a_port_that_nobody_can_vouch_for(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody may look, ModemManager keeps what it takes by its rules; it is told to leave it first."""
    machine.plug("1-1", "2c7c:0125", ["2 ff/00/00 option ttyUSB2"])
    machine.process(77, "ModemManager")
    assert not held.modem_manager_may_have("/dev/ttyUSB2")
    monkeypatch.setattr(held, "_sees_all", lambda _base: False)
    monkeypatch.setattr(held, "WITNESS", witness.Witness("/nonexistent/witness"))
    assert held.modem_manager_may_have("/dev/ttyUSB2")
    assert not held.modem_manager_may_have("/dev/ttyAMA0")
    master, slave = pty.openpty()
    node = machine.root / "dev/ttyUSB2"
    node.unlink()
    node.symlink_to(os.ttyname(slave))
    with pytest.raises(PortBlocked, match=r'^ModemManager runs and takes .*: write .*ID_MM_DEVICE_IGNORE}="1"'):
        port_file.open_port(str(node))
    machine.udev(serial_ports()[0].number, ID_MM_PORT_IGNORE="1")
    port_file.close_port(port_file.open_port(str(node)))
    os.close(master)
    os.close(slave)


def test_an_old_lock_that_the_witness_disproves(machine: Any, says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock file of a process that does not have the port is an old one; where nobody looks, it counts."""
    machine.plug("1-1", "2c7c:0125", ["2 ff/00/00 option ttyUSB2"])
    machine.file("proc/900/stat", "")
    machine.file("var/lock/LCK..ttyUSB2", "900")
    monkeypatch.setattr(held, "_sees_all", lambda _base: False)
    monkeypatch.setattr(held, "WITNESS", witness.Witness("/nonexistent/witness"))
    (found,) = holders("/dev/ttyUSB2")
    assert held.said([found]) == "a program (pid 900, by its lock file /var/lock/LCK..ttyUSB2)"
    monkeypatch.setattr(held, "WITNESS", witness.Witness(says(b"null\n")))
    assert holders("/dev/ttyUSB2") == []
