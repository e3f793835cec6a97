"""The questions of `modemd setup` about the ways out of this machine: one channel, and a heartbeat."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from modemd.alerts.channels import CHANNELS
from modemd.cli.setup_dialog import Dialog
from modemd.cli.terminal import _
from modemd.daemon import fields
from modemd.daemon.config_edit import Value
from modemd.daemon.fields import BadValueError
from modemd.errors import Problem
from modemd.frozen import dataclass
from modemd.language import N_

NONE = "none"
# What each kind is, in the order in which they are offered.
KINDS = {
    "ntfy": N_("a push to the phone, by the app ntfy"),
    "email": N_("mail, through a server of yours"),
    "apprise": N_("Telegram, Matrix and a hundred more, by the program apprise"),
    "webhook": N_("a call of a web address of yours"),
    "command": N_("a program of yours"),
    "sms": N_("a short message through the modem: each costs money"),
    NONE: N_("nothing: alerts are only listed"),
}
# The key of a channel that names the file of its secret, and what that file is called.
SECRET_FILES = {
    "ntfy": ("token_file", "ntfy-token"),
    "email": ("password_file", "mail-password"),
    "apprise": ("urls_file", "apprise-urls"),
    "webhook": ("secret_file", "webhook-secret"),
}
PER_DAY = 3
HERE = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """`table`: its keys, without that of the file of a secret that was typed; `secret`: that one."""

    table: Mapping[str, Value]
    secret: str | None = None
    tested: bool | None = None

    @property
    def secret_key(self) -> str | None:
        return SECRET_FILES[str(self.table["type"])][0] if self.secret is not None else None


# A message through a channel that is not written yet: the line on why it did not arrive, None where it did.
Try = Callable[[NewChannel], str | None]


def channel(dialog: Dialog, tables: Sequence[Mapping[str, Any]], modem: str, try_out: Try) -> NewChannel | None:
    """One more channel; None = none. `tables`: those that are there; `modem`: what a short message would go through."""
    while True:
        kind = _kind(dialog, tables)
        if kind == NONE:
            return None
        table: dict[str, Value] = {"type": kind, "name": _name(kind, tables)}
        secret = _ASK[kind](dialog, table, modem)
        made = NewChannel(table=table, secret=secret)
        if kind == "sms":
            dialog.note(_("No test message is sent now, because it would cost money."))
            return made
        if dialog.given("no_test") or not dialog.yes(_("Send a test message through it now"), default=True):
            return made
        trouble = try_out(made)
        if trouble is None:
            dialog.note(_("{channel}: the test message was delivered").format(channel=table["name"]))
            return NewChannel(table=table, secret=secret, tested=True)
        dialog.note(_("{channel}: not delivered: {reason}").format(channel=table["name"], reason=trouble))
        if not dialog.asks or dialog.given("channel") or dialog.yes(_("Keep this channel all the same"), default=False):
            return NewChannel(table=table, secret=secret, tested=False)


def heartbeat(dialog: Dialog, tables: Sequence[Mapping[str, Any]]) -> str | None:
    """The address of one more heartbeat; None = none."""
    if tables and not dialog.given("heartbeat"):
        return None

    def check(answer: str) -> str | None:
        if answer == "-":
            return None
        fields.url(answer)
        return None if any(table.get("url") == answer for table in tables) else answer

    if dialog.asks and not dialog.given("heartbeat"):
        dialog.note(_("Who notices when this machine is dead? healthchecks.io or Uptime Kuma, by an address to call."))
    return dialog.ask("heartbeat", _("Address of a heartbeat (- = none)"), default="-", check=check)


# --- the kinds


def _kind(dialog: Dialog, tables: Sequence[Mapping[str, Any]]) -> str:
    kinds = list(KINDS)
    if dialog.asks and not dialog.given("channel"):
        if tables:
            names = ", ".join(str(table.get("name") or table.get("type")) for table in tables)
            dialog.note(_("Alerts leave by: {names}. One more?").format(names=names))
        else:
            dialog.note(_("How shall alerts reach you?"))
        for number, kind in enumerate(kinds, 1):
            dialog.note(f"  {number}  {kind}: {_(KINDS[kind])}")

    def check(answer: str) -> str:
        if answer.isdecimal() and 0 < int(answer) <= len(kinds):
            return kinds[int(answer) - 1]
        if answer not in kinds:
            close = fields.suggestion(answer, kinds)
            raise BadValueError(_("write one of {kinds}").format(kinds=", ".join(kinds)) + close)
        return answer

    return dialog.ask("channel", _("Channel"), default=NONE, check=check)


def _ntfy(dialog: Dialog, table: dict[str, Value], _modem: str) -> str | None:
    if dialog.asks and not dialog.given("to"):
        dialog.note(_("Install the app ntfy and subscribe to a topic whose name nobody guesses, such as this one:"))
    example = f"https://ntfy.sh/modemd-{secrets.token_hex(8)}"
    _option(dialog, table, "to", "url", _("Address of the topic"), default=example if dialog.asks else None)
    return _secret(dialog, table, _("Access token of the topic, if it is protected (Enter: none)"))


def _webhook(dialog: Dialog, table: dict[str, Value], _modem: str) -> str | None:
    _option(dialog, table, "to", "url", _("Address to call"))
    return _secret(dialog, table, _("Secret that signs the calls, whsec_... (Enter: none)"))


def _email(dialog: Dialog, table: dict[str, Value], _modem: str) -> str | None:
    _option(dialog, table, "to", "to", _("To whom (several with blanks between)"), several=True)
    _option(dialog, table, "server", "server", _("Mail server, with its port (587 or 465)"))
    _option(dialog, table, "from", "from", _("From whom"), default=str(_listed(table["to"])[0]))
    host, _colon, port = str(table["server"]).rpartition(":")
    security = "none" if host in HERE else "tls" if port == "465" else "starttls"
    _option(dialog, table, "security", "security", _("Encryption (starttls, tls or none)"), default=security)

    def check(answer: str) -> str:
        if not answer.isprintable() or len(answer.split()) != 1:
            raise BadValueError(_("one word, without blanks"))
        if answer != "-":
            _no_fault({**table, "user": answer, "password_file": "-"}, "security", table["security"])
        return answer

    proposal = "-" if table["security"] == "none" else str(table["from"])
    user = dialog.ask("user", _("User at the server (- = none)"), default=proposal, check=check)
    if user == "-":
        return None
    secret = _secret(dialog, table, _("Password (Enter: none)"))
    if secret is not None or "password_file" in table:
        table["user"] = user
    return secret


def _apprise(dialog: Dialog, table: dict[str, Value], _modem: str) -> str | None:
    while True:
        found = _secret(dialog, table, _("Address, as apprise writes it (tgram://... and so on)"))
        if found is not None or "urls_file" in table:
            return found
        line = _("Without an address there is no such channel: --secret-file names the file with it.")
        if not dialog.asks or dialog.given("secret_file"):
            raise click.UsageError(line)
        dialog.note(line)


def _command(dialog: Dialog, table: dict[str, Value], _modem: str) -> str | None:
    def check(answer: str) -> list[str]:
        try:
            words = shlex.split(answer)
        except ValueError as error:
            raise BadValueError(str(error)) from error
        _no_fault(table, "run", words, lacks=dialog.asks)
        return words

    table["run"] = dialog.ask("to", _("Program, with its whole path"), default=None, check=check)
    return None


def _sms(dialog: Dialog, table: dict[str, Value], modem: str) -> str | None:
    table |= {"through": modem, "per_day": PER_DAY}
    _option(dialog, table, "to", "to", _("To which numbers, like +79161234567"), several=True)
    return None


_ASK: Mapping[str, Callable[[Dialog, dict[str, Value], str], str | None]] = {
    "ntfy": _ntfy,
    "webhook": _webhook,
    "email": _email,
    "apprise": _apprise,
    "command": _command,
    "sms": _sms,
}


# --- helpers


def _option(
    dialog: Dialog,
    table: dict[str, Value],
    option: str,
    key: str,
    question: str,
    *,
    default: str | None = None,
    several: bool = False,
) -> None:
    """Asks for one key of the channel, which the channel itself checks."""

    def check(answer: str) -> Value:
        value: Value = answer.replace(",", " ").split() if several else answer
        _no_fault(table, key, value)
        return value

    table[key] = dialog.ask(option, question, default=default, check=check)


def _no_fault(table: Mapping[str, Value], key: str, value: Value, *, lacks: bool = False) -> None:
    """Raises BadValueError with what the channel says of this key."""
    options = {name: given for name, given in {**table, key: value}.items() if name not in ("type", "name")}
    kind = CHANNELS[str(table["type"])]
    faults: list[Problem] = [one for one in kind.check(options) if one.key == key]
    if not faults and lacks:
        faults = [one for one in kind.lacks(options) if one.key == key]
    if faults:
        raise BadValueError(faults[0].cure)


def _secret(dialog: Dialog, table: dict[str, Value], question: str) -> str | None:
    """The secret that was typed; one that lies in a file already becomes a key of the table."""
    file = dialog.given("secret_file")
    if file and file != "-":
        table[SECRET_FILES[str(table["type"])][0]] = str(file)
        return None
    return dialog.secret("secret_file", question)


def _listed(value: Value) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _name(kind: str, tables: Sequence[Mapping[str, Any]]) -> str:
    """The kind, with a number where another channel has that name."""
    names = {str(table.get("name")) for table in tables}
    name, number = kind, 1
    while name in names:
        number += 1
        name = f"{kind}-{number}"
    return name
