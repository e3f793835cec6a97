"""The command `modemd`: its global options, the table of its commands, and the place where errors become exit codes.

A command's module is imported when it is asked for. What heavy things a command needs (the daemon, packs, the
simulator) it imports inside its function, so that `modemd balance` loads click and the control client alone.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

import modemd
from modemd.cli.terminal import complain, discard, one_line, told
from modemd.errors import ConfigError, DaemonUnreachable, ModemdError, RefusedError, ScenarioError

DONE = 0
FAILED = 1  # the operation failed: one line on stderr, `error` in the JSON
USAGE = 2  # wrong usage or configuration
UNREACHABLE = 3  # the daemon cannot be reached, or this user may not
INTERRUPTED = 130  # Ctrl-C, as shells count it

# name -> module of modemd.cli; the order is the one of `modemd --help`.
COMMANDS = {
    "run": "run",
    "balance": "balance",
    "ussd": "ussd",
    "status": "status",
    "history": "history",
    "check": "check",
    "parse": "parse",
    "operators": "operators",
    "ports": "ports",
    "doctor": "doctor",
    "alerts": "alerts",
    "topup": "topup",
    "watch": "watch",
    "forecast": "forecast",
    "setup": "setup",
    "sms": "sms",
    "record": "record",
    "simulate": "simulate",
    "config": "config",
    "service": "service",
    "demo": "demo",
}


class Commands(click.Group):
    """Finds a command in its module when it is asked for, and turns what it raises into one line and an exit code.

    A command's function returns its exit code, None for 0.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"modemd.cli.{COMMANDS[cmd_name]}").command
        assert isinstance(command, click.Command)  # noqa: S101 (for the type checker: each module has its `command`)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # Not while a shell asks what could stand here: it shows whatever is said at the cursor.
        if args and not args[0].startswith("-") and args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(_unknown_command(args[0]))
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        def act() -> Any:
            return super(Commands, self).main(args, prog_name, complete_var, standalone_mode=False, **extra)

        return sys.exit(_run(act)) if standalone_mode else act()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--socket",
    metavar="PATH",
    help="The daemon's control socket. Else $MODEMD_SOCKET, /run/modemd/modemd.sock, "
    "$XDG_RUNTIME_DIR/modemd/modemd.sock.",
)
@click.version_option(modemd.__version__, prog_name="modemd", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, socket: str | None) -> None:
    """Keeps prepaid 4G SIMs alive: asks the operator for the balance and warns before it reaches zero.

    Exit codes (all but `check`): 0 done, 1 the operation failed, 2 wrong usage or configuration, 3 the daemon cannot be
    reached or you may not talk to it.
    """
    ctx.obj = socket


def main(args: Sequence[str] | None = None) -> None:
    """The command line: never returns, ends with the exit code."""
    cli.main(args=None if args is None else list(args), prog_name="modemd")


def exit_code(error: ModemdError) -> int:
    """The exit code that belongs to an error of the project's tree."""
    if isinstance(error, DaemonUnreachable):
        return UNREACHABLE
    if isinstance(error, ConfigError | ScenarioError):
        return USAGE
    if isinstance(error, RefusedError):
        return {"no such modem": USAGE, "bad request": USAGE, "forbidden": UNREACHABLE}.get(error.code, FAILED)
    return FAILED


def ended_by(error: BaseException) -> int:
    """The exit code of a command that ended with this, once a person has been told."""

    def fail() -> None:
        raise error

    return _run(fail)


def _run(act: Callable[[], Any]) -> int:
    try:
        code = act()
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`) has seen enough. Python flushes stdout once more at its end: give it a place to go.
        discard(sys.stdout)
        return FAILED
    except ModemdError as error:
        _show_traceback()
        for line in str(error).splitlines() or [error.code]:
            complain(told(line))
        return exit_code(error)
    except OSError as error:
        _show_traceback()
        if _of_stdout(error):
            discard(sys.stdout)
            complain(f"the answer could not be written to stdout: {error.strerror}")
        else:
            complain(f"{one_line(error.filename or 'modemd')}: {error.strerror or error}")
        return FAILED
    except Exception as error:  # noqa: BLE001 (the last stop: a person sees one line, not a stack)
        if not _show_traceback():
            complain(f"{type(error).__name__}: {error}")
            complain("this is a bug, please report it; MODEMD_DEBUG=1 shows the traceback")
        return FAILED
    return code if isinstance(code, int) else DONE


def _show(error: click.ClickException) -> None:
    """What click shows of an error, without what a terminal would act on: words of the command line stand in it."""
    context = getattr(error, "ctx", None)
    if context is not None:
        lines = context.get_usage().splitlines()
        if context.command.get_help_option(context) is not None:
            name = max(context.command.get_help_option_names(context), key=len)
            lines.append(f"Try '{context.command_path} {name}' for help.")
        for line in (*lines, ""):
            complain(line)
    complain(f"Error: {error.format_message()}")


def _of_stdout(error: OSError) -> bool:
    """Whether it came out of click.echo: on stderr, complain() keeps its own."""
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code is click.echo.__code__:
            return True
        step = step.tb_next
    return False


def _show_traceback() -> bool:
    if not os.environ.get("MODEMD_DEBUG"):
        return False
    import traceback

    traceback.print_exc()
    return True


def _unknown_command(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1)
    return f"no such command: {name!r}." + (f" Did you mean {close[0]}?" if close else " See modemd --help.")
