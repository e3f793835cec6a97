"""`modemd config`: the configuration, checked before the daemon meets it."""

from __future__ import annotations

from pathlib import Path

import click

from modemd.cli.run import DEFAULT_CONFIG
from modemd.cli.terminal import complain, one_line, say
from modemd.errors import ConfigError


@click.group("config")
def command() -> None:
    """Checks a configuration."""


@command.command("check")
@click.argument("file", default=DEFAULT_CONFIG, type=click.Path(path_type=Path))
def check(file: Path) -> int:
    """Names every error in FILE at once, each with its key, its value and the cure; exit code 2 with any. A secret of a
    channel that everybody may read is one.

    A PIN file or an alert program that is not there (yet) is a warning: the daemon starts without it.
    """
    from modemd.daemon import config, named_files

    try:
        found = config.load(file)
    except ConfigError as error:
        for problem in [*error.problems, *named_files.exposed_in(file)]:
            complain(str(problem))
        return 2
    if exposed := named_files.exposed(found, file):
        for problem in exposed:
            complain(str(problem))
        return 2
    for line in config.without_effect(found):
        complain(f"{one_line(file)}: note: {line}")
    for problem in named_files.missing(found, file):
        complain(f"warning: {problem}")
    names = ", ".join(modem.name for modem in found.modems)
    channels = _count(len(found.channels), "channel")
    say(f"{one_line(file)}: ok ({_count(len(found.modems), 'modem')}: {names}; {channels})")
    return 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
