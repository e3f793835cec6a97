"""The listening end of the control socket in the file system: who may connect, and whose place it is."""

from __future__ import annotations

import errno
import grp
import os
import socket
import stat
from pathlib import Path

from modemd.daemon.control import MAX_CLIENTS, MAX_SOCKET_PATH_BYTES
from modemd.errors import StateInUse, StoreError

GROUP = "modemd"  # its members may read and ask for balances
BACKLOG = MAX_CLIENTS  # all at once: connect() of a client with a time limit fails where there is no room
PROBE_TIMEOUT_S = 1.0  # connect() to a living daemon takes microseconds; a full backlog counts as living


def bind(path: str) -> tuple[socket.socket, tuple[int, int]]:
    """A listening socket at this path, 0660, and the identity of its file for `remove`.

    A missing folder is made (0755). A socket that nobody answers on is replaced. Raises StateInUse when another daemon
    answers there, StoreError when the place cannot be used.
    """
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise StoreError(f"the socket path is longer than {MAX_SOCKET_PATH_BYTES} bytes: choose a shorter one ({path})")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        Path(path).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        _clear(path)
        before = os.umask(0o117)  # 0660 from the first moment on
        try:
            listener.bind(path)
        finally:
            os.umask(before)
        _give_to_group(path)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        found = Path(path).lstat()
    except OSError as error:
        listener.close()
        raise StoreError(
            f"the control socket {path} cannot be made ({error.strerror}): "
            "set `socket` in [daemon] to a place that this user may write to"
        ) from error
    except StoreError:
        listener.close()
        raise
    return listener, (found.st_dev, found.st_ino)


def remove(path: str, identity: tuple[int, int] | None) -> None:
    """Removes the socket unless somebody else's is there by now."""
    try:
        found = Path(path).lstat()
        if (found.st_dev, found.st_ino) == identity:
            Path(path).unlink()
    except OSError:
        return  # it is gone already, or its folder is


def group_id() -> int | None:
    """The number of the group modemd; None where there is none."""
    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None


def _clear(path: str) -> None:
    try:
        found = Path(path).lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise StoreError(f"{path} exists and is not a socket: remove it, or set another `socket` in [daemon]")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PROBE_TIMEOUT_S)
        failure = probe.connect_ex(path)
    if failure == errno.ECONNREFUSED:
        Path(path).unlink(missing_ok=True)
    elif failure != errno.ENOENT:
        raise StateInUse(f"another daemon answers at {path}: stop it, or set another `socket` in [daemon]")


def _give_to_group(path: str) -> None:
    group = group_id()
    if group is not None and Path(path).stat().st_gid != group:
        try:
            os.chown(path, -1, group)
        except PermissionError:
            return  # not a member: the daemon of a single user, who reaches it as its owner
