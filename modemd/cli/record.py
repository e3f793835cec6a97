"""`modemd record`: the dialogue with a modem into a file that can be sent, played and tested, without anybody's
numbers."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from modemd.cli import completion
from modemd.cli.history import duration
from modemd.cli.terminal import as_mapping, complain, one_line, say, shown, why
from modemd.daemon.control import Client
from modemd.errors import DaemonUnreachable, ModemdError

SILENCE_S = 1_700_000.0  # a modem may say nothing for days; longer waits overflow poll(2)


@click.command("record", short_help="Captures a redacted dialogue with a modem.")
@click.argument("words", nargs=-1, required=True, metavar="[MODEM] FILE", shell_complete=completion.first_modem)
@click.option("--balance", is_flag=True, help="Ask for the balance once, and end.")
@click.option("--ussd", "code", metavar="CODE", help="Send this USSD code once, and end.")
@click.option("--reply", "replies", multiple=True, metavar="TEXT", help="With --ussd: answers one menu; once for each.")
@click.option("--for", "for_s", metavar="DUR", callback=duration, help="End after 30s, 15m, 6h. Else at Ctrl-C.")
@click.option("--note", metavar="TEXT", help="A line about it in the file: what you saw, what you expected.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.pass_obj
def command(
    socket: str | None,
    words: Sequence[str],
    balance: bool,
    code: str | None,
    replies: Sequence[str],
    for_s: int | None,
    note: str | None,
    force: bool,
) -> int:
    """Writes what goes over the port of MODEM into FILE, both ways, with times, until Ctrl-C.

    IMSI, ICCID, IMEI, telephone numbers and PINs are replaced in the daemon; words, amounts and codes stay. A bug
    report is one command: modemd record --balance report.capture
    """
    if len(words) > 2:
        raise click.UsageError("Give one MODEM at most and one FILE: modemd record home report.capture.")
    if balance and code is not None:
        raise click.UsageError("--balance and --ussd exclude each other: choose one.")
    if replies and code is None:
        raise click.UsageError("--reply answers a menu of --ussd CODE: give a code.")
    modem, file = (None, Path(words[0])) if len(words) == 1 else (words[0], Path(words[1]))
    rows: list[dict[str, Any]] = []
    result: dict[str, Any] = {}
    with Client.connect(socket) as client, _new_file(file, force=force) as descriptor:
        asks = balance or code is not None
        if not asks and for_s is None:
            complain("recording; Ctrl-C ends it")
        try:
            with _interrupt(client):
                result = client.request(
                    "record",
                    on_row=rows.append,
                    patience_s=SILENCE_S,
                    modem=modem,
                    for_s=for_s,
                    balance=balance,
                    code=code,
                    replies=list(replies),
                )
        finally:
            if rows:  # also of a daemon that went away: what it did last may be what matters
                _write(descriptor, _text(file, rows, result, asks=asks, note=note).encode("ascii"))
    if not rows:
        raise ModemdError("nothing was said while it ran, so there is no file: ask for something, as with --balance")
    if result.get("error") is not None:
        complain(f"the query failed, and is recorded: {why(result['error'], result.get('hint'))}")
    say(shown(file))
    complain("read it before you send it: texts of the operator's dialogues are in it as they came")
    return 0


def _text(file: Path, rows: Sequence[dict[str, Any]], result: dict[str, Any], *, asks: bool, note: str | None) -> str:
    """The capture, with its header as far as it is known."""
    from datetime import UTC, datetime

    import modemd
    from modemd.simulator.capture import Capture, format_capture
    from modemd.simulator.record import dialogues, expected, only_the_dialogue, to_steps

    steps = to_steps(rows)
    if asks:
        steps = only_the_dialogue(steps)
    if (count := dialogues(steps)) > 1:
        complain(f"{count} dialogues are in it; as a test it wants one: record with --balance or --ussd")
    device = as_mapping(result.get("device"))
    names = [one_line(device.get(key), 60) for key in ("manufacturer", "model") if device.get(key)]
    firmware = one_line(device.get("firmware"), 60) if device.get("firmware") else ""
    capture = Capture(
        id=file.name.removesuffix(".capture"),
        modem=" ".join([*names, *([f"(firmware {firmware})"] if firmware else [])]) or None,
        source=f"modemd {modemd.__version__} record, numbers replaced",
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        note=note,
        steps=steps,
    )
    return format_capture(expected(capture, decoder=result.get("decoder"), error=result.get("error")))


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextlib.contextmanager
def _new_file(file: Path, *, force: bool) -> Iterator[int]:
    """A descriptor of a new file that only its owner may read. The file is there when something was written to it; with
    `force` it takes the old one's place only then."""
    if file.exists() and not file.is_dir() and not file.is_file():
        raise click.BadParameter(f"{one_line(file)} is no plain file: choose another name.", param_hint="FILE")
    if file.is_dir():
        raise click.BadParameter(f"{one_line(file)} is a folder: name a file in it.", param_hint="FILE")
    if not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {one_line(file.parent)}: make it first.", param_hint="FILE")
    # With --force a name of our own beside it, so that a full disk or a crash leaves the old file whole.
    working = file.with_name(f".{file.name}.{os.getpid()}") if force else file
    try:
        descriptor = os.open(working, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise click.BadParameter(
            f"{one_line(file)} exists: choose another name, or use --force.", param_hint="FILE"
        ) from error
    done = False
    try:
        yield descriptor
        done = os.fstat(descriptor).st_size > 0
    except (DaemonUnreachable, ModemdError):
        done = os.fstat(descriptor).st_size > 0  # what was said until then
        raise
    finally:
        os.close(descriptor)
        if not done:
            working.unlink(missing_ok=True)
        elif force:
            working.replace(file)


@contextlib.contextmanager
def _interrupt(client: Client) -> Iterator[None]:
    """The first Ctrl-C ends the recording, and what the daemon still holds back arrives; a second one ends all."""

    def stop(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        client.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
