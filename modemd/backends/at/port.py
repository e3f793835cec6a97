"""The serial port itself: opened for us alone, left as it was found. Every fault is a typed error with its cure."""

from __future__ import annotations

import array
import contextlib
import errno
import fcntl
import getpass
import grp
import os
import stat
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import serial

from modemd.backends.at.ports.holders import (
    MODEM_MANAGER,
    Holder,
    holders,
    leave_alone,
    modem_manager_may_have,
    runs,
    said,
)
from modemd.backends.at.ports.sysroot import device_path, is_made_up, sysroot
from modemd.backends.at.ports.wwan import NO_LOCK, may_lack_termios
from modemd.errors import ModemError, PortAbsent, PortBlocked, PortLost
from modemd.explanations import line_of
from modemd.log import get_logger

BAUD_RATE = 115_200  # USB modems ignore it; UART modems that fix it use this one
TIOCGEXCL = 0x80045440  # reads the flag that TIOCEXCL sets; Linux, absent from termios

GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO})


def open_port(path: str, line: Mapping[str, Any] | None = None) -> serial.Serial:
    """The port at `path`, non-blocking, exclusive (flock and TIOCEXCL), without hardware handshake, HUPCL clear.
    `line`: what a UART has otherwise, in pyserial's words (baudrate, parity, rtscts, ...).

    DTR is asserted, never dropped. Input that was waiting is discarded. Raises PortAbsent (no such device, or not a
    terminal) or PortBlocked (permission, or held by another program: named where /proc lets us see it)."""
    _check_device(path)
    try:
        how = {"baudrate": BAUD_RATE, "rtscts": False, **(line or {})}
        port = _Port(port=path, timeout=0, write_timeout=0, exclusive=True, **how)
    except serial.SerialException as error:
        if error.errno is None and may_lack_termios(device_path(path, sysroot())):  # tcgetattr failed
            return _bare(path)
        raise _open_error(path, error) from error
    except (OSError, termios.error) as error:  # a device that went away while it was being opened
        raise _os_error(path, OSError(*error.args)) from error
    try:
        _keep_to_ourselves(port, path)
    except BaseException:
        port.close()
        raise
    return port


def close_port(port: serial.Serial) -> None:
    """Gives the port back: TIOCNXCL first (the flag survives close() on a pseudo-terminal), nothing left to send, or
    close() would wait for a modem that takes no octets. Never raises; idempotent."""
    if port.is_open:
        fd = port.fileno()
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(fd, termios.TCIOFLUSH)
        with contextlib.suppress(OSError):
            fcntl.ioctl(fd, termios.TIOCNXCL)
    with contextlib.suppress(OSError, serial.SerialException):
        port.close()


def lost(path: str, error: OSError | None = None) -> PortLost:
    reason = f" ({error.strerror})" if error is not None and error.strerror else ""
    return PortLost(f"{path} went away{reason}: plug the modem in again; modemd goes on looking for it")


# --- helpers


class _Port(serial.Serial):
    """pyserial's port without the two pipes by which a thread could end another one's read() or write(): the engine
    waits on descriptors, so that they are but 4 of the 7 descriptors of each modem.

    DTR and RTS are a wish: a USB modem that knows no SET_CONTROL_LINE_STATE refuses it with a stall (EPIPE), and reads
    and writes all the same. A device that went away says so at the next call."""

    def open(self) -> None:
        super().open()
        for name in ("pipe_abort_read_r", "pipe_abort_read_w", "pipe_abort_write_r", "pipe_abort_write_w"):
            os.close(getattr(self, name))
            setattr(self, name, None)

    def _update_dtr_state(self) -> None:
        with contextlib.suppress(OSError):
            super()._update_dtr_state()  # type: ignore[misc]

    def _update_rts_state(self) -> None:
        with contextlib.suppress(OSError):
            super()._update_rts_state()  # type: ignore[misc]

    def close(self) -> None:
        fd, self.fd, self.is_open = self.fd, None, False
        if fd is not None:
            os.close(fd)


def _check_device(path: str) -> None:
    try:
        mode = Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PortAbsent(line_of("absent", about=path)) from error
    except OSError as error:
        raise _os_error(path, error) from error
    if not stat.S_ISCHR(mode):
        raise PortAbsent(f"{path} is not a serial port but {_kind(mode)}; correct `port`")


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a plain file" if stat.S_ISREG(mode) else "no character device"


def _keep_to_ourselves(port: serial.Serial, path: str) -> None:
    fd = port.fileno()
    flag = array.array("i", [0])
    with contextlib.suppress(OSError):
        fcntl.ioctl(fd, TIOCGEXCL, flag)
    # root passes TIOCEXCL, and a program that takes no lock at all would still eat our answers. A pseudo-terminal is
    # looked at only when it is marked: the fake modem behind it may well hold this end too.
    # On a made-up machine its own /proc is believed.
    if flag[0] or is_made_up(sysroot()) or not path_of(path).startswith("/dev/pts/"):
        others = _others(path, own=bool(flag[0]))
        if others:
            raise _held(path, others)
        if modem_manager_may_have(path):
            raise PortBlocked(f"ModemManager runs and takes {path}, unseen by modemd: {leave_alone(path)}")
    try:
        _forbid_others(fd, path)
        settings = termios.tcgetattr(fd)
        settings[2] &= ~termios.HUPCL  # closing must not drop DTR: that hangs up a data call
        termios.tcsetattr(fd, termios.TCSANOW, settings)
    except (OSError, termios.error) as error:
        raise lost(path) from error


def _forbid_others(fd: int, path: str) -> None:
    """TIOCEXCL, where the kernel has it for this port."""
    try:
        fcntl.ioctl(fd, termios.TIOCEXCL)
    except OSError as error:
        if error.errno not in (errno.ENOTTY, errno.EINVAL, errno.EOPNOTSUPP):
            raise
        get_logger().warning(f"locked by flock alone: {NO_LOCK}", port=path)


class _Bare(_Port):
    """A port without anything of a terminal: octets go in and come out."""

    def open(self) -> None:
        self.fd = os.open(self.portstr or "", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.is_open = True
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            self.close()
            raise

    def _reconfigure_port(self, force_update: bool = False) -> None:
        """There is nothing to set."""


def _bare(path: str) -> serial.Serial:
    """The port at `path`, which knows nothing of terminals. Raises as open_port()."""
    try:
        port = _Bare(port=path, timeout=0, write_timeout=0)
    except OSError as error:
        raise _os_error(path, error) from error
    others = _others(path, own=False)
    if others:
        port.close()
        raise _held(path, others)
    get_logger().warning(f"locked by flock alone: {NO_LOCK}", port=path)
    return port


def _others(path: str, *, own: bool) -> list[Holder]:
    """Who else has the port. `own`: the real /proc counts as well, whatever plays the machine."""
    found = holders(path, exclude=os.getpid())
    return found or (holders(path, proc=Path("/proc"), exclude=os.getpid()) if own else [])


def path_of(path: str) -> str:
    return str(Path(path).resolve())


def _open_error(path: str, error: serial.SerialException) -> ModemError:
    if error.errno is None:  # tcgetattr failed: pyserial gives text only
        return PortAbsent(f"{path} is not a serial port; correct `port`")
    return _os_error(path, OSError(error.errno, os.strerror(error.errno)))


def _os_error(path: str, error: OSError) -> ModemError:
    if error.errno in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK):
        return _held(path, holders(path) or holders(path, proc=Path("/proc")))
    if error.errno == errno.EACCES:
        return _forbidden(path)
    if error.errno == errno.EPERM:
        return _kept_away(path)
    if error.errno in GONE:
        return PortAbsent(line_of("absent", about=path))
    return PortBlocked(f"{path} cannot be opened: {error.strerror}")


def _forbidden(path: str) -> PortBlocked:
    user = _user()
    group = "dialout"
    with contextlib.suppress(OSError, KeyError):
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    if group == "root":  # adding somebody to root's group is no cure
        group = "dialout"
        return PortBlocked(
            f"{user} may not open {path}, which belongs to root's group: give it to {group} with a udev rule "
            f"and run: sudo usermod -aG {group} {user}"
        )
    return PortBlocked(
        f"{user} may not open {path}: it belongs to the group {group}; run: sudo usermod -aG {group} {user}"
    )


def _kept_away(path: str) -> PortBlocked:
    """Not the rights of the file (that is EACCES): a device cgroup, as the service's unit or a container makes one."""
    if "INVOCATION_ID" not in os.environ:  # systemd.exec(5): whatever a unit starts has it
        return PortBlocked(
            f"{path} may not be opened here, whatever its rights are: give it to the container (--device {path})"
        )
    number = 0
    with contextlib.suppress(OSError):
        number = os.major(Path(path).stat().st_rdev)
    return PortBlocked(
        f"{path} is kept from modemd by its service's sandbox, not by its rights: sudo systemctl restart modemd; if "
        f"that does not help, write DeviceAllow=char-{number} rw below [Service] with: sudo systemctl edit modemd"
    )


def _held(path: str, others: list[Holder]) -> PortBlocked:
    if not others:
        unseen = f"{path} is in use by another program; find it with: sudo fuser -v {path}"
        if runs(MODEM_MANAGER):
            return PortBlocked(f"{unseen}; if it is ModemManager, {leave_alone(path)}")
        return PortBlocked(unseen)
    if any(holder.program == MODEM_MANAGER for holder in others):
        cure = leave_alone(path)
    elif all(holder.lock for holder in others):
        cure = (
            f"stop it; or, if it does not use the port (sudo fuser -v {path} shows who does), the lock file is an old "
            f"one: sudo rm {others[0].lock}"
        )
    else:
        cure = "stop it or give modemd another port"
    return PortBlocked(f"{path} is in use by {said(others)}: {cure}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in a container
        return str(os.getuid())
