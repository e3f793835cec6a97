"""What modems of all makes say by themselves, and under which names they answer: the words of at/makes, put together.

A line is told from an answer before anybody knows which make it comes from, so every make's words count for each."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from modemd.at.makes import all_makes
from modemd.at.standard import ICCID_NAMES


class Names(NamedTuple):
    """Names of commands and answers ("+CMGL"). `read`, `list`: those that show messages, the standard's first."""

    iccid: frozenset[str]
    read: tuple[str, ...]
    list: tuple[str, ...]
    read_urcs: frozenset[str]
    prefixed: frozenset[str]


@cache
def known_names() -> Names:
    """Of all makes and of the standards."""
    makes = all_makes()
    iccid = {name for make in makes for line in make.sim.iccid if (name := name_of(line)) != "+CRSM"}
    return Names(
        iccid=ICCID_NAMES | iccid,
        read=_once(["AT+CMGR", *(make.sms.read for make in makes)]),
        list=_once(["AT+CMGL", *(make.sms.list for make in makes)]),
        read_urcs=frozenset(name for make in makes for name in make.lines.read_urcs),
        prefixed=frozenset(name for make in makes for name in make.lines.prefixed),
    )


def name_of(command: str) -> str:
    """ "AT^SMGR={}" -> "^SMGR"."""
    found = re.match(r"AT([+^*#$%&!_]?[A-Z][A-Z0-9]*)", command)
    return found[1] if found is not None else ""


def is_urc(line: str) -> bool:
    """Whether a line is known chatter of some make, whatever was asked."""
    prefixes, lines = _urcs()
    text = line.strip()
    return text.partition(":")[0].rstrip() in prefixes or text in lines


def is_start(line: str) -> bool:
    """Whether a line says that the modem has just started."""
    return _starts().fullmatch(line.strip()) is not None


def is_sim_news(line: str) -> bool:
    """Whether a line says that a SIM was pulled, put in or locked: +CPIN (27.007 8.3), and the makes' own."""
    return line.startswith(_sim_news())


def is_storage_full(line: str) -> bool:
    """Whether a line says by itself that the storage for messages is full."""
    return _full().match(line) is not None


# --- helpers


def _once(commands: list[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name_of(command) for command in commands if command is not None))


@cache
def _urcs() -> tuple[frozenset[str], frozenset[str]]:
    makes = all_makes()
    return (
        frozenset(prefix for make in makes for prefix in make.lines.urc_prefixes),
        frozenset(line for make in makes for line in make.lines.urc_lines),
    )


@cache
def _sim_news() -> tuple[str, ...]:
    return tuple(start for make in all_makes() for start in make.sim.news)


@cache
def _starts() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{text})" for make in all_makes() for text in make.lines.started))


@cache
def _full() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{text})" for make in all_makes() for text in make.sms.full), re.IGNORECASE)
