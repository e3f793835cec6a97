"""Files that people name, read within bounds: a pipe, a device or an endless file is an error, never a hang."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Any

MOST_BYTES = 1 << 20  # a configuration, a pack, a scenario is a page; /dev/zero is not one
MOST_KEY_PARTS = 16  # `a.b.c` has three; nothing of ours has more than four tables within each other
MOST_INTEGER_BITS = 64  # TOML 1.0: arbitrary 64-bit signed integers, an error where one cannot be represented

_PIECE = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
# A dotted key, where one can begin. tomllib takes 0.4 s for one of 5,000 parts, and the square of that for more.
_LONG_KEY = re.compile(rf"(?:\A|[\n\[{{,])[ \t]*{_PIECE}(?:[ \t]*\.[ \t]*{_PIECE}){{{MOST_KEY_PARTS}}}")

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: str | Path, *, most: int = MOST_BYTES) -> bytes:
    """What is in a regular file of at most so many bytes. Raises OSError, its `strerror` one line for people."""
    path = Path(path)
    _regular(path, path.stat().st_mode, most)  # before it is opened: opening alone can move a modem's lines
    with open(path, "rb", buffering=0, opener=_without_waiting) as file:
        _regular(path, os.fstat(file.fileno()).st_mode, most)
        data = bytearray()
        while len(data) <= most:
            piece = file.read(most + 1 - len(data))
            if piece is None:
                raise _no_file(path, "something that waits for data", errno.EAGAIN, most)
            if not piece:
                return bytes(data)
            data += piece
    raise OSError(errno.EFBIG, f"it is larger than {_size(most)}", os.fspath(path))


def read_text(path: str | Path, *, most: int = MOST_BYTES) -> str:
    """The same as text. Raises OSError and UnicodeDecodeError."""
    return read_file(path, most=most).decode("utf-8")


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text, in time that its length bounds. Raises tomllib.TOMLDecodeError, also for what tomllib
    cannot take (numbers of thousands of digits, values within each other hundreds deep)."""
    import tomllib  # late: a query of the command line reads no TOML

    if _LONG_KEY.search(text):
        raise tomllib.TOMLDecodeError(f"a key of more than {MOST_KEY_PARTS} parts")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError as error:
        raise tomllib.TOMLDecodeError("values are nested too deeply") from error
    except ValueError as error:
        raise tomllib.TOMLDecodeError("a number has too many digits") from error
    left: list[tuple[Any, int]] = [(document, 0)]
    while left:
        value, depth = left.pop()
        if isinstance(value, int) and value.bit_length() > MOST_INTEGER_BITS:
            raise tomllib.TOMLDecodeError("a number has too many digits")
        if isinstance(value, dict | list):
            if depth > MOST_KEY_PARTS:
                raise tomllib.TOMLDecodeError("values are nested too deeply")
            left += [(part, depth + 1) for part in (value.values() if isinstance(value, dict) else value)]
    return document


def reason(fault: OSError | UnicodeDecodeError) -> str:
    """Why a file could not be read, in words."""
    return "it is not UTF-8" if isinstance(fault, UnicodeDecodeError) else str(fault.strerror)


def _without_waiting(path: str, flags: int) -> int:
    """A pipe that took the file's place meanwhile is opened at once, whoever writes to it."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def _regular(path: Path, mode: int, most: int) -> None:
    if stat.S_ISREG(mode):
        return
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
    raise _no_file(path, kind, number, most)


def _no_file(path: Path, kind: str, number: int, most: int) -> OSError:
    return OSError(number, f"it is {kind}, and a plain file of at most {_size(most)} is needed", os.fspath(path))


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"
