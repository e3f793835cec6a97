"""The makers' commands that choose the radio access technologies (RATs) a modem may use, and its service domain.

What they set is kept in NVRAM: it outlives restarts and power cuts. A value that a modem does not know is refused; one
that means "as it was" leaves that field alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modemd.simulator.command import Command, RefusedByModemError
from modemd.simulator.scenario import Rat

if TYPE_CHECKING:
    from modemd.simulator.port import AtPort

Kept = Mapping[str, str]
Modes = Mapping[str, tuple[Rat, ...]]  # () = all that the modem can


@dataclass(frozen=True, slots=True, kw_only=True)
class RatCommand:
    """One maker's way. `defaults`: the settings it keeps, with their values of a fresh modem."""

    names: tuple[str, ...]
    defaults: Kept
    run: Callable[[AtPort, Command], list[bytes]]
    allows: Callable[[Kept], tuple[Rat, ...]]
    packet_only: Callable[[Kept], bool] = lambda _kept: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How such a command is written. `fields`: a pattern for each parameter, `least` of them must be given, an empty
    one stays as it was; the first is the mode, with leading zeros to `width` in what is kept. `shown`: what the read
    form says behind the name, `offered`: the lines of the test form."""

    fields: tuple[str, ...] = (r"\d+",)
    least: int = 1
    width: int = 0
    shown: Callable[[str], str] = lambda kept: kept
    offered: Sequence[str] | None = None


def single(
    name: str,
    modes: Modes,
    default: str,
    form: Form = Form(),
    *,
    needs_radio_off: bool = False,
    packet_only: Callable[[Kept], bool] = lambda _kept: False,
) -> RatCommand:
    """A command whose first field is the mode."""
    key = name[1:]

    def run(port: AtPort, command: Command) -> list[bytes]:
        kept = port.settings[key]
        match command.form:
            case "read":
                return _lines(f"{name}: {form.shown(kept)}")
            case "test":
                return _lines(*(form.offered or (f"{name}: ({','.join(modes)})",)))
            case "run":
                raise RefusedByModemError
        given = [item.decode("latin-1") for item in command.arguments]
        if not form.least <= len(given) <= len(form.fields):
            raise RefusedByModemError("CME 50")
        new = kept.split(",")
        new += [""] * (len(given) - len(new))
        for number, value in enumerate(given):
            if value and re.fullmatch(form.fields[number], value) is None:
                raise RefusedByModemError("CME 50")
            new[number] = value or new[number]
        mode = _bare(new[0])
        if mode not in modes:
            raise RefusedByModemError("CME 50")
        new[0] = mode.zfill(form.width)
        if needs_radio_off and port.modem.registration != "idle":
            raise RefusedByModemError("CME 3")
        _write(port, key, ",".join(new))
        return []

    return RatCommand(
        names=(name,),
        defaults={key: default},
        run=run,
        allows=lambda kept: modes[_bare(kept[key].split(",")[0])],
        packet_only=packet_only,
    )


# --- Huawei ---------------------------------------------------------------------------------------------------------

_ORDER: Modes = {"01": ("GSM",), "02": ("UMTS",), "03": ("LTE",)}
_UNCHANGED_BAND = "40000000"
_HEX = "[0-9A-Fa-f]{1,16}"


def _syscfgex(port: AtPort, command: Command) -> list[bytes]:
    """AT^SYSCFGEX=order,band,roaming,domain,LTE band,,: "00" = any order, "99", 40000000, 2 and 4 = as it was."""
    old = port.settings["SYSCFGEX"].split(",")
    match command.form:
        case "read":
            return _lines(f"^SYSCFGEX:{','.join(old)}")
        case "test":
            return _lines(
                '^SYSCFGEX: ("00","01","02","03","99"),((2000000680380,"GSM900/GSM1800/WCDMA900/WCDMA2100"),'
                '(3fffffff,"All bands")),(0-2),(0-4),((800c5,"LTE2100/LTE1800/LTE2600/LTE900/LTE800"),'
                '(7fffffffffffffff,"All bands"))'
            )
        case "run":
            raise RefusedByModemError
    given = [item.decode("latin-1") for item in command.arguments]
    if not 5 <= len(given) <= 7:
        raise RefusedByModemError("CME 50")
    order, band, roaming, domain, lte_band = given[:5]
    parts = [order[start : start + 2] for start in range(0, len(order), 2)]
    known = order in ("00", "99") or (parts != [] and len(set(parts)) == len(parts) and set(parts) <= set(_ORDER))
    digits = re.fullmatch(_HEX, band) and re.fullmatch(_HEX, lte_band)
    if not (known and digits and roaming in ("0", "1", "2", "3") and domain in ("0", "1", "2", "3", "4")):
        raise RefusedByModemError("CME 50")
    new = [
        old[0] if order == "99" else f'"{order}"',
        old[1] if band == _UNCHANGED_BAND else band.upper(),
        old[2] if roaming == "2" else roaming,
        old[3] if domain == "4" else domain,
        old[4] if lte_band == _UNCHANGED_BAND else lte_band.upper(),
    ]
    _write(port, "SYSCFGEX", ",".join(new))
    return []


def _syscfgex_allows(kept: Kept) -> tuple[Rat, ...]:
    order = kept["SYSCFGEX"].split(",")[0].strip('"')
    parts = [order[start : start + 2] for start in range(0, len(order), 2)]
    return tuple(rat for part in parts for rat in _ORDER.get(part, ()))


_OLD_MODES: Modes = {"2": (), "13": ("GSM",), "14": ("UMTS",)}
_OLD_UNCHANGED = ("16", "3", _UNCHANGED_BAND, "2", "4")


def _syscfg(port: AtPort, command: Command) -> list[bytes]:
    """AT^SYSCFG=mode,order,band,roaming,domain of sticks without LTE: 16, 3, 40000000, 2 and 4 = as it was."""
    old = port.settings["SYSCFG"].split(",")
    match command.form:
        case "read":
            return _lines(f"^SYSCFG:{','.join(old)}")
        case "test":
            return _lines(
                '^SYSCFG:(2,13,14,16),(0-3),((400380,"GSM900/GSM1800/WCDMA2100"),(3fffffff,"All bands")),(0-2),(0-4)'
            )
        case "run":
            raise RefusedByModemError
    given = [item.decode("latin-1") for item in command.arguments]
    patterns = ("2|13|14|16", "[0-3]", _HEX, "[0-2]", "[0-4]")
    if len(given) != 5 or not all(map(re.fullmatch, patterns, given)):
        raise RefusedByModemError("CME 50")
    pairs = zip(given, old, _OLD_UNCHANGED, strict=True)
    _write(port, "SYSCFG", ",".join(before if new == unchanged else new.upper() for new, before, unchanged in pairs))
    return []


# --- Quectel --------------------------------------------------------------------------------------------------------

_SCAN: Modes = {"0": (), "1": ("GSM",), "2": ("UMTS",), "3": ("LTE",), "5": ("LTE", "UMTS")}
_5G_WORDS: Mapping[str, Rat] = {"NR5G": "NR", "LTE": "LTE", "WCDMA": "UMTS"}


def _qcfg(port: AtPort, command: Command) -> list[bytes]:
    """AT+QCFG="nwscanmode",mode,effect and AT+QCFG="servicedomain",domain,effect; effect 0 = at the next start."""
    has_scan = "NWSCANMODE" in port.modem.nvram
    if command.form == "test":
        scan = [f'+QCFG: "nwscanmode",({",".join(_SCAN)}),(0,1)'] if has_scan else []
        return _lines(*scan, '+QCFG: "servicedomain",(0-2),(0,1)')
    name = command.argument(0).lower()
    if command.form != "set" or name not in (("nwscanmode", "servicedomain") if has_scan else ("servicedomain",)):
        raise RefusedByModemError
    if len(command.arguments) == 1:
        return _lines(f'+QCFG: "{name}",{port.settings[name.upper()]}')
    value, effect = command.argument(1), command.argument(2, "1")
    known = value in _SCAN if name == "nwscanmode" else value in ("0", "1", "2")
    if not known or effect not in ("0", "1"):
        raise RefusedByModemError("CME 50")
    _write(port, name.upper(), value, at_once=effect == "1")
    return []


def _qnwprefcfg(port: AtPort, command: Command) -> list[bytes]:
    """AT+QNWPREFCFG="mode_pref",AUTO or words joined by colons."""
    if command.name == "+QCFG":
        return _qcfg(port, command)
    if command.form == "test":
        return _lines('+QNWPREFCFG: "mode_pref",(AUTO,WCDMA,LTE,NR5G)')
    if command.form != "set" or command.argument(0).lower() != "mode_pref":
        raise RefusedByModemError
    if len(command.arguments) == 1:
        return _lines(f'+QNWPREFCFG: "mode_pref",{port.settings["MODE_PREF"]}')
    words = command.argument(1).upper()
    if words != "AUTO" and not all(word in _5G_WORDS for word in words.split(":")):
        raise RefusedByModemError
    _write(port, "MODE_PREF", words)
    return []


# --- the rows -------------------------------------------------------------------------------------------------------


def _data_alone(kept: Kept) -> bool:
    return kept.get("SERVICEDOMAIN") == "1"


def _cemode_data_alone(kept: Kept) -> bool:
    return kept.get("CEMODE") in ("0", "3")  # 27.007 10.1.28: PS mode 2 and PS mode 1


SYSCFGEX = RatCommand(
    names=("^SYSCFGEX",),
    defaults={"SYSCFGEX": '"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF'},
    run=_syscfgex,
    allows=_syscfgex_allows,
    packet_only=lambda kept: kept["SYSCFGEX"].split(",")[3] == "1",
)
SYSCFG = RatCommand(
    names=("^SYSCFG",),
    defaults={"SYSCFG": "2,0,3FFFFFFF,1,2"},
    run=_syscfg,
    allows=lambda kept: _OLD_MODES[kept["SYSCFG"].split(",")[0]],
    packet_only=lambda kept: kept["SYSCFG"].split(",")[4] == "1",
)
QCFG = RatCommand(
    names=("+QCFG",),
    defaults={"NWSCANMODE": "0", "SERVICEDOMAIN": "2"},
    run=_qcfg,
    allows=lambda kept: _SCAN[kept["NWSCANMODE"]],
    packet_only=_data_alone,
)
QNWPREFCFG = RatCommand(
    names=("+QNWPREFCFG", "+QCFG"),
    defaults={"MODE_PREF": "AUTO", "SERVICEDOMAIN": "2"},
    run=_qnwprefcfg,
    allows=lambda kept: tuple(_5G_WORDS[word] for word in kept["MODE_PREF"].split(":") if word in _5G_WORDS),
    packet_only=_data_alone,
)
CNMP = single(
    "+CNMP",
    {
        "2": (),
        "13": ("GSM",),
        "14": ("UMTS",),
        "19": ("UMTS", "GSM"),
        "38": ("LTE",),
        "39": ("LTE", "UMTS", "GSM"),
        "51": ("LTE", "GSM"),
        "54": ("LTE", "UMTS"),
    },
    "2",
    packet_only=_cemode_data_alone,
)
ZSNT = single(
    "+ZSNT",
    {"0": (), "1": ("GSM",), "2": ("UMTS",), "6": ("LTE",)},
    "0,0,0",
    Form(
        offered=("+ZSNT: (0,1,2,6),(0,1),(0-2)",),
        fields=(r"\d", "[01]", "[0-2]"),
        least=3,
    ),
)
_SELRAT_NAMES = {
    "0": "Automatic",
    "1": "UMTS 3G Only",
    "2": "GSM 2G Only",
    "5": "GSM and UMTS Only",
    "6": "LTE Only",
    "7": "GSM, UMTS, LTE",
}
SELRAT = single(
    "!SELRAT",
    {"0": (), "1": ("UMTS",), "2": ("GSM",), "5": ("UMTS", "GSM"), "6": ("LTE",), "7": ("LTE", "UMTS", "GSM")},
    "00",
    Form(
        shown=lambda value: f"{value}, {_SELRAT_NAMES[value.lstrip('0') or '0']}",
        offered=("!SELRAT: Index, Name", *(f"{index.zfill(2)}, {name}" for index, name in _SELRAT_NAMES.items())),
        width=2,
    ),
)
WS46 = single(
    "+WS46",
    {
        "12": ("GSM",),
        "22": ("UMTS",),
        "25": (),
        "28": ("LTE",),
        "29": ("UMTS", "GSM"),
        "30": ("LTE", "GSM"),
        "31": ("LTE", "UMTS"),
    },
    "25",
    packet_only=_cemode_data_alone,
)
URAT = single(
    "+URAT",
    {
        "0": ("GSM",),
        "1": ("UMTS", "GSM"),
        "2": ("UMTS",),
        "3": ("LTE",),
        "4": (),
        "5": ("LTE", "GSM"),
        "6": ("LTE", "UMTS"),
    },
    "4,3",
    Form(
        offered=("+URAT: (0-6),(0,2,3)",),
        fields=(r"\d", "[023]"),
    ),
    needs_radio_off=True,
)
GTACT = single(
    "+GTACT",
    {"0": ("GSM",), "1": ("UMTS",), "2": ("LTE",), "4": ("LTE", "UMTS"), "10": ()},
    "10,3,2,1,8,101,103,107,120",
    Form(
        offered=("+GTACT: (0,1,2,4,10),(2,3),(2,3),(1,8),(101,103,107,120)",),
        fields=(r"\d{1,2}", "[23]", "[23]", *([r"\d{1,3}"] * 16)),
    ),
)
ERAT = single(
    "+ERAT",
    {"0": ("GSM",), "1": ("UMTS",), "2": ("UMTS", "GSM"), "3": ("LTE",), "6": ()},
    "6,0",
    Form(
        shown=lambda value: f"7,1,{value}",
        offered=("+ERAT: (0-3,6),(0-2)",),
        fields=(r"\d", "[0-2]"),
    ),
)
SXRAT = single(
    "^SXRAT",
    {
        "0": ("GSM",),
        "1": ("UMTS", "GSM"),
        "2": ("UMTS",),
        "3": ("LTE",),
        "4": ("LTE", "UMTS"),
        "5": ("LTE", "GSM"),
        "6": (),
    },
    "6,3",
    Form(
        offered=("^SXRAT: (0-6),(0,2,3)",),
        fields=(r"\d", "[023]"),
    ),
)


def _write(port: AtPort, key: str, value: str, *, at_once: bool = True) -> None:
    """Into the NVRAM, as `rat_switch` says: firmware exists that answers OK and writes nothing."""
    modem = port.modem
    match modem.scenario.rat_switch:
        case "refused":
            raise RefusedByModemError("CME 50")
        case "works":
            modem.nvram[key] = value
            if at_once:
                modem.rats_changed()
        case _:
            pass


def _bare(mode: str) -> str:
    return mode.lstrip("0") or "0"


def _lines(*lines: str) -> list[bytes]:
    return [line.encode("latin-1", "replace") for line in lines]
