"""Scenario files (TOML) to Scenario, all faults of a file at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from modemd.errors import Problem, ScenarioError
from modemd.files import parse_toml, read_text, reason
from modemd.simulator import codec
from modemd.simulator.loading_sms import service, sms, sms_settings
from modemd.simulator.loading_usb import usb_device, usb_ids
from modemd.simulator.scenario import (
    ACTS,
    CHARSETS,
    MAD_UNTIL,
    NO_DCS,
    NO_USSD,
    PORT_ROLES,
    PROFILES,
    RAT_SWITCHES,
    RATS,
    REGISTRATIONS,
    SIM_STATES,
    URC_PORTS,
    Balance,
    Noise,
    PortRole,
    Reply,
    Scenario,
    ScenarioEvent,
    SimChange,
    Ussd,
)
from modemd.simulator.settings import rat_setting_fault
from modemd.simulator.table import Table

BUILT_IN = Path(__file__).with_name("scenarios")


def find(name: str | Path) -> Path:
    """The file of that path, else the shipped scenario of that name ("mts-falling").

    Raises ScenarioError naming the shipped ones."""
    path = Path(name)
    if path.exists():
        return path
    shipped = BUILT_IN / f"{name}.toml" if not str(name).endswith(".toml") else BUILT_IN / path.name
    if shipped.exists() and path.parent == Path():
        return shipped
    names = ", ".join(sorted(item.stem for item in BUILT_IN.glob("*.toml")))
    raise ScenarioError(f"{name}: no such file; name a scenario or capture file, or one that is shipped: {names}")


def load(path: Path) -> Scenario:
    """Reads a scenario file. Raises ScenarioError, a line for each fault, with file, key, value and cure."""
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as fault:
        why = reason(fault)
        raise ScenarioError(f"{path}: cannot be read ({why}); name a text file in UTF-8 that you may read") from fault
    return parse(text, file=str(path))


def parse(text: str, *, file: str = "scenario") -> Scenario:
    """Reads the text of a scenario file. Raises ScenarioError as load() does."""
    try:
        data = parse_toml(text)
    except tomllib.TOMLDecodeError as fault:
        raise ScenarioError(f"{file}: is no TOML: {fault}; correct that place") from fault
    return from_dict(data, file=file)


def from_dict(data: Mapping[str, object], *, file: str = "scenario") -> Scenario:
    """A scenario from the tables of its file. Raises ScenarioError as load() does."""
    problems: list[Problem] = []
    scenario = _scenario(Table(data, file=file, where="", problems=problems), file)
    if problems:
        raise ScenarioError("\n".join(str(problem) for problem in problems))
    return scenario


def _scenario(top: Table, file: str) -> Scenario:
    modem = top.table("modem")
    given: dict[str, object] = {
        "name": Path(file).stem,
        "profile": modem.choice("profile", PROFILES),
        "echo": modem.flag("echo", True),
        "latency_s": modem.duration("latency"),
        "chunk": modem.sizes("chunk"),
        "gap_s": modem.duration("gap"),
        "charset": modem.choice("charset", CHARSETS),
        "charsets": modem.choices("charsets", CHARSETS),
        "accepts": modem.choices("accepts", codec.REQUEST_FORMS),
        "wrong_encoding": _one_reply(modem, "wrong_encoding"),
        "unknown_code": _one_reply(modem, "unknown_code"),
        "cancel": _one_reply(modem, "cancel"),
        "needs_dcs": modem.flag("needs_dcs", False),
        "sim": modem.choice("sim", SIM_STATES),
        "pin_tries": modem.integer("pin_tries", low=0, high=10),
        "puk_tries": modem.integer("puk_tries", low=0, high=10),
        "busy_s": modem.duration("busy"),
        **sms_settings(modem, top),
        "registration": modem.choice("registration", REGISTRATIONS),
        "rat": modem.choice("rat", RATS),
        "rats": modem.choices("rats", RATS),
        "ussd_on": modem.choices("ussd_on", RATS),
        "csq": modem.integer("csq", low=0, high=99),
        "rat_switch": modem.choice("rat_switch", RAT_SWITCHES),
        "rat_switch_s": modem.duration("rat_switch_time"),
        "register_s": modem.duration("register_time"),
        "restart_s": modem.duration("restart_time"),
        "no_ussd": modem.choice("no_ussd", NO_USSD),
        "no_ussd_after_s": modem.duration("no_ussd_after"),
        "csfb_s": modem.duration("csfb"),
        "ports": _ports(modem),
        "urc_port": modem.choice("urc_port", URC_PORTS),
        "usb_ids": usb_ids(modem, "usb"),
        "usb_serial": modem.text("usb_serial"),
        "net": modem.flag("net", False),
        "usb_devices": tuple(usb_device(table) for table in top.tables("usb")),
        "settings": MappingProxyType(top.strings("settings")),
        "refuse": MappingProxyType({key.upper(): value for key, value in top.strings("refuse").items()}),
        "answer": MappingProxyType(_answers(top.table("answer"))),
        "sms_stored": tuple(sms(table) for table in top.tables("sms", shorthand="text")),
        "sms_services": tuple(service(table) for table in top.tables("sms_service")),
        "ussd": tuple(_ussd(table) for table in top.tables("ussd")),
        "balance": tuple(_balance(table) for table in top.tables("balance")),
        "noise": tuple(_noise(table) for table in top.tables("noise")),
        "events": tuple(_event(table) for table in top.tables("event")),
    }
    for key in ("manufacturer", "model", "firmware", "pin", "puk", "spn", "number", "operator", "unknown_command"):
        given[key] = modem.text(key)
    for key in ("imei", "iccid", "imsi", "plmn"):
        given[key] = _digits(modem, key)
    modem.close()
    top.close()
    scenario = Scenario(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    fault = rat_setting_fault(scenario)
    if fault is not None:
        top.wrong(
            "settings", f"{fault} has a value that a {scenario.profile} modem does not take; write it as read there"
        )
    return scenario


def _ports(modem: Table) -> tuple[PortRole, ...] | None:
    ports = modem.choices("ports", PORT_ROLES)
    if ports is not None and (len(set(ports)) != len(ports) or "at" not in ports):
        modem.wrong("ports", 'name each port once, and "at" among them: ports = ["diag", "nmea", "at", "at2", "ppp"]')
        return None
    return ports


def _digits(table: Table, key: str) -> str | None:
    value = table.text(key)
    if value is None or (value.isascii() and value.isdigit()):
        return value
    table.wrong(key, "write digits alone, in quotes")
    return None


def _answers(table: Table) -> dict[str, tuple[bytes, ...]]:
    """Whole answers of commands, final result code included."""
    return {key.upper(): table.octet_lines(key) for key in table.keys()}  # noqa: SIM118


def _one_reply(table: Table, key: str) -> Reply | None:
    found = table.tables(key, shorthand="text")
    if len(found) > 1:
        table.wrong(key, "write one reply, not a list")
    return _reply(found[0]) if found else None


def _reply(table: Table) -> Reply:
    menu = table.table("menu")
    turns = {choice: reply for choice in menu.keys() if (reply := _one_reply(menu, choice))}  # noqa: SIM118
    given: dict[str, object] = {
        "text": table.text("text"),
        "encoding": table.choice("encoding", codec.ENCODINGS),
        "raw": table.octets("raw"),
        "line": table.octets("line"),
        "m": table.integer("m", low=0, high=99),
        "dcs": NO_DCS if table.text_if("dcs", "none") else table.integer("dcs", low=0, high=255),
        "quotes": table.flag("quotes", True),
        "space": table.text("space"),
        "error": table.text("error"),
        "ok": table.flag("ok", True),
        "silent": table.flag("silent", False),
        "ok_after_s": table.duration("ok_after"),
        "after_s": table.duration("after"),
        "cusd_first": table.flag("first", False),
        "dropped_by_cancel": table.flag("dropped_by_cancel", False),
        "menu": MappingProxyType(turns),
        "then": tuple(_reply(further) for further in table.tables("then", shorthand="text")),
        "sms": tuple(sms(message) for message in table.tables("sms", shorthand="text")),
    }
    carried = [key for key in ("text", "raw", "line") if given[key] is not None]
    if len(carried) > 1:
        table.wrong(carried[1], f"stands beside {carried[0]!r}; keep one of text, raw and line")
    if given["m"] is None and turns:
        given["m"] = 1
    reply = Reply(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    if reply.text is not None:
        _try_encoding(table, reply)
    table.close()
    return reply


def _try_encoding(table: Table, reply: Reply) -> None:
    """A text that cannot be encoded is the file's fault and shows now, not when somebody dials."""
    try:
        codec.encode(reply.text or "", reply.encoding)
    except ValueError as fault:
        table.wrong("text", str(fault))


def _ussd(table: Table) -> Ussd:
    code = table.text("code")
    replies = tuple(_reply(reply) for reply in table.tables("replies", shorthand="text"))
    if not code:
        table.wrong("code", 'is missing; write the code that is dialled: code = "*100#"')
    if not replies:
        table.wrong("replies", 'is missing; write at least one: replies = ["Balance 5"]')
    table.close()
    return Ussd(code=code or "", replies=replies or (Reply(),))


def _balance(table: Table) -> Balance:
    code, template = table.text("code"), table.text("template")
    if not code:
        table.wrong("code", 'is missing; write the code that is dialled: code = "*100#"')
    if template is None or "{balance}" not in template:
        table.wrong("template", 'write the text with the place of the amount: template = "Balance: {balance}"')
    amounts, start = table.decimals("amounts"), table.decimal("start")
    if not amounts and start is None:
        table.wrong("start", 'write the first amount: start = "180.50", or amounts = [...]')
    given: dict[str, object] = {
        "code": code or "",
        "template": template or "",
        "amounts": amounts,
        "start": start,
        "step": table.decimal("step"),
        "floor": table.decimal("floor"),
        "point": table.choice("point", (".", ",")),
        "reply": _reply(table.rest("code", "template", "amounts", "start", "step", "floor", "point")),
    }
    balance = Balance(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    try:
        codec.encode(balance.text(0), balance.reply.encoding)
    except ValueError as fault:
        table.wrong("template", str(fault))
    return balance


def _noise(table: Table) -> Noise:
    noise = Noise(
        lines=table.octet_lines("line"), every_s=table.duration("every"), between=table.flag("between", False)
    )
    if not noise.lines:
        table.wrong("line", 'is missing; write the line, or a list: line = "^RSSI:19"')
    if (noise.every_s is None) != noise.between:
        table.wrong("every", 'write either every = "2s" or between = true')
    if noise.every_s is not None and noise.every_s < 0.01:  # faster is a busy loop, not a modem
        table.wrong("every", 'is too short; write "10ms" or more')
    table.close()
    return noise


def _sim_change(table: Table) -> SimChange | None:
    state, iccid, imsi = table.choice("sim", SIM_STATES), _digits(table, "iccid"), _digits(table, "imsi")
    spn = table.text("spn")
    return None if state is None else SimChange(state=state, iccid=iccid, imsi=imsi, spn=spn)


def _event(table: Table) -> ScenarioEvent:
    do = table.choice("do", ACTS)
    if do is None and "do" not in table:
        table.wrong("do", f"is missing; write one of {', '.join(ACTS)}")
    given: dict[str, object] = {
        "do": do or "line",
        "at_s": table.duration("at"),
        "after_queries": table.integer("after_queries", low=1, high=10_000),
        "on_command": table.text("on_command"),
        "after_s": table.duration("after"),
        "for_s": table.duration("for"),
        "line": table.octets("line"),
        "reply": _one_reply(table, "reply"),
        "sms": sms(found[0]) if (found := table.tables("sms", shorthand="text")) else None,
        "registration": table.choice("registration", REGISTRATIONS),
        "sim": _sim_change(table),
        "times": table.integer("times", low=1, high=100),
        "every_s": table.duration("every"),
        "mad_until": table.choice("mad_until", MAD_UNTIL),
    }
    if sum(given[key] is not None for key in ("at_s", "after_queries", "on_command")) != 1:
        table.wrong("at", 'say when, in one way: at = "10s", after_queries = 3, or on_command = "AT+CMGL"')
    needs = {"line": "line", "ussd": "reply", "sms": "sms", "registration": "registration", "sim": "sim"}.get(do or "")
    if needs and given[needs] is None and needs not in table:
        table.wrong(needs, f"is missing; do = {do!r} needs it")
    table.close()
    return ScenarioEvent(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
