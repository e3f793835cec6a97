"""structlog, without what only its asyncio methods need: asyncio and ssl are 7 MiB and a tenth of a second on a Pi.

Every file that logs gets its logger here; daemon/service.py says how lines look.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

__all__ = ["get_logger", "structlog"]


class _Later(ModuleType):
    """Stands for a module in the files that imported it; the module itself comes when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # wanted while structlog is still being imported
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _put_off(name: str) -> Iterator[None]:
    """Whoever imports this module meanwhile gets one that is loaded at its first use."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = _Later(name)
    try:
        yield
    finally:
        if isinstance(sys.modules.get(name), _Later):
            del sys.modules[name]


with _put_off("asyncio"), _put_off("uuid"):  # uuid: 2 ms for `platform`, in a module of structlog that is deprecated
    import structlog

get_logger = structlog.get_logger
