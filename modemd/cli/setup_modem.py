"""The questions of `modemd setup` about the modem, its SIM and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from modemd.cli.setup_dialog import Dialog
from modemd.cli.setup_plan import STANDARD, WHERE
from modemd.cli.setup_probe import Consent, Probed
from modemd.cli.terminal import _, money, one_line, quoted
from modemd.daemon import fields
from modemd.daemon.config_edit import Value
from modemd.daemon.fields import BadValueError, suggestion
from modemd.money.limits import CRITICAL_SHARE, proposed
from modemd.money.operators import Packs

if TYPE_CHECKING:
    from modemd.backends.at.ports.survey import PortCandidate
    from modemd.money.pack import Pack, Query

Table = Mapping[str, Any]


class MachineView(Protocol):
    """What is known of this machine, and the one question to the operator."""

    def ports(self) -> list[PortCandidate]: ...
    def device(self, setting: str) -> str | None:
        """The device that a `port` (with "usb:" and "imei:") means now; None where it is not there."""

    def probe(self, table: Table, consent: Consent) -> Probed:
        """The modem of this table; what it says while it does so is for people."""


def which_modem(dialog: Dialog, tables: Sequence[Table]) -> tuple[int | None, str]:
    """Index and name of the [[modem]] table to change; None for a new one."""
    names = [str(table.get("name", "")) for table in tables]
    if len(tables) == 1 and dialog.given("modem") is None:
        return 0, names[0]
    if len(tables) > 1 and dialog.given("modem") is None:
        dialog.note(_("Configured: {names}. Another name adds a modem.").format(names=", ".join(map(one_line, names))))
    name = dialog.ask("modem", _("Name of the modem"), default=names[0] if names else "home", check=fields.name)
    return (names.index(name), name) if name in names else (None, name)


def where(dialog: Dialog, machine: MachineView, table: Table, others: Sequence[Table]) -> tuple[str, str]:
    """The key (port, usb or imei) and value that say where the modem is. `others`: the tables of the other modems,
    whose ports are not proposed."""
    now = setting(table)
    taken = {machine.device(at) for other in others if (at := setting(other)) is not None}
    found = [one for one in machine.ports() if one.path not in taken or one.path is None]
    choices = _choices(found)
    if not dialog.given("port"):
        _show(dialog, found, choices)

    def check(answer: str) -> tuple[str, str]:
        if answer.isdecimal() and 0 < int(answer) <= len(choices):
            answer = list(choices)[int(answer) - 1]
        key, value = place(answer)
        if key == "port" and value.startswith("/") and machine.device(value) is None and value != now:
            missing = _("nothing is plugged in there; `modemd ports` shows what is")
            if dialog.asks and dialog.given("port") is None:
                raise BadValueError(missing)
            dialog.note(f"{value}: {missing}")
        return key, value

    proposal = _proposal(table, machine, choices, moves=dialog.asks)
    if proposal is None and not others:
        proposal = "auto"  # of several modems nobody knows which one that would be
    return dialog.ask("port", _("Where the modem is"), default=proposal, check=check)


def place(answer: str) -> tuple[str, str]:
    """ "usb:2c7c:0125" -> ("usb", "2c7c:0125"). Raises BadValueError."""
    kind, colon, value = answer.partition(":")
    if colon and kind.lower() in ("usb", "imei"):
        key = kind.lower()
        fields.MODEM_KEYS[key](value)
        return key, value
    if not answer.isprintable():
        raise BadValueError(_("type it without arrow and function keys"))
    return "port", fields.absolute_port(answer)


def look_at_sim(
    dialog: Dialog, machine: MachineView, table: Table, modem: dict[str, Value], secrets: dict[str, str]
) -> Probed:
    """Finds the operator and asks for the balance, once. Puts what has to be said of the SIM (operator, PIN) into
    `modem`, and a PIN into `secrets` (by the name that its file wants to have)."""
    operator = dialog.ask("operator", "", default=None, check=operator_id) if dialog.given("operator") else None
    if operator is not None:
        modem["operator"] = operator
    if dialog.given("no_ask"):
        return Probed(pack=Packs().get(operator) if operator is not None else None)

    def consent(pack: Pack, query: Query) -> bool:
        if query.confidence in ("high", "medium"):
            return True
        line = _("{code} asks {operator} for the balance; nobody has proved that (confidence: {confidence}).")
        dialog.note(line.format(code=query.code, operator=pack.name, confidence=query.confidence))
        return dialog.yes(_("Dial it once"), default=False)

    probed = machine.probe({**table, **modem}, consent)
    _tell(dialog, probed)
    if probed.state == "sim" and "pin_file" not in table and dialog.asks:
        pin = dialog.secret("pin", _("The SIM's PIN, which the daemon enters once (Enter: later)"))
        if pin is not None and not (pin.isdecimal() and 4 <= len(pin) <= 8):
            dialog.note(_("A PIN has 4 to 8 digits: it is left out."))
        elif pin is not None:
            secrets["pin_file"] = pin
    if probed.pack is None and probed.state == "ready" and operator is None and dialog.asks:
        question = _("The operator's pack (`modemd operators list`; Enter: leave it open)")
        named = dialog.ask("operator", question, default="-", check=_operator_or_none)
        if named is not None:
            modem["operator"] = named
            probed = machine.probe({**table, **modem}, consent)
            _tell(dialog, probed)
    return probed


def limits(dialog: Dialog, table: Table, probed: Probed) -> dict[str, Value]:
    """`low` and `critical`: the present ones where the owner has chosen them, else what fits the SIM."""
    fitting = proposed(probed.balance, probed.home_currency)
    low, critical = fitting or (STANDARD["low"], STANDARD["critical"])
    if "low" in table or "critical" in table:
        low = _decimal(table.get("low", STANDARD["low"]))
        critical = _decimal(table.get("critical", min(low, STANDARD["critical"])))
    elif fitting is None:
        dialog.note(_("Balance and currency are not known yet: run this again once they are, for limits that fit."))
    unit = f" ({probed.home_currency})" if probed.home_currency else ""
    chosen = dialog.ask("low", _("First alert at or below{unit}").format(unit=unit), default=str(low), check=amount)

    def below(answer: str) -> Decimal:
        value = amount(answer)
        if value > chosen:
            raise BadValueError(_("that is above {low}: write at most that").format(low=chosen))
        return value

    default = min(critical, chosen)
    if dialog.given("low") is not None and critical > chosen > 0:
        default = chosen / CRITICAL_SHARE
    question = _("Second alert at or below{unit}").format(unit=unit)
    second = dialog.ask("critical", question, default=str(default), check=below)
    return {"low": str(chosen), "critical": str(second)}


def amount(answer: str) -> Decimal:
    """As people write it: a comma is a point. Raises BadValueError."""
    try:
        return fields.amount(answer.replace(",", ".") if answer.count(",") == 1 and "." not in answer else answer)
    except BadValueError:
        raise BadValueError(_("write an amount like 50 or 5.20, without a currency")) from None


def operator_id(answer: str) -> str:
    ids = Packs().ids()
    if answer not in ids:
        close = suggestion(answer, ids)
        raise BadValueError(_("no operator pack has this id; `modemd operators list` shows them") + close)
    return answer


def setting(table: Table) -> str | None:
    """What says where the modem of a table is, as `resolve` takes it."""
    key = next((key for key in WHERE if isinstance(table.get(key), str)), None)
    return None if key is None else str(table[key]) if key == "port" else f"{key}:{table[key]}"


# --- helpers


def _operator_or_none(answer: str) -> str | None:
    return None if answer == "-" else operator_id(answer)


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except ArithmeticError:  # its fault is told when the file is checked
        return STANDARD["low"]


def _choices(found: Sequence[PortCandidate]) -> dict[str, PortCandidate]:
    """What to write for each modem that is plugged in, those that are free first. By its USB id where that is the only
    one of its kind: then each of its AT ports may be tried, and no number of a port matters."""
    at = [one for one in found if one.kind in ("at", "ppp", "unknown") and one.path is not None]
    free = [one for one in at if one.take]
    held = [one for one in at if one.holder is not None and _ids(one) not in map(_ids, free)]
    choices: dict[str, PortCandidate] = {}
    for one in [*free, *held]:
        alike = [other for other in at if _ids(other) == _ids(one) and other.interface == one.interface]
        alone = bool(one.vendor and one.product) and len(alike) == 1
        choices.setdefault(f"usb:{_ids(one)}" if alone else one.stable_path or str(one.path), one)
    return choices


def _ids(one: PortCandidate) -> str:
    return f"{one.vendor}:{one.product}"


def _proposal(table: Table, machine: MachineView, choices: Mapping[str, PortCandidate], *, moves: bool) -> str | None:
    """What stands there, where that is plugged in or nothing else is; None where nothing is either. Not so (`moves`: a
    person looks at it) the number of a port, which the next plug may give to another one."""
    now = setting(table)
    if not choices:
        return now
    best = next(iter(choices))
    device = None if now is None else machine.device(now)
    if now is None or device is None:
        return best
    if moves and now.startswith(("/dev/ttyUSB", "/dev/ttyACM")):
        return next((choice for choice, one in choices.items() if machine.device(choice) == device), now)
    return now


def _show(dialog: Dialog, found: Sequence[PortCandidate], choices: Mapping[str, PortCandidate]) -> None:
    """What is plugged in: what may be taken by its number, and what is in the way of it or of the rest."""
    for number, (choice, one) in enumerate(choices.items(), 1):
        kept = _(" (the daemon's {modem})").format(modem=one.modem) if one.modem else ""
        dialog.note(f"  {number}  {one_line(one.name or one.path, 60)}{kept}\n     {choice}")
    lines: dict[str, None] = {}
    for one in found:
        if one.kind in ("nmea", "diag", "board", "missing", "pty"):
            continue
        if one.take or one.holder is not None or not choices:
            subject = one_line(one.path or one.name or _ids(one), 80)
            lines |= dict.fromkeys(f"{subject}: {one_line(text, 600)}" for text in (one.why, one.remedy) if text)
    if not choices:
        dialog.note(_("No modem that modemd could take is plugged in now."))
        if not lines:
            dialog.note(_('Plug it in and run this again, or go on: "auto" finds it when it comes.'))
    for line in lines:
        dialog.note(line)


def _tell(dialog: Dialog, probed: Probed) -> None:
    if probed.pack is not None:
        dialog.note(_("Operator: {name} ({id})").format(name=probed.pack.name, id=probed.pack.id))
    elif probed.operator is not None:
        dialog.note(_("Network: {name}; no operator pack is known for this SIM").format(name=probed.operator))
    if probed.balance is not None:
        dialog.note(_("Balance: {amount}").format(amount=money(probed.balance, probed.currency)))
    elif probed.said is not None:
        dialog.note(quoted(probed.said))
    if probed.trouble is not None:
        dialog.note(probed.trouble)
