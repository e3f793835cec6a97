"""`modemd operators teach`: from a reply and the balance in it to a pack of one's own."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modemd.cli import completion
from modemd.cli.terminal import as_mapping, complain, lines, one_line, read_stdin, say
from modemd.daemon.control import Client
from modemd.errors import ConfigError, Problem
from modemd.files import read_text, reason
from modemd.frozen import dataclass

if TYPE_CHECKING:
    from modemd.money.template import Proposal

MOST_EXAMPLES = 4  # of earlier replies, beside the newest
MOST_ROWS = 500  # the newest unread answers: more say nothing new
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
    shell_complete=completion.modems,
    is_flag=False,
    flag_value="",
    help="The last answer of the running daemon that could not be read, instead of TEXT. Where answers like it came "
    "three times and one number in them behaves like money, one yes is enough.",
)
@click.option("--balance", metavar="AMOUNT", help='The balance as it stands in the reply, like "123,45".')
@click.option(
    "--operator",
    "ident",
    metavar="ID",
    shell_complete=completion.operators,
    help="The pack to extend, like ru-mts, or a new id.",
)
@click.option("--name", metavar="NAME", help="For a new operator: its name.")
@click.option(
    "--country", metavar="CC", shell_complete=completion.countries, help="For a new operator: its country, like RU."
)
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
    from modemd.money.teach import teach_all

    unread: list[Mapping[str, Any]] = []
    others: tuple[tuple[str, str], ...] = ()
    if last_of is not None:
        if text is not None:
            raise click.UsageError("--last takes the reply from the daemon: leave TEXT out.")
        unread = _unread(socket, last_of or None)
        if not unread:
            complain("no answer without a balance is in the history: give the reply as TEXT")
            return 1
        found = None if balance is not None else _proposal(unread)
        row, proposal = found or (unread[-1], None)
        text = str(row["text"])
        ident = ident or _known(row.get("operator"))
        if proposal is not None:
            if not _is_it(proposal.text, proposal.written):
                complain("left unknown: nothing was written (--balance AMOUNT names another number)")
                return 1
            balance, others = proposal.written, proposal.others[:MOST_EXAMPLES]
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
    lesson = teach_all([(text, balance), *others], pack_text=base, file=one_line(target), insist=insist)
    _write(target, lesson.pack_text)
    what = "a pattern and an example" if lesson.pattern else "an example (it was read already)"
    more = f" and {len(others)} more" if others else ""
    complain(f"{one_line(target)}: {what}{more} added. The daemon takes it up when it starts again.")
    if out is None and os.geteuid() != 0:
        complain("a daemon of another user reads /etc/modemd/operators.d: copy the file there")
    if others:
        _say_reread(unread, ident, lesson.pack_text)
    for line in lesson.block.strip("\n").splitlines():
        say(line)
    return 0


# --- helpers


def _unread(socket: str | None, modem: str | None) -> list[Mapping[str, Any]]:
    """The newest answers without a balance, oldest first."""
    with Client.connect(socket) as client:
        rows = client.rows("history", modem=modem, since_s=None)
        return list(deque((row for row in rows if row.get("text") and row.get("balance") is None), maxlen=MOST_ROWS))


def _proposal(unread: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], Proposal] | None:
    """The newest answer in which one number may be the balance, judged by its like: of the same code and SIM."""
    from modemd.money.operators import Packs
    from modemd.money.reading import read
    from modemd.money.template import propose

    packs, done = Packs(), set()
    for row in reversed(unread):
        ident, whose = _known(row.get("operator")), _whose(row)
        pack = packs.get(ident) if ident is not None else None
        if whose in done or not _may_hold_a_balance(row) or (pack is not None and row.get("code") in pack.data_codes):
            continue
        done.add(whose)
        texts = [str(one["text"]) for one in unread if _whose(one) == whose and _may_hold_a_balance(one)]
        country = pack.country if pack is not None else None
        found = propose(texts, country=country, home=pack.currency if pack is not None else None)
        if found is not None and read(found.text, pack=pack).balance is None:  # taught since then
            return row, found
    return None


def _whose(row: Mapping[str, Any]) -> tuple[object, ...]:
    """One code of one SIM."""
    sim = as_mapping(row.get("sim"))
    return (sim.get("iccid") or sim.get("imsi") or row.get("modem"), row.get("code"))


def _may_hold_a_balance(row: Mapping[str, Any]) -> bool:
    asked = row.get("origin") in ("query", "schedule")
    return asked and row.get("kind") in ("other", "menu") and row.get("data_left_mb") is None


def _is_it(text: str, written: str) -> bool:
    """One answer, from whom the whole text was shown. No answer is no."""
    for line in lines(text):
        complain(f"  {line}")
    try:
        return click.confirm(f"is {written} the balance?", default=False, err=True)
    except click.Abort:
        complain("")
        return False


def _say_reread(unread: Iterable[Mapping[str, Any]], ident: str, pack_text: str) -> None:
    """How many of the stored answers the new pack reads."""
    from modemd.money.operators import load_pack
    from modemd.money.reading import read

    pack = load_pack(pack_text)
    texts = [str(row["text"]) for row in unread if row.get("operator") in (ident, None)]
    now = sum(read(text, pack=pack).balance is not None for text in texts)
    complain(f"{now} of {len(texts)} stored answers without a balance have one now: modemd history --reread shows them")


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
