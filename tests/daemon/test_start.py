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

BALANCE = """
import sys
import modemd.cli.start
modemd.cli.start.daemon("nowhere.toml")
import modemd.backends.at.backend, modemd.at.makes, modemd.at.ussd
modemd.at.makes.by_name()
line = modemd.at.ussd.parse_cusd('+CUSD: 0,"' + "Баланс:312.40р".encode("utf-16-be").hex() + '",72')
print(modemd.at.ussd.decode(line.payload, line.dcs, te_charset="GSM").text)
from modemd.money.operators import Packs
from modemd.money.reading import read
print(read("Баланс:312.40р", pack=Packs().get("ru-mts")).balance, read("Your balance is 5.20 EUR").balance)
print(*sorted(sys.modules))
"""
# Of Python's library and of structlog, without which all works: a quarter of a megabyte each, and more, for good.
NEVER = {"ast", "dis", "inspect", "ipaddress", "lzma", "pkgutil", "random", "shutil", "structlog.stdlib", "_codecs_jp"}


def test_a_start_loads_and_compiles_little() -> None:
    """The daemon begins without what only some replies, commands and faults need."""
    out = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    compiled, modules = out.stdout.splitlines()
    assert NOT_AT_START & set(modules.split()) == set()
    assert 0 < int(compiled) <= MOST_EXPRESSIONS


def test_a_balance_loads_little() -> None:
    """Behind its first balance the daemon still runs without what other people's modules would bring along."""
    out = subprocess.run([sys.executable, "-c", BALANCE], capture_output=True, text=True, check=True)
    text, read, modules = out.stdout.splitlines()
    assert (text, read) == ("Баланс:312.40р", "312.40 5.20")
    assert NEVER & set(modules.split()) == set()


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
