"""The folder of makes: every file counts, none contradicts another, and one more file is all that a new make needs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import modemd
from modemd.at import makes
from modemd.at.make import Make, PinCounter
from modemd.at.makes import all_makes, by_name, find_make, find_makes
from modemd.at.standard import STANDARD
from modemd.at.vocabulary import name_of
from modemd.simulator.profiles import FAMILIES

PACKAGE = Path(modemd.__file__).parent
FOLDER = Path(makes.__file__).parent
ALL = [*by_name().items(), ("standard", STANDARD)]
# The fake modem keeps its own facts on purpose; a text of an operator may speak of anybody's brand; compat/ answers
# what scripts of python-gsmmodem-new probe for by name.
ALLOWED = ("at/makes/", "at/standard.py", "simulator/", "money/", "compat/")

every_make = pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in ALL])


def test_every_file_of_the_folder_is_a_make() -> None:
    """The loader finds each file, in the order of the names."""
    files = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    assert list(by_name()) == files
    assert len(files) > 20


@every_make
def test_a_make_knows_something(make: Make) -> None:
    """A record that recognises nothing would never be found."""
    assert make.match is not None or make.usb


def test_no_usb_id_is_claimed_twice() -> None:
    """A vendor id belongs to one make, and a product to one layout."""
    vendors = Counter(usb.id for make in all_makes() for usb in make.usb)
    products = Counter(
        f"{usb.id}:{product}"
        for make in all_makes()
        for usb in make.usb
        for ids in (*usb.products, usb.receivers)
        for product in ids.split()
    )
    assert [key for key, times in (vendors + products).items() if times > 1] == []
    assert [key for key in (vendors + products) if re.fullmatch(r"[0-9a-f]{4}(:[0-9a-f]{4})?", key) is None] == []


@every_make
def test_the_expressions_compile(make: Make) -> None:
    """Whatever is found with an expression has a group that holds it."""
    domains = [row.domain for row in make.rats if row.domain is not None]
    found = [*(row.shown for row in make.rats), *(row.listed for row in make.rats), *(one.shown for one in domains)]
    found += [make.sim.pin.answer] if make.sim.pin is not None else []
    assert [text for text in found if re.compile(text).groups < 1] == []
    narrowed = [make.match or "", *(row.match for row in make.ussd), *(row.match for row in make.rats), *make.sms.full]
    for text in narrowed:
        re.compile(text, re.IGNORECASE)
    assert [text for text in (make.match, *make.sms.full) if text == ""] == []


@every_make
def test_the_commands_are_one_line_each(make: Make) -> None:
    """Every command begins with AT and holds nothing that ends it or begins another (V.250 5.2)."""
    wrong = [line for line in commands_of(make) if re.fullmatch(r"AT[^;\r\n\x1a\x1b]+", line) is None]
    assert wrong == []
    assert [line for line in (make.sms.read, make.sms.list) if line is not None and line.count("{}") != 1] == []


def test_a_saved_rat_setting_leads_to_one_command() -> None:
    """A saved setting is kept under its read command: two rows with the same one agree on how to put it back."""
    rows = [row for make in all_makes() for row in make.rats]
    for row in rows:
        assert {other.restore for other in rows if other.read == row.read} == {row.restore}


@pytest.mark.parametrize("profile", sorted(FAMILIES))
def test_each_modem_of_the_field_is_of_one_make(profile: str) -> None:
    """The names that the fake modems give are those of one make, or of none."""
    family = FAMILIES[profile]  # type: ignore[index]
    make = by_name().get(profile.partition("-")[0])
    assert find_makes(family.manufacturer, family.model) == (() if make is None else (make,))


def test_the_first_name_counts() -> None:
    """Where a name speaks of two makes, the manufacturer's is first; a name without a word that is known is nobody."""
    assert find_make("Telit Cinterion", "LE910R1") is by_name()["telit"]
    assert find_makes("ZTE CORPORATION", "MT6280") == (by_name()["zte"], by_name()["mediatek"])
    assert find_make("Sierra Wireless", "DW5811e") is by_name()["sierra"]
    assert find_make(None, None) is None
    assert find_make("Acme", "X1") is None


MADE_UP = """
from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, SmsCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, UMTS, RatRow, allow

MAKE = Make(
    match=r"acme",
    usb=(UsbVendor(id="ac3e", layout=Layout(at=(7,))),),
    ussd=(UssdQuirk(why="its manual", requests=("packed",)),),
    lines=Lines(urc_prefixes=("$ANOISE",)),
    sim=SimCommands(iccid=("AT$AICCID",), pin=PinCounter("AT$APIN?", r"\\$APIN:\\s*(\\d)"), news=("$ASIM:",)),
    sms=SmsCommands(read="AT$AMGR={}", list="AT$AMGL={}", full=(r"\\$AFULL\\b",)),
    reset="AT$ARESET",
    rats=(
        RatRow(
            why="$ARAT",
            read="AT$ARAT?",
            shown=r"\\$ARAT:\\s*(\\d)$",
            modes={"0": ANY, "1": allow(GSM), "2": allow(UMTS)},
            only={GSM: "1", UMTS: "2"},
            enter=("AT$ARAT={mode}",),
            restore=("AT$ARAT={value}",),
        ),
    ),
)
"""
LOOK_UPS = """
import json, sys
from modemd.at import makes
makes.__path__.append(sys.argv[1])
from modemd.at import pins, rats, resets
from modemd.at.classify import body_follows, classify
from modemd.at.codes import encodings
from modemd.at.makes import by_name, find_quirk
from modemd.at.vocabulary import is_sim_news, is_storage_full
from modemd.backends.at import identity
from modemd.backends.at.ports.portmap import kind_of, makes_modems

asked = []
def command(line):
    asked.append(line)
    return ["$AICCID: 8970101234567890123"]

print(json.dumps({
    "files": sorted(set(by_name()) & {"acme", "huawei"}),
    "requests": [way.method for way in encodings("*100#", te_charset="GSM", vendor=find_quirk("ACME Inc.", "A1"))],
    "rat": rats.rows_for("ACME Inc.", "A1")[0].read,
    "saved": rats.row_of("AT$ARAT? 2")[1],
    "pin": pins.tries_left(pins.counters("ACME Inc.", "A1")[0], ["$APIN: 2"]),
    "reset": [resets.reset_commands("ACME Inc.")[0], resets.blind_reset("ac3e")],
    "port": [kind_of("ac3e", "0001", 7, (255, 0, 0))[0], kind_of("ac3e", "0001", 6, (255, 0, 0))[0]],
    "makes modems": makes_modems("ac3e"),
    "iccid": [identity.read_iccid(command, "ACME Inc."), *asked],
    "iccid line": classify("$AICCID: 8970101234567890123", "AT$AICCID").name,
    "noise": classify("$ANOISE: 5", "AT+CGMM").name,
    "news": is_sim_news("$ASIM: 0"),
    "full": is_storage_full("$AFULL: 1"),
    "body": body_follows(b"$AMGR: 0,,28"),
}))
"""


def test_one_file_is_all_that_a_new_make_needs(tmp_path: Path) -> None:
    """A made-up make, dropped into the folder, is found by every look-up: USSD, RAT, PIN, reset, port, ICCID, lines."""
    (tmp_path / "acme.py").write_text(MADE_UP)
    assert looked_up(tmp_path) == {
        "files": ["acme", "huawei"],
        "requests": ["packed", "plain"],
        "rat": "AT$ARAT?",
        "saved": "2",
        "pin": 2,
        "reset": ["AT$ARESET", "AT$ARESET"],
        "port": ["at", "unknown"],
        "makes modems": True,
        "iccid": ["8970101234567890123", "AT$AICCID"],
        "iccid line": "INFORMATION",
        "noise": "URC",
        "news": True,
        "full": True,
        "body": ["$AMGR", True],
    }


def test_a_file_without_a_record_is_named(tmp_path: Path) -> None:
    """A file that is no make is said by name, so that it is not a make that nobody finds."""
    (tmp_path / "empty.py").write_text('"""Nothing."""\n')
    with pytest.raises(subprocess.CalledProcessError) as raised:
        looked_up(tmp_path)
    assert "modemd.at.makes.empty has no MAKE" in raised.value.stderr


def test_no_other_file_names_a_make() -> None:
    """The strings of the code elsewhere (comments and docstrings may cite a capture) hold no make, no USB vendor id and
    no command or URC of a make's own."""
    words = re.compile(rf"\b(?:{'|'.join(sorted(names_of_makes()))})\b", re.IGNORECASE)
    vendors = {usb.id for make in all_makes() for usb in make.usb}
    own = {name for make in by_name().values() for line in commands_of(make) if (name := name_of(line))}
    own |= {urc for make in by_name().values() for urc in make.lines.urc_prefixes if not urc[0].isalpha()}
    own -= {name_of(line) for line in commands_of(STANDARD)}
    own -= {*STANDARD.lines.prefixed, *STANDARD.lines.urc_prefixes}
    signs = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(own)))})(?![A-Za-z0-9])")
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line}: {text!r}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith(ALLOWED)
        for line, text in texts(path)
        if words.search(text) or text in vendors or signs.search(text.replace("\\", ""))
    ]
    assert wrong == []


# --- helpers


def names_of_makes() -> set[str]:
    """The words of the file names and of what the makes are recognised by; "option" is a word of every command line."""
    matches = " ".join(make.match or "" for make in by_name().values())
    return ({*by_name(), *re.findall(r"[a-z]{4,}", re.sub(r"\\.", " ", matches))} | {"u-?blox"}) - {"option"}


def commands_of(make: Make) -> list[str]:
    """Every command line in a record, with the holes of its form."""
    pins = [make.sim.pin] if isinstance(make.sim.pin, PinCounter) else []
    found: list[str | None] = [*make.sim.iccid, *(counter.command for counter in pins), make.sms.read, make.sms.list]
    found += [make.reset, *(row.mode_read for row in make.ussd)]
    for row in make.rats:
        found += [row.read, row.test, *row.enter, *row.restore, *(row.domain.read if row.domain is not None else ())]
    return [line for line in found if line is not None]


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a file that are no docstrings, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said:
            value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
            if isinstance(value, str):
                yield node.lineno, value


def looked_up(folder: Path) -> dict[str, Any]:
    """What the look-ups say in a process of its own, where `folder` is part of the package."""
    run = subprocess.run(
        [sys.executable, "-c", LOOK_UPS, str(folder)], capture_output=True, text=True, check=True, timeout=60
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found
