"""What `modemd setup` learns of a SIM: its operator, and its balance, which is asked for once and only where that is
free. By the daemon that has the modem; without one, by a daemon of its own for as long as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal

from modemd.cli.private_daemon import OWN_PLACES, PrivateDaemon, PrivateDaemonError
from modemd.cli.terminal import _, one_line, why
from modemd.cli.waiting import waiting, waiting_for
from modemd.daemon.config_edit import literal
from modemd.daemon.control import Client
from modemd.errors import ConfigError, ModemdError
from modemd.frozen import dataclass
from modemd.modem.code_order import is_safe
from modemd.money.operators import Packs
from modemd.money.pack import Pack, Query

SETTLE_S = 40.0  # opening, identifying and registering; a stick that was plugged in just now needs most of it
# What of the modem's own table says how to reach it. Not its code, which may cost, and not its PIN: a refused one is
# remembered by the daemon alone.
REACHED_BY = (
    "name",
    "port",
    "usb",
    "imei",
    "backend",
    "baud",
    "flow_control",
    "operator",
    "ussd_encoding",
    "ussd_decoder",
)

Proof = Literal["free", "unproved", "paid"]
Consent = Callable[[Pack, Query], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """`state` as `modemd status` has it, None where nothing was asked; `trouble`: a line on what is in the way, or on
    why there is no balance. `pack` None: the operator is not known, `operator` is then the network's own name."""

    state: str | None = None
    trouble: str | None = None
    operator: str | None = None
    pack: Pack | None = None
    balance: Decimal | None = None
    currency: str | None = None
    said: str | None = None  # the operator's words

    @property
    def home_currency(self) -> str | None:
        return self.currency or (None if self.pack is None else self.pack.currency)


def by_own_daemon(table: Mapping[str, Any], consent: Consent) -> Probed:
    """Opens the modem of this [[modem]] table, which nobody else has. `consent`: whether this question may be asked,
    called with a question that is not paid for. Never raises a ModemdError."""
    own = {key: table[key] for key in REACHED_BY if key in table}
    lines = [f"{key} = {literal(value)}" for key, value in own.items()]
    config = "\n".join(("", "[[modem]]", *lines, 'every = "off"', 'spend = "off"', ""))
    try:
        with PrivateDaemon("setup", environ=("MODEMD_SYSROOT",)) as daemon:
            with waiting_for(_("opening the modem")):
                daemon.start_daemon(OWN_PLACES.format(folder=daemon.folder) + config)
                status: Mapping[str, Any] = {}
                for status in daemon.states(SETTLE_S):
                    if status["state"] not in ("starting", "busy", "quarantine", "offline"):
                        break
            with daemon.client() as client:
                return _asked(client, status, consent)
    except PrivateDaemonError as error:
        return Probed(trouble=error.message)
    except ModemdError as error:
        return Probed(trouble=one_line(error.message, 400))


def by_daemon(socket: str | None, name: str, code: str | None, consent: Consent) -> Probed:
    """Asks the daemon that has the modem. `code`: the one that its owner configured, which the daemon dials."""
    try:
        with Client.connect(socket) as client:
            modems = client.request("status")["modems"]
            status = next((modem for modem in modems if modem.get("modem") == name), None)
            if status is None:
                return Probed(trouble=_("the daemon knows no modem {name}").format(name=name))
            return _asked(client, status, consent, code=code)
    except ModemdError as error:
        return Probed(trouble=one_line(error.message, 400))


def first_query(pack: Pack, code: str | None = None) -> tuple[Query, Proof] | None:
    """What a person's query dials first (modem/code_order.py), and what is known of its price; None where there is
    nothing to dial."""
    own = [query for query in pack.queries if query.kind == "ussd" and query.code]
    found = next((query for query in own if code in (None, query.code)), None)
    if found is None:
        return None
    return found, "paid" if found.cost else "free" if is_safe(found) else "unproved"


# --- helpers


def _asked(client: Client, status: Mapping[str, Any], consent: Consent, code: str | None = None) -> Probed:
    """Asks the modem of this status for its balance, if it is ready and that is free."""
    state, operator = str(status.get("state")), status.get("operator")
    pack = _pack(operator)
    error = one_line(status.get("error"), 400)
    known = Probed(state=state, operator=one_line(operator, 40) or None, pack=pack, trouble=error or None)
    if state not in ("ready", "busy", "quarantine"):
        return known
    if pack is None:
        return known
    query = first_query(pack, code)
    if query is None:
        where = pack.balance_at or error
        line = _("no code is known that asks {operator} for the balance").format(operator=pack.name)
        return _with(known, trouble=f"{line}: {one_line(where)}" if where else line)
    if query[1] == "paid":
        cost = _("{operator}'s code {code} costs money: it is not dialled").format(
            operator=pack.name, code=query[0].code
        )
        return _with(known, trouble=cost)
    if not consent(pack, query[0]):
        return _with(known, trouble=_("the balance was not asked for"))
    with waiting() as beside:
        row = client.request("balance", beside=beside, modem=status["modem"])
    balance = row.get("balance")
    trouble = why(row["error"], row.get("hint")) if row.get("error") else None
    if balance is None and trouble is None:
        trouble = _("the answer holds no amount of money")
    return _with(
        known,
        trouble=trouble,
        balance=None if balance is None else Decimal(str(balance)),
        currency=one_line(row.get("currency"), 3) or None,
        said=one_line(row.get("text")) or None,
    )


def _pack(operator: object) -> Pack | None:
    packs = Packs()
    if not isinstance(operator, str) or operator not in packs.ids():
        return None
    try:
        return packs.get(operator)
    except ConfigError:
        return None


def _with(known: Probed, **changes: Any) -> Probed:
    from dataclasses import replace

    return replace(known, **changes)
