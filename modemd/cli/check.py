"""`modemd check`: a monitoring plugin in the format of Nagios and its kin."""

from __future__ import annotations

import sys
from typing import Any

import click

from modemd.cli import completion
from modemd.cli.terminal import complain, discard, one_line, say
from modemd.daemon.control import Client
from modemd.errors import ModemdError

UNKNOWN = 3


class Plugin(click.Command):
    """A command whose exit codes are states: wrong usage and a line that cannot be written must not look like one."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            error.exit_code = UNKNOWN  # type: ignore[misc]
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            discard(sys.stdout)
            complain(f"the line could not be written to stdout: {error.strerror}")
            return UNKNOWN


@click.command("check", cls=Plugin)
@click.argument("modem", required=False, shell_complete=completion.modems)
@click.pass_obj
def command(socket: str | None, modem: str | None) -> int:
    """A monitoring plugin: one line with perfdata. Exit 0 ok, 1 low, 2 critical, 3 unknown or stale."""
    try:
        with Client.connect(socket) as client:
            result = client.request("check", modem=modem)
    except ModemdError as error:
        # A monitoring system shows the first line of stdout, and reads any other exit code than 3 as a known state.
        say(f"MODEMD UNKNOWN - {one_line(error.message)}")
        return UNKNOWN
    code = result.get("exit")
    say(one_line(result.get("line"), 1000) or "MODEMD UNKNOWN - the daemon gave no line")
    return code if code in (0, 1, 2) and isinstance(code, int) else UNKNOWN
