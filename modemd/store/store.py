"""The one object that the rest of the program knows as the store."""

from __future__ import annotations

from modemd.store.kept import KeptStore
from modemd.store.retention import Retention


class Store(KeptStore, Retention):
    """Everything that modemd keeps, in `folder`/modemd.sqlite, owned by exactly one process.

    Store(folder) makes the folder (0700), takes the exclusive lock, opens the file (0600, WAL, synchronous=FULL) and
    brings its schema up to date. Raises StateInUse when another daemon holds the folder, StoreError with the cure when
    it cannot be used. A damaged file is moved aside, what can still be read is carried over, and `notice` says so.
    Thread safe: one connection behind one lock. What a method has written is on the disk when it returns;
    rows of the history that could not be written are kept in memory, see kept.py.
    """
