"""`modemd operators teach`: from a reply and the balance in it to a pack of one's own."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from modemd.cli.terminal import complain, lines, one_line, read_stdin, say
from modemd.daemon.control import Client
from modemd.errors import ConfigError, Problem
from modemd.files import read_text, reason
from modemd.frozen import dataclass

NEW = "a new operator needs --country CC (and --currency CUR where it is not the country's own)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperator:
    """What is said of an operator that has no pack yet."""

    name: str | None
    country: str | None
    currency: str | None
    plmn: tuple[str, ...]


@click.command("teach")
@click.argument("text", required=False)
@click.option(
    "--last",
    "last_of",
    metavar="[MODEM]",
    is_flag=False,
    flag_value="",
    help="The last answer of the running daemon that could not be read, instead of TEXT.",
)
@click.option("--balance", metavar="AMOUNT", help='The balance as it stands in the reply, like "123,45".')
@click.option("--operator", "ident", metavar="ID", help="The pack to extend, like ru-mts, or a new id.")
@click.option("--name", metavar="NAME", help="For a new operator: its name.")
@click.option("--country", metavar="CC", help="For a new operator: its country, like RU.")
@click.option("--currency", metavar="CUR", help="For a new operator: its currency, like RUB.")
@click.option("--plmn", multiple=True, metavar="MCCMNC", help="For a new operator: the first digits of the IMSI.")
@click.option("--insist", is_flag=True, help="The number is the balance, although the words around it say otherwise.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Another file than your own pack folder's."
)
@click.pass_obj
def command(
    socket: str | None,
    /,
    text: str | None,
    last_of: str | None,
    balance: str | None,
    ident: str | None,
    insist: bool,
    out: Path | None,
    **new: Any,
) -> int:
    """Teaches modemd to read TEXT (or stdin): writes your own pack of the operator with a pattern and the example.

    The pack's other examples must still be read as before, else nothing is written. The new block is printed: send it
    to the project.
    """
    from modemd.money.operators import own_folder
    from modemd.money.teach import teach

    if last_of is not None:
        if text is not None:
            raise click.UsageError("--last takes the reply from the daemon: leave TEXT out.")
        row = _last_unread(socket, last_of or None)
        if row is None:
            complain("no answer without a balance is in the history: give the reply as TEXT")
            return 1
        text = str(row["text"])
        ident = ident or _known(row.get("operator"))
    elif text is None:
        if sys.stdin.isatty():
            raise click.UsageError("Give the reply as TEXT, on stdin, or take the daemon's with --last.")
        text = read_stdin().rstrip("\n")
    if ident is None:
        raise click.UsageError("Name the operator: --operator ID (modemd operators list), or a new id like xx-name.")
    if balance is None:
        balance = _ask(text)
    folder = own_folder()
    target = out or (folder / f"{ident}.toml" if folder is not None else None)
    if target is None:
        raise click.UsageError("There is no home folder to write to: name a file with --out FILE.")
    base = _base(ident, target, NewOperator(**new))
    lesson = teach(text, balance, pack_text=base, file=one_line(target), insist=insist)
    _write(target, lesson.pack_text)
    what = "a pattern and an example" if lesson.pattern else "an example (it was read already)"
    complain(f"{one_line(target)}: {what} added. The daemon takes it up when it starts again.")
    if out is None and os.geteuid() != 0:
        complain("a daemon of another user reads /etc/modemd/operators.d: copy the file there")
    for line in lesson.block.strip("\n").splitlines():
        say(line)
    return 0


# --- helpers


def _last_unread(socket: str | None, modem: str | None) -> Mapping[str, Any] | None:
    found = None
    with Client.connect(socket) as client:
        for row in client.rows("history", modem=modem, since_s=None):
            if row.get("text") and row.get("balance") is None:
                found = row
    return found


def _known(ident: object) -> str | None:
    from modemd.money.operators import Packs

    return ident if isinstance(ident, str) and ident in Packs().ids() else None


def _ask(text: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError('Say which number is the balance: --balance "123,45".')
    for line in lines(text):
        say(f"  {line}")
    return str(click.prompt("The balance in it, as written there"))


def _base(ident: str, target: Path, new: NewOperator) -> str:
    """The text of the pack to extend: the file itself, else the pack that is known, else a new one."""
    from modemd.money.operators import Packs
    from modemd.money.teach import new_pack

    packs = Packs()
    if target.exists():
        source = target
    elif ident in packs.ids():
        source = Path(packs.get(ident).path)
    elif new.country is None:
        raise click.UsageError(f"no operator {one_line(ident)!r} is known; {NEW}.")
    else:
        return new_pack(ident, name=new.name or ident, country=new.country, currency=new.currency, plmn=new.plmn)
    try:
        return read_text(source)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(one_line(source), "", "", f"cannot be read: {reason(error)}")]) from error


def _write(target: Path, text: str) -> None:
    """All or nothing: a reader never sees half a pack. Raises ConfigError."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise ConfigError([Problem(one_line(target), "", "", f"cannot be written: {error.strerror}")]) from error
