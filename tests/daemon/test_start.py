"""What the start of the daemon loads stays little: it runs on a Pi Zero."""

from __future__ import annotations

import subprocess
import sys

STARTED = """
import re, sys
compiled, compile = set(), re._compile
def count(pattern, flags):
    compiled.add((pattern, int(flags)))
    return compile(pattern, flags)
re._compile = count
import click, modemd.cli.main, modemd.cli.run
known = len(compiled)
import modemd.daemon.run
print(len(compiled) - known)
print(*sorted(sys.modules))
"""
MOST_EXPRESSIONS = 110
NOT_AT_START = {
    "asyncio",
    "ssl",
    "gsmmodem",
    "hashlib",
    "_hashlib",
    "email",
    "http",
    "smtplib",
    "difflib",
    "statistics",
}
NOT_AT_START |= {"modemd.money.reading", "modemd.money.labels", "modemd.money.packfile", "modemd.redaction.dialogue"}


def test_a_start_loads_and_compiles_little() -> None:
    """The daemon begins without what only some replies, commands and faults need."""
    out = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    compiled, modules = out.stdout.splitlines()
    assert NOT_AT_START & set(modules.split()) == set()
    assert 0 < int(compiled) <= MOST_EXPRESSIONS


def test_asyncio_comes_when_it_is_used() -> None:
    """structlog's asyncio methods work; who imports asyncio gets the real one."""
    script = (
        "import sys; from modemd.log import structlog; assert 'asyncio' not in sys.modules\n"
        "import asyncio; assert asyncio.run.__module__ == 'asyncio.runners'\n"
        "structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0))\n"
        "asyncio.run(structlog.get_logger().ainfo('it works'))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "it works" in out.stdout
