"""Writes a configuration and the secrets beside it: whole or not at all, and what was there before is kept."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from modemd.credentials import MOST_BYTES
from modemd.daemon.config import Reader
from modemd.errors import ConfigError, ModemdError, Problem
from modemd.files import parse_toml, read_file

ACCOUNT = "modemd"  # the daemon's user and the group of who may read the configuration (systemd/modemd.sysusers)


def refusal(path: Path) -> str | None:
    """Why this user cannot write that file, without the cure; None where it can be done. Nothing is changed: what the
    system says of the folder counts, since a new file takes the old one's place."""
    folder = path.parent
    while not os.path.lexists(folder):
        folder = folder.parent
    if not folder.is_dir():
        return f"{folder} is no folder"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"this user may not write into {folder}"
    try:
        there = path.exists()
    except OSError as error:
        return f"{path}: {error.strerror}"
    if there and not os.access(path, os.R_OK):
        return f"this user may not read {path}"
    return None


def read(path: Path) -> str | None:
    """The file's text with its line ends; None where there is none. Raises ConfigError (no UTF-8) and OSError."""
    try:
        data = read_file(path)
    except FileNotFoundError:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), "", "", "it is not UTF-8: save the file as UTF-8")]) from error


def check(path: Path, text: str, *, environ: Mapping[str, str] | None = None) -> None:
    """Raises ConfigError with every fault that the daemon would find in this text at this place."""
    reader = Reader(str(path))
    reader.config(parse_toml(text), path.absolute().parent, os.environ if environ is None else environ)
    if reader.problems:
        raise ConfigError(reader.problems)


def write(path: Path, text: str, *, before: str | None, now: datetime | None = None) -> Path | None:
    """Writes the configuration, and returns where the one of before is kept. `before`: the text that the change was
    made from; ModemdError, and nothing is written, where another has taken its place meanwhile. A new file is 0640, and
    root gives it to the group of the service; an old one keeps owner and mode. Raises OSError."""
    path = Path(os.path.realpath(path))  # a link to the file stays one
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    if read(path) != before:
        raise ModemdError(f"{path} was changed meanwhile: nothing was written, run modemd setup again")
    owner = None if before is None else path.stat()
    with _new_file(path, text.encode("utf-8")) as made:
        if owner is None:
            made.chmod(0o640)
            _give(made, group_only=True)
        else:
            with contextlib.suppress(PermissionError):  # a file of somebody else's becomes this user's
                os.chown(made, owner.st_uid, owner.st_gid)
            made.chmod(stat.S_IMODE(owner.st_mode))
        kept = None if before is None else _keep(path, now or datetime.now(UTC))
        made.replace(path)
    _sync_folder(path.parent)
    return kept


def secret_name(folder: Path, name: str, secret: str) -> str:
    """The name below which this secret can be written: the one that is wanted, or a free one beside it where that file
    holds another secret."""
    number, chosen = 1, name
    while os.path.lexists(folder / chosen) and not _holds(folder / chosen, secret):
        number += 1
        chosen = f"{name}-{number}"
    return chosen


def write_secret(path: Path, secret: str) -> None:
    """Writes a secret into a file of its own, 0600: root gives it to the service, whose group may read balances and
    nobody's passwords. One that holds it already stays. Raises OSError."""
    if _holds(path, secret):
        return
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with _new_file(path, f"{secret}\n".encode()) as made:
        made.chmod(0o600)
        _give(made, group_only=False)
        os.link(made, path)  # unlike a rename, never over a file that came meanwhile
        made.unlink()
    _sync_folder(path.parent)


def write_plain(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Writes a file that holds no secret, whole or not at all, and its folder where there is none. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _new_file(path, data) as made:
        made.chmod(mode)
        made.replace(path)
    _sync_folder(path.parent)


# --- helpers


def _holds(path: Path, secret: str) -> bool:
    try:
        return read_file(path, most=MOST_BYTES).strip() == secret.encode()
    except OSError:
        return False


@contextmanager
def _new_file(path: Path, data: bytes) -> Iterator[Path]:
    """A file beside `path`, 0600, with this in it and on the disk; removed unless it was given its place."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield made
    finally:
        made.unlink(missing_ok=True)


def _keep(path: Path, now: datetime) -> Path:
    """The file under a second name: the same file where the disk knows links, else a copy of mode and owner alike."""
    kept = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%SZ}")
    while os.path.lexists(kept):
        kept = kept.with_name(f"{path.name}.{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")
    try:
        os.link(path, kept)
    except OSError:
        status = path.stat()
        with _new_file(kept, path.read_bytes()) as made:
            with contextlib.suppress(OSError):  # a disk without links may have no owners either
                os.chown(made, status.st_uid, status.st_gid)
            made.chmod(stat.S_IMODE(status.st_mode))
            made.replace(kept)
    return kept


def _give(path: Path, *, group_only: bool) -> None:
    """To the service's group (and user), where this is root and they are there."""
    if os.geteuid() != 0:
        return
    try:
        uid = -1 if group_only else pwd.getpwnam(ACCOUNT).pw_uid
        os.chown(path, uid, grp.getgrnam(ACCOUNT).gr_gid)
    except KeyError:
        return


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError:  # a file system that cannot
        pass
    finally:
        os.close(handle)
