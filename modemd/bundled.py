"""python-gsmmodem-new where a distribution's package brings it along: Debian has none. Elsewhere pip installed it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# The Debian package puts the unmodified `gsmmodem` here, where no other program's import finds it.
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vendor")  # noqa: PTH100, PTH118, PTH120 (light)


@contextmanager
def first(folder: str = FOLDER) -> Iterator[None]:
    """Imports inside find what lies in `folder` before what is installed; afterwards the path is as it was. Without the
    folder nothing changes. The release that came with modemd counts, since modemd rests on that release's insides."""
    if not os.path.isdir(folder):  # noqa: PTH112
        yield
        return
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
