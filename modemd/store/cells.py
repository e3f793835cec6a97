"""The rows on one page of an SQLite file, read without SQLite.

Rests on https://www.sqlite.org/fileformat2.html (sections 1.6 and 2.1). Of a damaged page every cell that can be read
is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress

from modemd.store.pages import FILE_HEADER_SIZE, MAGIC, Image, Page
from modemd.store.rows import Column

TABLE_LEAF, TABLE_INTERIOR, INDEX_LEAF, INDEX_INTERIOR = 0x0D, 0x05, 0x0A, 0x02
_LEAVES = (TABLE_LEAF, INDEX_LEAF, INDEX_INTERIOR)
LONGEST_CHAIN = 1024  # overflow pages of one row, 4 MB: nothing that modemd stores comes near it

_CONSTANTS: dict[int, Column] = {0: None, 8: 0, 9: 1}  # serial type -> value
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial type -> octets


def rows(page: Page, image: Image) -> Iterator[tuple[int, int | None, list[Column]]]:
    """The rows of a leaf (or of an inner page of an index, which has some too), each that can be read: its cell, its
    rowid, its values.

    An index's, and those of a table WITHOUT ROWID, have None for the rowid. Two kinds of page whose first
    octet is lost are tried as both.
    """
    start = _start(page)
    kind = page.data[start]
    if kind in _LEAVES:
        yield from _rows_as(kind, page, image, start)
    elif kind != TABLE_INTERIOR:
        yield from _rows_as(TABLE_LEAF, page, image, start)
        yield from _rows_as(INDEX_LEAF, page, image, start)


def _start(page: Page) -> int:
    """Where its own header begins: behind the file's, which goes with the first page, also if that lies elsewhere."""
    if page.data.startswith(MAGIC):
        return FILE_HEADER_SIZE
    return FILE_HEADER_SIZE if page.number == 1 and page.data[0] not in _LEAVES else 0


def rowids(page: Page) -> dict[int, int]:
    """The number of each row of a table's leaf, by its cell: those that can be read, also of rows that cannot."""
    start, found = _start(page), dict[int, int]()
    for cell, pointer in enumerate(_pointers(page.data, start, start + 8)):
        with suppress(IndexError):
            _, at = _varint(page.data, pointer)
            found[cell] = _varint(page.data, at)[0]
    return found


def children(page: Page) -> dict[int, int]:
    """Of an inner page of a table: the greatest rowid that each page below it may hold; of the last of them, which has
    no such limit here, the least that it can be."""
    start, found = _start(page), dict[int, int]()
    data, key = page.data, 0
    if data[start] == TABLE_INTERIOR:
        for pointer in _pointers(data, start, start + 12):
            with suppress(IndexError):
                key = _varint(data, pointer + 4)[0]
                found[int.from_bytes(data[pointer : pointer + 4], "big")] = key
        found[int.from_bytes(data[start + 8 : start + 12], "big")] = key + 1
    return found


def _pointers(data: bytes, start: int, first: int) -> tuple[int, ...]:
    """Where the cells of a page begin: in the order of their keys, not of their places."""
    count = min(int.from_bytes(data[start + 3 : start + 5], "big"), (len(data) - first) // 2)
    return struct.unpack_from(f">{count}H", data, first)


def _rows_as(kind: int, page: Page, image: Image, start: int) -> Iterator[tuple[int, int | None, list[Column]]]:
    data = page.data
    first = start + (12 if kind == INDEX_INTERIOR else 8)
    for cell, pointer in enumerate(_pointers(data, start, first)):
        if pointer < first:
            continue
        try:
            at = pointer + (4 if kind == INDEX_INTERIOR else 0)
            length, at = _varint(data, at)
            rowid: int | None = None
            if kind == TABLE_LEAF:
                rowid, at = _varint(data, at)
            yield cell, rowid, record(_payload(image, data, at, length, kind))
        except (ValueError, IndexError, struct.error):
            continue


def record(payload: bytes) -> list[Column]:
    """The values of one record (section 2.1). Raises ValueError or IndexError when it is not a whole one."""
    end, at = _varint(payload, 0)
    if end > len(payload):
        raise ValueError("a header longer than its record")
    position, values = end, list[Column]()
    while at < end:
        kind, at = _varint(payload, at)
        if kind >= 12:
            length = (kind - 12) // 2
            piece = payload[position : position + length]
            values.append(piece.decode("utf-8", "replace") if kind & 1 else piece)
        elif kind in _INTEGERS:
            length = _INTEGERS[kind]
            values.append(int.from_bytes(payload[position : position + length], "big", signed=True))
        elif kind == 7:
            length = 8
            values.append(struct.unpack_from(">d", payload, position)[0])
        elif kind in _CONSTANTS:
            length = 0
            values.append(_CONSTANTS[kind])
        else:
            raise ValueError("a type that no value has")
        position += length
    if at != end or position != len(payload):
        raise ValueError("a record that does not end where its header says")
    return values


def _payload(image: Image, data: bytes, at: int, length: int, kind: int) -> bytes:
    """The octets of a cell, those on overflow pages included (section 1.6)."""
    usable = image.page_size
    most = usable - 35 if kind == TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return data[at : at + length]
    least = (usable - 12) * 32 // 255 - 23
    local = least + (length - least) % (usable - 4)
    local = local if local <= most else least
    if (length - local) // (usable - 4) > LONGEST_CHAIN:
        raise ValueError("longer than anything that was stored")
    pieces, rest = [data[at : at + local]], length - local
    following = int.from_bytes(data[at + local : at + local + 4], "big")
    while rest > 0:
        page = image.latest(following) if following else None
        if page is None:
            raise ValueError("an overflow page is lost")
        pieces.append(page[4 : 4 + min(rest, usable - 4)])
        rest -= len(pieces[-1])
        following = int.from_bytes(page[:4], "big")
    return b"".join(pieces)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, signed, and where the next thing begins (section 1.6)."""
    value = data[at]
    if value < 0x80:
        return value, at + 1
    value &= 0x7F
    for following in data[at + 1 : at + 8]:
        at += 1
        value = value << 7 | following & 0x7F
        if following < 0x80:
            return value, at + 1
    value = value << 8 | data[at + 1]
    return value - (1 << 64) if value >> 63 else value, at + 2
