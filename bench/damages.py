"""The ways in which bench.corruptions damages a database, and the octets that it does it to."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PAGE = 1024  # of a file that modemd makes
FRAME = 24 + PAGE
WAL_HEADER = 32
NAME = "modemd.sqlite"


@dataclass
class Files:
    """The octets of the database and of its write-ahead log."""

    db: bytearray
    wal: bytearray
    shm: bytearray

    def copy(self) -> Files:
        return Files(bytearray(self.db), bytearray(self.wal), bytearray(self.shm))

    def write(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        for suffix, data in (("", self.db), ("-wal", self.wal), ("-shm", self.shm)):
            if data or not suffix:
                (folder / (NAME + suffix)).write_bytes(data)

    def images(self) -> list[bytes]:
        """Every page of the file, and every frame of the log with its header: its 8th octet on says that it is the
        last of a transaction."""
        pages = [bytes(self.db[at : at + PAGE]) for at in range(0, len(self.db), PAGE)]
        frames = [bytes(self.wal[at : at + FRAME]) for at in range(WAL_HEADER, len(self.wal), FRAME)]
        return pages + frames


def _flip(data: bytearray, dice: random.Random, start: int, end: int, count: int) -> None:
    for _ in range(count):
        data[dice.randrange(start, min(end, len(data)))] ^= 1 << dice.randrange(8)


def _one_bit(files: Files, dice: random.Random) -> None:
    _flip(files.db, dice, 0, len(files.db), 1)


def _many_bits(files: Files, dice: random.Random) -> None:
    _flip(files.db, dice, 0, len(files.db), dice.choice((5, 50, 200)))


def _header(files: Files, dice: random.Random) -> None:
    _flip(files.db, dice, 0, 100, dice.choice((1, 1, 4)))


def _schema(files: Files, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 3, 20))):
        files.db[dice.randrange(100, PAGE)] = dice.randrange(256)


def _zeroed(files: Files, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 1, 3))):
        page = dice.randrange(len(files.db) // PAGE)
        files.db[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)


def _rubbish(files: Files, dice: random.Random) -> None:
    page = dice.randrange(len(files.db) // PAGE)
    files.db[page * PAGE : (page + 1) * PAGE] = dice.randbytes(PAGE)


def _swapped(files: Files, dice: random.Random) -> None:
    a, b = (dice.randrange(len(files.db) // PAGE) * PAGE for _ in range(2))
    files.db[a : a + PAGE], files.db[b : b + PAGE] = files.db[b : b + PAGE], files.db[a : a + PAGE]


def _truncated(files: Files, dice: random.Random) -> None:
    del files.db[int(len(files.db) * dice.choice((0.99, 0.99, 0.9, 0.5, dice.random()))) :]


def _times(files: Files, dice: random.Random) -> None:
    """An octet of a stored time: what SQLite itself cannot notice."""
    places = [at for at in range(len(files.db) - 3) if files.db[at : at + 3] == b"202"]
    files.db[dice.choice(places) + dice.randrange(27)] = dice.choice(b"\x00\xff\x80x ")


def _log_bits(files: Files, dice: random.Random) -> None:
    _flip(files.wal, dice, 0, len(files.wal), dice.choice((1, 5, 50)))


def _log_header(files: Files, dice: random.Random) -> None:
    _flip(files.wal, dice, 0, WAL_HEADER + 24, 1)


def _log_header_zeroed(files: Files, _dice: random.Random) -> None:
    files.wal[:WAL_HEADER] = bytes(WAL_HEADER)


def _log_zeroed(files: Files, dice: random.Random) -> None:
    at = WAL_HEADER + FRAME * dice.randrange(len(files.wal) // FRAME)
    files.wal[at : at + FRAME] = bytes(FRAME)


def _log_truncated(files: Files, dice: random.Random) -> None:
    del files.wal[dice.randrange(len(files.wal)) :]


def _index(files: Files, dice: random.Random) -> None:
    files.shm[:] = dice.randbytes(dice.choice((10, 32768, 65536)))


def _both(files: Files, dice: random.Random) -> None:
    _zeroed(files, dice)
    _log_bits(files, dice)


def _no_database(files: Files, dice: random.Random) -> None:
    files.db[:] = dice.choice((b"not a database at all" * 100, b"\n", dice.randbytes(len(files.db))))


def _empty(files: Files, _dice: random.Random) -> None:
    files.db.clear()


KINDS: dict[str, Callable[[Files, random.Random], None]] = {
    "one bit": _one_bit,
    "many bits": _many_bits,
    "header": _header,
    "schema text": _schema,
    "pages zeroed": _zeroed,
    "a page of rubbish": _rubbish,
    "pages swapped": _swapped,
    "cut short": _truncated,
    "a stored time": _times,
    "bits of the log": _log_bits,
    "header of the log": _log_header,
    "its header zeroed": _log_header_zeroed,
    "a frame zeroed": _log_zeroed,
    "log cut short": _log_truncated,
    "rubbish as -shm": _index,
    "file and log": _both,
    "not a database": _no_database,
    "zero length": _empty,
}
OF_THE_LOG = {_log_bits, _log_header, _log_header_zeroed, _log_zeroed, _log_truncated, _index, _both}
