"""What the higher steps of the recovery ladder do to a modem: the radio off and on, the modem started anew, its USB
device taken off the bus and put back. Owner thread only. Nothing here decides whether it may be done."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from modemd.at import resets
from modemd.backends.at.engine import ESC
from modemd.backends.at.modem import Modem
from modemd.backends.at.port import close_port, lost, open_port
from modemd.backends.at.ports.nodes import Nodes, nodes
from modemd.backends.at.ports.sysroot import device_path, opened_path, read, sysroot
from modemd.backends.at.ports.usb import device_at, serial_ports
from modemd.backends.at.timeouts import PowerTimes
from modemd.backends.base import Taken, Undo
from modemd.errors import ModemError, ModemSilent, PortLost
from modemd.explanations import situation
from modemd.log import get_logger
from modemd.records import RecoveryStep

if TYPE_CHECKING:
    from modemd.backends.at.backend import AtBackend

# Passes time; False, and at once, when the owner wants to end.
Pause = Callable[[float], bool]
Return = Literal["back", "stayed", "away"]

RULE = "systemd/61-modemd-usb-reset.rules"
UNKNOWN_MAKE = "modemd does not know the make of the silent device, so it writes no reset to it"


class AtPower:
    """See backends.base.PowerControl: radio, modem and USB device of the port that was opened, or tried, last."""

    def __init__(self, backend: AtBackend) -> None:
        self._backend = backend

    def why_not(self, step: RecoveryStep, *, silent: bool) -> str | None:
        path, device = self._backend.address or "", self._backend.device
        if step == "usb":
            return no_reauthorising(usb_folder(path))
        if step == "reset" and silent and not blind_command(path, device.manufacturer, device.model):
            return UNKNOWN_MAKE
        return None

    def take(self, step: RecoveryStep, undo: Undo) -> Taken:
        backend, path = self._backend, self._backend.address or ""
        was = nodes(backend.settings.port)
        if not self._do(step, path, undo):
            return "refused"
        if step == "cfun":
            return "taken"
        how = comes_back(backend.settings.port, was, pause=undo.pause, times=backend.limits.power)
        # A modem on a UART starts anew without leaving; one on USB that stays has not heard.
        return "stayed" if how == "stayed" and usb_folder(path) is not None else "taken"

    def undo(self, act: str, owner: str, undo: Undo) -> bool:
        """`act`: "radio" (`owner` its modem's IMEI, or nothing), or "authorized" (the device's folder in sysfs)."""
        if act == "authorized":
            return not owner or authorise(Path(owner))
        backend = self._backend
        backend.open()
        modem = backend.modem
        modem.interrupt_by(undo.stopped)
        imei = backend.imei()
        if owner and imei is not None and imei != owner:
            return False  # another modem stands in its place: what is owed waits
        return functionality(modem) not in resets.OFF or radio_on(modem, backend.limits.power.radio_s)

    def radio_off(self) -> str | None:
        fun = functionality(self._backend.modem)
        return situation("radio off", fun=fun) if fun in resets.OFF else None

    # --- helpers

    def _do(self, step: RecoveryStep, path: str, undo: Undo) -> bool:
        """False where the modem did not take it. Raises ModemError, and what `undo.before` raises."""
        if step == "usb":
            return self._reauthorise(path, undo)
        backend = self._backend
        try:
            backend.open_at(path)
            modem = backend.modem
            modem.interrupt_by(undo.stopped)
            modem.device = backend.device
            if step == "reset":
                return reset(modem, backend.limits.power)
            return cycle_radio(
                modem,
                before=lambda: undo.before("radio", backend.device.imei or ""),
                after=lambda: undo.after("radio"),
                pause=undo.pause,
                times=backend.limits.power,
            )
        except ModemSilent:
            if step != "reset":
                raise
        finally:
            backend.close()
        return self._reset_blindly(path, undo)

    def _reauthorise(self, path: str, undo: Undo) -> bool:
        folder = usb_folder(path)
        if folder is None:
            return False
        reauthorise(
            folder,
            before=lambda: undo.before("authorized", str(folder)),
            after=lambda: undo.after("authorized"),
            pause=undo.pause,
            times=self._backend.limits.power,
        )
        return True

    def _reset_blindly(self, path: str, undo: Undo) -> bool:
        """Into every AT port of the device: the one that hangs may be the only one that does."""
        device = self._backend.device
        command = blind_command(path, device.manufacturer, device.model)
        written = False
        for port in ports_of(path) if command is not None else []:
            try:
                times = self._backend.limits.power
                reset_blindly(port, command or "", pause=undo.pause, times=times, line=self._backend.line)
            except ModemError as error:
                get_logger().info("a port takes no reset", port=port, reason=error.message)
                continue
            written = True
        return written


# --- the radio


def functionality(modem: Modem, timeout_s: float | None = None) -> int | None:
    """<fun> of +CFUN? (27.007 8.2); None where the modem will not say. Raises ModemError."""
    return resets.functionality(modem.execute("AT+CFUN?", timeout_s).lines)


def cycle_radio(
    modem: Modem, *, before: Callable[[], None], after: Callable[[], None], pause: Pause, times: PowerTimes
) -> bool:
    """Radio off and on again; False where it is not fully on or will not be switched off.

    `before` writes down that the radio has to be switched on again, ahead of the first command; `after` is told when
    the modem has confirmed that it is. An owner that wants to end gets it switched on at once. Raises ModemError, the
    radio being owed then."""
    if functionality(modem) != resets.FULL:
        return False
    before()
    switched = True
    try:
        switched = _switch_off(modem, times.radio_s)
        if switched:
            pause(times.radio_off_s)
    finally:
        modem.interrupt_by(None)  # the radio comes on again, also while the daemon ends
        if radio_on(modem, times.radio_s if pause(0.0) else times.stop_s):
            after()
    return switched


def radio_on(modem: Modem, timeout_s: float) -> bool:
    """Full functionality; True when the modem says that it has it. Raises ModemError."""
    if modem.execute(resets.RADIO_ON, timeout_s).final is None:
        return False
    # Twice: after a command that was given up, the first answer may be an older one's.
    return any(functionality(modem, timeout_s) == resets.FULL for _ in range(2))


# --- the modem


def reset(modem: Modem, times: PowerTimes) -> bool:
    """Tells an open modem to start anew; False where it refuses. It may go without an answer."""
    for line in resets.reset_commands(modem.device.manufacturer, modem.device.model):
        try:
            final = modem.execute(line, times.reset_s).final
        except PortLost:
            return True
        if final is None or final.ok:
            return True
    return False


def reset_blindly(
    path: str, command: str, *, pause: Pause, times: PowerTimes, line: Mapping[str, object] | None = None
) -> None:
    """Writes a reset command to a port that answers nothing. Raises ModemError (absent, blocked, lost)."""
    port = open_port(path, line)
    try:
        with contextlib.suppress(BlockingIOError):  # it takes no octets: nothing more can be said to it
            os.write(port.fileno(), ESC + b"\r" + command.encode("ascii") + b"\r")
        pause(times.drain_s)  # closing discards what has not gone out
    except OSError as error:
        raise lost(path, error) from error
    finally:
        close_port(port)


def blind_command(path: str, manufacturer: str | None, model: str | None) -> str | None:
    """The reset command for a modem that is silent: by what it once said of itself, else by its USB vendor. None: who
    knows what is at that port."""
    if manufacturer is not None:
        return resets.reset_commands(manufacturer, model)[0]
    device = device_at(_machine_path(path))
    return resets.blind_reset(device.vendor) if device is not None else None


def ports_of(path: str) -> list[str]:
    """The port at `path`, and behind it the other AT ports of the same device, one of which may still hear."""
    device = device_at(_machine_path(path))
    if device is None:
        return [path]
    root = sysroot()
    others = [
        opened_path(port.path, root)
        for port in serial_ports()
        if port.device.folder == device.folder and port.kind == "at"
    ]
    return list(dict.fromkeys([path, *others]))


# --- its place on the bus


def usb_folder(path: str) -> Path | None:
    """The folder in sysfs of the USB device that the port at `path` belongs to; None for a port of the board."""
    device = device_at(_machine_path(path))
    return Path(device.folder) if device is not None else None


def no_reauthorising(folder: Path | None) -> str | None:
    """Why a device cannot be taken off the bus here, with the cure; None where it can."""
    if folder is None or not (folder / "authorized").is_file():
        return 'recovery = "usb" does nothing for this modem: its port is not a USB device\'s'
    file = folder / "authorized"
    if os.access(file, os.W_OK):
        return None
    return f"modemd may not write {file}: see {RULE} for the udev rule and the line of the unit that permit it"


def reauthorise(
    folder: Path, *, before: Callable[[], None], after: Callable[[], None], pause: Pause, times: PowerTimes
) -> None:
    """Off the bus and back (sysfs `authorized`, of the device and never of its hub). `before` and `after` as in
    cycle_radio. Raises ModemError with the cure."""
    before()
    try:
        _authorise(folder, "0")
        pause(times.usb_off_s)
    finally:
        if authorise(folder):
            after()


def authorise(folder: Path) -> bool:
    """Puts a device back that modemd took off the bus; True when there is nothing more to do, also because it is gone:
    what is plugged in anew is on the bus."""
    if read(folder / "authorized") in ("1", None):
        return True
    with contextlib.suppress(ModemError):
        _authorise(folder, "1")
    return read(folder / "authorized") in ("1", None)


# --- coming back


def comes_back(setting: str, was: Nodes, *, pause: Pause, times: PowerTimes) -> Return:
    """Waits until what `was` there has gone, then until there is something again. "stayed": it did not go within
    `gone_s`; "away": `back_s` are over, or the owner wants to end."""
    left_s = times.gone_s
    while nodes(setting) == was:
        if left_s <= 0:
            return "stayed"
        if not pause(min(times.look_s, left_s)):
            return "away"
        left_s -= times.look_s
    left_s = times.back_s
    while not nodes(setting):
        if left_s <= 0 or not pause(min(times.look_s, left_s)):
            return "away"
        left_s -= times.look_s
    return "back"


# --- helpers


def _switch_off(modem: Modem, timeout_s: float) -> bool:
    """False only where the modem refused: without a final result code the radio may be off."""
    for line in resets.RADIO_OFF:
        final = modem.execute(line, timeout_s).final
        if final is None or final.ok:
            return True
    return False


def _authorise(folder: Path, value: str) -> None:
    try:
        (folder / "authorized").write_text(value, encoding="ascii")
    except OSError as error:
        raise ModemError(f"{folder / 'authorized'}: {error.strerror}: see {RULE}") from error


def _machine_path(path: str) -> str:
    return device_path(path, sysroot())
