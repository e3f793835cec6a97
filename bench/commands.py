"""AT command lines from opening the port to the first USSD request, counted by the fake modem that receives them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from bench.daemon import CODE, READY_S, daemon, environment, new_folder, scenario, socket_of
from bench.table import Row, skipped
from modemd.daemon.control import Client
from modemd.simulator.pty import FakeModem
from modemd.simulator.scenario import PROFILES
from modemd.simulator.start import open_modem

COLD, WARM = 16, 6
REQUEST = "AT+CUSD=1,"


def rows() -> list[Row]:
    ours = {profile: _modemd(profile) for profile in PROFILES}
    cold = max(len(first) for first, _, _ in ours.values())
    warm = max(len(second) for _, second, _ in ours.values())
    glued = [line for _, _, everything in ours.values() for line in everything if ";" in line]
    theirs = {profile: _gsmmodem(profile) for profile in PROFILES}
    few, many = min(map(len, theirs.values())), max(map(len, theirs.values()))
    found = [
        Row(
            "AT commands, open to first request",
            str(cold),
            f"python-gsmmodem-new {few} to {many}",
            f"{many / cold:.1f} x fewer",
            f"<= {COLD}",
            cold <= COLD and not glued,
            "the most of "
            + ", ".join(f"{name} {len(first)}" for name, (first, _, _) in ours.items())
            + f"; identity and SIM included; {len(glued)} command lines glued with ';'",
        )
    ]
    if shutil.which("gammu") is None:
        found.append(skipped("  the same, gammu", "", "gammu is not installed (apt-get install gammu)"))
    else:
        count = len(_gammu("huawei"))
        found.append(Row("  the same, gammu", "", f"gammu {count}", f"{count / cold:.1f} x fewer", "", None))
    warm_note = "from a balance request to its answer; status details are read behind the answer"
    found.append(
        Row("AT commands of a warm balance", str(warm), "", "", f"<= {WARM}", warm <= WARM and not glued, warm_note)
    )
    return found


def _modemd(profile: str) -> tuple[list[str], list[str], list[str]]:
    """Command lines in front of the first request; those of a second balance; all."""
    with new_folder() as folder, open_modem(scenario(profile)) as modem, daemon(folder, modem.path):
        with Client.connect(socket_of(folder)) as client:
            _good(client.request("balance"))
            before = _until_request(modem.commands)
            # What the daemon reads behind an answer (operator, signal) is over before the next question.
            _until_quiet(lambda: len(modem.commands))
            known = len(modem.commands)
            _good(client.request("balance"))
            second = modem.commands[known:]
            last = max(i for i, line in enumerate(second) if line.startswith(REQUEST))
        return before, second[: last + 1], modem.commands


def _gsmmodem(profile: str) -> list[str]:
    """connect(), what modemd reads too (identity, SIM, registration), sendUssd()."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gsmmodem.modem import GsmModem
    with open_modem(scenario(profile)) as modem:
        other = GsmModem(modem.path, 115_200)
        other.connect()
        try:
            _ = (other.imei, other.manufacturer, other.model, other.revision, other.imsi)
            other.sendUssd(CODE)
        finally:
            other.close()
        return _until_request(modem.commands)


def _gammu(profile: str) -> list[str]:
    """`gammu getussd`, ended as soon as its request is there: it waits for more replies than one."""
    with open_modem(scenario(profile)) as modem, tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "gammurc")
        config.write_text(f"[gammu]\ndevice = {modem.path}\nconnection = at\n", encoding="utf-8")
        gammu = subprocess.Popen(
            ["gammu", "--config", str(config), "getussd", CODE],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=environment(),
        )
        try:
            if not modem.wait_for(_requested, READY_S):
                raise RuntimeError("gammu sent no request")
        finally:
            gammu.terminate()
            gammu.wait()
        return _until_request(modem.commands)


def _requested(modem: FakeModem) -> bool:
    return any(line.startswith(REQUEST) for line in modem.commands)


def _until_request(lines: list[str]) -> list[str]:
    sent = [line for line in lines if line.strip("\x1b ")]
    return sent[: next(i for i, line in enumerate(sent) if line.startswith(REQUEST))]


def _until_quiet(count: Callable[[], int], *, quiet_s: float = 0.5) -> None:
    known, since = count(), time.monotonic()
    while time.monotonic() - since < quiet_s:
        time.sleep(0.05)
        if count() != known:
            known, since = count(), time.monotonic()


def _good(answer: dict[str, object]) -> None:
    if answer.get("balance") is None:
        raise RuntimeError(f"the daemon read no balance: {answer.get('error')} {os.linesep}{answer.get('hint')}")
