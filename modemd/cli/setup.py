"""`modemd setup`: a few questions, and then a configuration that works."""

from __future__ import annotations

import contextlib
import difflib
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modemd.cli import completion
from modemd.cli.run import DEFAULT_CONFIG
from modemd.cli.terminal import _, complain, paint, say, shown
from modemd.errors import RefusedError
from modemd.language import LANGUAGES, of_environment

if TYPE_CHECKING:
    from modemd.cli.setup_dialog import Dialog
    from modemd.cli.setup_machine import ThisMachine
    from modemd.cli.setup_plan import Answers

PIN_FILE = "sim-pin"


@click.command("setup", short_help="Questions with sensible answers; writes the configuration.")
@click.option(
    "--config", metavar="FILE", default=DEFAULT_CONFIG, help=f"The configuration to write. Else {DEFAULT_CONFIG}."
)
@click.option("-y", "--yes", is_flag=True, help="No questions: what is proposed, but for what other options say.")
@click.option(
    "--modem", metavar="NAME", shell_complete=completion.modems, help="The modem to set up; a new name adds one."
)
@click.option("--port", metavar="PORT", help='"auto", a path, usb:VENDOR:PRODUCT or imei:NUMBER.')
@click.option(
    "--operator",
    metavar="ID",
    shell_complete=completion.operators,
    help="The operator's pack. Else found from the SIM.",
)
@click.option("--no-ask", is_flag=True, help="Leave the modem alone: do not ask for the balance.")
@click.option("--low", metavar="AMOUNT", help="The first alert.")
@click.option("--critical", metavar="AMOUNT", help="The second alert.")
@click.option("--channel", metavar="TYPE", help="One more: ntfy, email, apprise, webhook, command, sms or none.")
@click.option("--to", metavar="TARGET", multiple=True, help="Its address, number or program; may be repeated.")
@click.option("--server", metavar="HOST:PORT", help="The mail server.")
@click.option("--security", metavar="WORD", help="Of the mail server: starttls, tls or none.")
@click.option("--from", "sender", metavar="ADDRESS", help="Whom mail is from.")
@click.option("--user", metavar="NAME", help="The user at the mail server.")
@click.option("--secret-file", metavar="FILE", help='The file with its token, password or address; "-" = stdin.')
@click.option("--no-udev", is_flag=True, help="Write no udev rules (root does, beside /etc/modemd/modemd.toml).")
@click.option("--no-test", is_flag=True, help="Send no test message.")
@click.option("--heartbeat", metavar="URL", help="An address to call while all is well.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of alerts.")
@click.pass_obj
def command(socket: str | None, /, config: str, yes: bool, sender: str | None, **options: Any) -> int:
    """Finds the modem, asks the operator once for the balance where that is free, proposes limits, adds a channel for
    alerts with a test message, and writes a commented configuration. Enter takes the answer in brackets.

    Run again it changes what is there, and nothing else: it shows the changes before it writes them, and keeps the file
    as it was under a name with the time. A secret goes into a file of its own.
    """
    from modemd.cli.private_daemon import ended_by_signals
    from modemd.cli.setup_dialog import Person, Unasked
    from modemd.cli.setup_machine import ThisMachine
    from modemd.cli.setup_plan import next_steps
    from modemd.cli.setup_udev import keep_rules
    from modemd.daemon import config_write
    from modemd.daemon.config import document as read_document

    if not yes and not _terminal():
        raise click.UsageError(_("there is no terminal to ask on: give --yes, and options for what is to be changed"))
    path = Path(os.path.realpath(config))
    _may_write(path, config)
    _check_files(options)
    options["from"] = sender
    dialog: Dialog = Unasked(options) if yes else Person(options)
    before = config_write.read(path)
    document = {} if before is None else read_document(path)
    with ended_by_signals():
        machine = ThisMachine(dialog, path, document, socket)
        if dialog.asks:
            dialog.note(_introduction(path, before is None))
        answers = _interview(dialog, machine, document)
        text = _text(path, before, document, answers)
        if text == before:
            say(_("{path} says all of that already: nothing was changed").format(path=shown(path)))
        elif not _agreed(dialog, path, before, text):
            complain(_("nothing was written"))
            return 1
        else:
            _write(path, text, before, answers)
        udev = keep_rules(dialog, path) if str(path) == DEFAULT_CONFIG else []
        places = answers.places or _daemon(document)
        say()
        say(_("Next:"))
        for step in next_steps(machine.surroundings(places, udev), str(answers.modem["name"]), answers.channel):
            say(f"  {step}")
    return 1 if answers.tested is False else 0


# --- helpers


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _may_write(path: Path, config: str) -> None:
    """Before anybody answers questions. Raises RefusedError."""
    from modemd.daemon.config_write import refusal

    why = refusal(path)
    if why is None:
        return
    words = ["sudo", "modemd", "setup", *(() if config == DEFAULT_CONFIG else ("--config", config))]
    cure = _("{why}: run {command}, or name another place with --config FILE")
    raise RefusedError(cure.format(why=why, command=" ".join(map(shlex.quote, words))), code="forbidden")


def _check_files(options: dict[str, Any]) -> None:
    """The file of a secret must be there, and its path is a whole one in the configuration."""
    file = options.get("secret_file")
    if file is None or file == "-":
        return
    if not Path(file).is_file():
        raise click.UsageError(_("--secret-file: there is no file {file}").format(file=shown(file)))
    options["secret_file"] = str(Path(file).absolute())


def _introduction(path: Path, new: bool) -> str:
    line = _("This writes {path}.") if new else _("This changes {path}, which is kept as it is beside it.")
    hint = _("Enter takes the answer in brackets. Ctrl-C ends, and nothing is written.")
    return f"{line.format(path=shown(path))} {hint}"


def _interview(dialog: Dialog, machine: ThisMachine, document: Mapping[str, Any]) -> Answers:
    """All questions, in order."""
    from modemd.cli import setup_channel, setup_modem
    from modemd.cli.setup_plan import WHERE, Answers

    tables = _tables(document, "modem")
    channels = _tables(document, "channel")
    index, name = setup_modem.which_modem(dialog, tables)
    table = {} if index is None else tables[index]
    others = [one for number, one in enumerate(tables) if number != index]
    key, value = setup_modem.where(dialog, machine, table, others)
    modem: dict[str, Any] = {"name": name, key: value}
    secrets: dict[str, str] = {}
    known = {other: one for other, one in table.items() if other not in WHERE}
    probed = setup_modem.look_at_sim(dialog, machine, known, modem, secrets)
    modem |= setup_modem.limits(dialog, table, probed)
    language = _language(dialog, document)
    speaks = language or str(_daemon(document).get("language", "en"))
    new = setup_channel.channel(dialog, channels, name, lambda one: machine.try_out(one, modem=name, language=speaks))
    url = setup_channel.heartbeat(dialog, _tables(document, "heartbeat"))
    files: dict[str, str] = {}
    folder = machine.path.parent
    if "pin_file" in secrets:
        modem["pin_file"] = _placed(folder, PIN_FILE, secrets["pin_file"], files)
    channel = None if new is None else dict(new.table)
    if channel is not None and new is not None and new.secret is not None and new.secret_key is not None:
        wanted = setup_channel.SECRET_FILES[str(channel["type"])][1]
        channel[new.secret_key] = _placed(folder, wanted, new.secret, files)
    return Answers(
        modem=modem,
        index=index,
        channel=channel,
        heartbeat=url,
        language=language,
        places=_places(machine.path, new=not document),
        secrets=files,
        tested=None if new is None else new.tested,
    )


def _placed(folder: Path, wanted: str, secret: str, files: dict[str, str]) -> str:
    from modemd.daemon.config_write import secret_name

    name = secret_name(folder, wanted, secret)
    files[name] = secret
    return name


def _tables(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    tables = document.get(key)
    return [table for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []


def _daemon(document: Mapping[str, Any]) -> Mapping[str, Any]:
    daemon = document.get("daemon")
    return daemon if isinstance(daemon, dict) else {}


def _language(dialog: Dialog, document: Mapping[str, Any]) -> str | None:
    """Of alerts: the one that is asked for, or at the first time that of the person's shell."""
    wanted = dialog.given("language")
    if wanted is None and "language" not in _daemon(document) and not document.get("channel"):
        wanted = of_environment() if of_environment() != "en" else None
    return None if wanted == _daemon(document).get("language", "en") else wanted


def _places(path: Path, *, new: bool) -> dict[str, str] | None:
    """Where a daemon that somebody else than root runs has its socket and its database; None for the machine's own."""
    if not new or str(path) == DEFAULT_CONFIG or os.geteuid() == 0:
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return {"socket": f"{runtime}/modemd/modemd.sock" if runtime else "modemd.sock", "state": "modemd-state"}


def _text(path: Path, before: str | None, document: Mapping[str, Any], answers: Answers) -> str:
    """The whole file. Raises ConfigError with all that would be wrong with it."""
    from modemd.cli.setup_plan import edits, new_file
    from modemd.daemon import config_edit, config_write

    text = config_edit.edited(new_file() if before is None else before, edits(document, answers), file=str(path))
    config_write.check(path, text)
    return text


def _agreed(dialog: Dialog, path: Path, before: str | None, text: str) -> bool:
    """Shows what changes, and asks."""
    say()
    old = [] if before is None else before.splitlines()
    for line in list(difflib.unified_diff(old, text.splitlines(), lineterm="", n=1))[2:]:
        if not line.startswith("@@"):
            say(paint(shown(line), {"+": "green", "-": "red"}.get(line[:1])))
    say()
    return dialog.yes(_("Write this to {path}").format(path=shown(path)), default=True)


def _write(path: Path, text: str, before: str | None, answers: Answers) -> None:
    """The secrets first, since the configuration names them; where it cannot be written, those of now go again."""
    from modemd.daemon import config_write

    made = [path.parent / name for name in answers.secrets if not os.path.lexists(path.parent / name)]
    try:
        for name, secret in answers.secrets.items():
            config_write.write_secret(path.parent / name, secret)
        kept = config_write.write(path, text, before=before)
    except BaseException:
        for file in made:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
        raise
    say(_("written: {path}").format(path=shown(path)))
    for name in answers.secrets:
        say(_("written: {path} (a secret, for the service alone)").format(path=shown(path.parent / name)))
    if kept is not None:
        say(_("kept as it was: {path}").format(path=shown(kept)))
