"""Processes to measure: the fake modem that answers at once, the daemon, commands; all of them gone at the end."""

from __future__ import annotations

import os
import re
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from modemd.daemon.control import Client
from modemd.errors import DaemonUnreachable

CODE = "*100#"
READY_S = 30.0
LOOK_AGAIN_S = 0.05
LOOK_CLOSELY_S = 0.002  # where the time is what is measured

# No latency anywhere, UCS2 as Russian operators send it, and another text each time: nothing gains from remembering.
SCENARIO = """\
[modem]
profile = "{profile}"
latency = "0s"
imsi = "250011234567890"
iccid = "8970101234567890123"
operator = "MTS RUS"
plmn = "25001"

[balance]
code = "*100#"
template = "Баланс:{{balance}}р"
start = "999999.99"
step = "0.37"
point = ","
encoding = "ucs2"
dcs = 72
"""

CONFIG = """\
[daemon]
socket = "{folder}/modemd.sock"
state = "{folder}/state"
"""

MODEM = """
[[modem]]
name = "{name}"
{way}
every = "off"
"""


def scenario(profile: str = "plain") -> str:
    return SCENARIO.format(profile=profile)


def environment(**more: str) -> dict[str, str]:
    """This process's, the same for every program that is measured: byte code is kept, as on a user's machine."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "NOTIFY_SOCKET", "WATCHDOG_USEC")
    mine = {k: v for k, v in os.environ.items() if k not in unwanted and not k.startswith("MODEMD_")}
    return mine | more


def program() -> list[str]:
    """modemd as its users start it: the script that pip made, where there is one."""
    script = Path(sys.executable).with_name("modemd")
    return [str(script)] if script.exists() else [sys.executable, "-m", "modemd"]


@contextmanager
def new_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="modemd-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def spending(profile: str, *, start: Decimal, step: Decimal) -> str:
    """The scenario of a modem whose balance falls by `step` with each answer to CODE."""
    return f"""
[modem]
profile = "{profile}"
imsi = "250011234567890"
iccid = "8970101234567890123"
operator = "MTS RUS"
plmn = "25001"

[balance]
code = "{CODE}"
template = "Баланс:{{balance}}р"
start = "{start}"
step = "{step}"
encoding = "ucs2"
dcs = 72
"""


@contextmanager
def fake_modem(folder: Path, text: str) -> Iterator[str]:
    """`modemd simulate` in a process of its own; gives the port."""
    file, port = folder / "modem.toml", folder / "port"
    file.write_text(text, encoding="utf-8")
    modem = subprocess.Popen(
        [*program(), "simulate", str(file), "--link", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    try:
        assert modem.stdout is not None
        if not (select.select([modem.stdout], [], [], READY_S)[0] and modem.stdout.readline()):
            raise RuntimeError("the fake modem did not start: modemd simulate shows why")
        yield str(port)
    finally:
        end(modem)


@contextmanager
def daemon(folder: Path, port: str) -> Iterator[subprocess.Popen[Any]]:
    """`modemd run`, its modem ready, everything about it read."""
    with fleet(folder, {"home": f'port = "{port}"'}) as process:
        yield process


@contextmanager
def fleet(
    folder: Path, modems: Mapping[str, str], *, state: str = "ready", within_s: float = READY_S
) -> Iterator[subprocess.Popen[Any]]:
    """`modemd run` with these modems (name: the keys that say where it is), all of them in `state`."""
    config = folder / "modemd.toml"
    tables = [MODEM.format(name=name, way=way) for name, way in modems.items()]
    config.write_text("".join([CONFIG.format(folder=folder), *tables]), encoding="utf-8")
    with log_of(folder).open("wb") as log:
        process = start(config, log)
    try:
        _wait_until(process, folder, state, time.monotonic() + within_s)
        yield process
    finally:
        end(process)


def start(config: Path, log: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """`modemd run` on this file, not waited for; what it says goes to `log`."""
    return subprocess.Popen(
        [*program(), "run", "--config", str(config)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=environment(),
    )


def answered(process: subprocess.Popen[bytes], folder: Path, state: str = "") -> float:
    """When (perf_counter) the daemon of this folder answered, its first modem in this state; "" = in any."""
    deadline = time.perf_counter() + READY_S
    while time.perf_counter() < deadline and process.poll() is None:
        with suppress(DaemonUnreachable), Client.connect(socket_of(folder)) as client:
            if state in ("", client.request("status")["modems"][0]["state"]):
                return time.perf_counter()
        time.sleep(LOOK_CLOSELY_S)
    raise RuntimeError("the daemon does not start: modemd run --config shows why")


def log_of(folder: Path) -> Path:
    return folder / "daemon.log"


def socket_of(folder: Path) -> str:
    return str(folder / "modemd.sock")


def timed(command: Sequence[str], *, check: bool = True, **more: str) -> float:
    """Seconds of one process from start to end."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment(**more), capture_output=True, check=False)
    took = time.perf_counter() - began
    if check and done.returncode != 0:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return took


def timed_work(command: Sequence[str]) -> tuple[float, float]:
    """Seconds of one process from start to end, and those of CPU that it took, which a busy machine changes little."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = timed(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def end(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int, key: str = "VmRSS") -> float:
    """Resident memory of a process; with VmHWM its peak."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(rf"^{key}:\s*(\d+) kB", status, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"no {key} of process {pid}")
    return int(found[1]) / 1024


def _wait_until(process: subprocess.Popen[Any], folder: Path, state: str, deadline: float) -> None:
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(DaemonUnreachable), Client.connect(socket_of(folder)) as client:
            if all(modem["state"] == state for modem in client.request("status")["modems"]):
                return
        time.sleep(LOOK_AGAIN_S)
    raise RuntimeError(f"not all modems are {state}: {log_of(folder).read_text(errors='replace')[-2000:]}")
