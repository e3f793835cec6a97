"""click's runner of commands with stdout and stderr apart, whatever click is there: modemd takes 8.1.3 and later."""

from __future__ import annotations

import inspect
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from click.testing import CliRunner

# Before 8.2 the two are one stream unless it is said; from 8.2 on they are always apart, and it cannot be said.
APART: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


class Runner(CliRunner):
    def __init__(self, **options: Any) -> None:
        super().__init__(**APART, **options)

    @contextmanager
    def isolation(self, *args: Any, **options: Any) -> Iterator[Any]:
        """What the interpreter itself writes to stderr, a traceback, is seen as well: before 8.2 nobody flushes it."""
        with super().isolation(*args, **options) as streams:
            if isinstance(sys.stderr, io.TextIOWrapper):
                sys.stderr.reconfigure(write_through=True)
            yield streams
