"""The octets of an SQLite file and of its write-ahead log, read page by page and without SQLite.

SQLite stops at the first page that it cannot follow. Each page names its own rows, so that every page that is whole can
be read whatever became of the others. Rests on https://www.sqlite.org/fileformat2.html (sections 1.3 to 1.5, 4)
and reads what modemd writes: UTF-8, no reserved octets, no encryption.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from modemd.frozen import dataclass

MAGIC = b"SQLite format 3\0"
PAGE_SIZES = (1024, 4096)  # modemd's own (layout.py), and SQLite's default, which it had before
SAME = 0.6  # of the best: at the starts of every fourth page there is no less to see than at those of all
FILE_HEADER_SIZE, LOG_HEADER_SIZE, FRAME_HEADER_SIZE = 100, 32, 24
_KINDS = (b"\x02", b"\x05", b"\x0a", b"\x0d")  # the first octet of a page of a tree (section 1.6)
FRONT_PAGES = 64

_FIXED = bytes((0, 64, 32, 32))  # no reserved octets, and three fractions that nobody may change
_LOG_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}  # how the words are read that the checksum is made of


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as it was written: `age` 0 in the file, else the number of its frame in the log (higher is newer)."""

    number: int
    age: int
    proved: bool  # whole by a checksum, or in the file, which has none
    newest: bool  # no proved image of this page is newer
    data: bytes


@dataclass(frozen=True, slots=True)
class _Frame:
    page: int
    offset: int  # of the page in the log
    commits: bool
    whole: bool
    proved: bool  # by its checksum; without: whole as far as can be known


class Image:
    """The damaged file and its log, open for reading. What the disk does not give is a page that is not there."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be opened."""
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._log: int | None = None
        with suppress(OSError):
            self._log = os.open(f"{path}-wal", os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._file).st_size
        self.header = self._read(self._file, 0, FILE_HEADER_SIZE)
        self._log_header = b"" if self._log is None else self._read(self._log, 0, LOG_HEADER_SIZE)
        self._log_header_is_whole = len(self._log_header) < LOG_HEADER_SIZE or _is_whole(self._log_header)
        self.page_size = self._page_size_of_log() or self._likely_page_size()
        self.count = -(-self.size // self.page_size)
        self._read_log()
        self._frames = self._usable_frames()
        self._newest = {frame.page: age for age, frame in self._frames.items()}
        self._proved = {frame.page: age for age, frame in self._frames.items() if frame.proved}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in (self._file, self._log):
            if descriptor is not None:
                os.close(descriptor)

    def pages(self) -> Iterator[Page]:
        """Every whole image of every page that is in use: those of the log, the newest of them first, then the front of
        the file, where each table begins, then its end, where the newest rows are, and on towards the front."""
        for age in sorted(self._frames, reverse=True):
            frame = self._frames[age]
            data = self._frame_data(frame)
            if data is not None:
                newest = age >= self._proved.get(frame.page, 0)
                yield Page(number=frame.page, age=age, proved=frame.proved, newest=newest, data=data)
        free = self._free_pages()
        front = min(self.count, FRONT_PAGES)
        for number in (*range(1, front + 1), *range(self.count, front, -1)):
            if number not in free:
                data = self._file_page(number)
                if data is not None:
                    yield Page(number=number, age=0, proved=True, newest=number not in self._proved, data=data)

    def page(self, number: int, age: int) -> Page | None:
        """That image once more."""
        frame = self._frames.get(age)
        data = self._file_page(number) if frame is None else self._frame_data(frame)
        return None if data is None else Page(number=number, age=age, proved=True, newest=True, data=data)

    def is_latest(self, number: int, age: int) -> bool:
        """Whether no usable image of that page is newer."""
        return self._newest.get(number, 0) == age

    def latest(self, number: int) -> bytes | None:
        """The newest image of a page."""
        age = self._newest.get(number)
        return self._file_page(number) if age is None else self._frame_data(self._frames[age])

    @property
    def last_number(self) -> int:
        """No page has a greater one."""
        return max(self.count, *self._newest, 0)

    @property
    def has_log(self) -> bool:
        """A daemon that was not killed leaves none."""
        return bool(self._all_frames)

    @property
    def is_empty(self) -> bool:
        return not self.size and not self._frames

    @property
    def header_is_sound(self) -> bool:
        """False when a field of the header has a value that modemd's files never have (section 1.3)."""
        header = self.header
        return (
            len(header) == FILE_HEADER_SIZE
            and header.startswith(MAGIC)
            and page_size_of(header) is not None
            and header[18] in (1, 2)
            and header[19] in (1, 2)
            and header[20:24] == _FIXED
            and int.from_bytes(header[44:48], "big") <= 4
            and int.from_bytes(header[56:60], "big") <= 1
        )

    # --- the two files -----------------------------------------------------------------------------------------------

    def _read(self, descriptor: int, offset: int, length: int) -> bytes:
        try:
            return os.pread(descriptor, length, offset)
        except OSError:  # a sector that the card no longer gives
            return b""

    def _file_page(self, number: int) -> bytes | None:
        data = self._read(self._file, (number - 1) * self.page_size, self.page_size)
        # Cells are stored from the end of a page: one that is cut off has lost some, and the others are looked at.
        return data.ljust(self.page_size, b"\0") if data.strip(b"\0") else None

    def _frame_data(self, frame: _Frame) -> bytes | None:
        if self._log is None:
            return None
        data = self._read(self._log, frame.offset, self.page_size)
        return data if len(data) == self.page_size else None

    def _page_size_of_log(self) -> int | None:
        """The one that its header names, if that is whole, or at whose distance the log's frames begin: each repeats
        the salts of its round (section 4.1). None without a log that says it."""
        if self._log is None:
            return None
        if len(self._log_header) == LOG_HEADER_SIZE and self._log_header_is_whole:
            return int.from_bytes(self._log_header[8:12], "big")
        salts = self._read(self._log, LOG_HEADER_SIZE, FRAME_HEADER_SIZE)[8:16]
        following = {size: LOG_HEADER_SIZE + FRAME_HEADER_SIZE + size for size in PAGE_SIZES}
        fits = [size for size, at in following.items() if salts and self._read(self._log, at + 8, 8) == salts]
        return fits[0] if len(fits) == 1 else None

    def _likely_page_size(self) -> int:
        """The smallest of the sizes, the header's among them, at whose multiples pages begin."""
        named = page_size_of(self.header)
        looks = {size: self._looks_like(size) for size in sorted({*PAGE_SIZES, named or PAGE_SIZES[0]})}
        best = max(looks.values())
        if best == 0:
            return named or PAGE_SIZES[0]
        return next(size for size, look in looks.items() if look >= SAME * best)

    def _looks_like(self, size: int) -> float:
        numbers = range(1, min(65, self.size // size))
        kinds = [self._read(self._file, number * size, 1) for number in numbers]
        return sum(kind in _KINDS for kind in kinds) / max(len(kinds), 1)

    def _free_pages(self) -> set[int]:
        """Pages that hold rows of the past. None where the list of them is damaged itself."""
        if len(self.header) < FILE_HEADER_SIZE:
            return set()
        header = (self.latest(1) or self.header)[:FILE_HEADER_SIZE]
        trunk, length = struct.unpack_from(">II", header, 32)
        free: set[int] = set()
        while trunk:
            data = self.latest(trunk) if 1 < trunk <= self.count and trunk not in free else None
            if data is None or len(free) >= length:
                return set()
            trunk_number, (trunk, leaves) = trunk, struct.unpack_from(">II", data)
            if leaves > self.page_size // 4 - 2:
                return set()
            free.update(struct.unpack_from(f">{leaves}I", data, 8), {trunk_number})
        return free if len(free) == length else set()

    # --- the log -----------------------------------------------------------------------------------------------------

    @property
    def log_is_damaged(self) -> bool:
        """True when SQLite would stop in the log before a frame that is whole, and drop what it holds."""
        wholes = [self._log_header_is_whole, *(frame.whole for frame in self._all_frames)]
        return False in wholes and any(wholes[wholes.index(False) :])

    def _read_log(self) -> None:
        """The frames of the log's present round, in order; those of the round before it have other salts.

        Each checksum goes on from the one before it. A frame behind a lost one counts as whole if its own is right with
        the checksum that stands before it or with the one that should, and also where neither can be known: its rows
        are judged one by one anyway.
        """
        self._all_frames: list[_Frame] = []
        header, proved = self._log_header, self._log_header_is_whole
        if self._log is None or len(header) < LOG_HEADER_SIZE:
            return
        order = _order(header)
        stored, computed = _sums(header)
        length = FRAME_HEADER_SIZE + self.page_size
        offset = LOG_HEADER_SIZE
        salts = header[16:24] if proved else self._read(self._log, offset, FRAME_HEADER_SIZE)[8:16]
        seeds: tuple[tuple[int, ...], ...] = (stored, computed)
        while len(raw := self._read(self._log, offset, length)) == length:
            page, size = struct.unpack_from(">II", raw)
            stored = struct.unpack_from(">II", raw, 16)
            sums: list[tuple[int, ...]] = []
            if raw[8:16] == salts:
                sums = [checksum(raw[:8] + raw[FRAME_HEADER_SIZE:], seed, order) for seed in dict.fromkeys(seeds)]
            before, proved = proved, stored in sums
            whole = bool(sums) and page > 0 and (proved or not before)
            self._all_frames.append(_Frame(page, offset + FRAME_HEADER_SIZE, bool(size), whole, proved))
            seeds = (stored, *sums[:1])
            offset += length

    def _usable_frames(self) -> dict[int, _Frame]:
        """The whole ones by their number, up to the last that ends a transaction."""
        frames = dict(enumerate(self._all_frames, 1))
        last = max((age for age, frame in frames.items() if frame.commits and frame.whole), default=0)
        return {age: frame for age, frame in frames.items() if frame.whole and age <= last}


def page_size_of(header: bytes) -> int | None:
    """What a file's header names; None where that cannot be."""
    if len(header) < 18:
        return None
    size = int.from_bytes(header[16:18], "big")
    size = 65536 if size == 1 else size
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else None


def _is_whole(log_header: bytes) -> bool:
    """By its checksum, which octets of zero alone would have too."""
    stored, computed = _sums(log_header)
    return stored == computed and any(log_header)


def _sums(log_header: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The checksum that stands in the header of a log, and the one that it has."""
    return struct.unpack(">II", log_header[24:]), checksum(log_header[:24], (0, 0), _order(log_header))


def _order(log_header: bytes) -> str:
    return _LOG_MAGIC.get(int.from_bytes(log_header[:4], "big"), "<")


def checksum(data: bytes, seed: tuple[int, ...], order: str) -> tuple[int, int]:
    """Of the log (section 4.2), going on from `seed`. `order` is that of struct."""
    one, two = seed
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = (one + even + two) & 0xFFFFFFFF
        two = (two + odd + one) & 0xFFFFFFFF
    return one, two
