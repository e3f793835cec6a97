"""Where the process of `modemd` begins. Loads neither click nor the commands: the daemon would carry them along."""

from __future__ import annotations

import gc
import os
import sys

from modemd.later import put_off

with put_off("inspect"):  # a fifteenth of a start, for nothing but to describe classes that have no docstring
    import dataclasses  # noqa: F401


def main() -> None:
    """The program: never returns, ends with the exit code."""
    mend_streams()
    match sys.argv[1:]:
        # As the unit starts it. click and the table of commands are a tenth of such a start, and 1 MiB for good.
        case ["run", "--config" | "-c", config]:
            try:
                sys.exit(daemon(config))
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (cli/main.py knows what people are told)
                from modemd.cli.main import ended_by

                sys.exit(ended_by(error))
    from modemd.cli.main import main as command_line

    command_line()


def daemon(config: str | os.PathLike[str]) -> int:
    """The daemon in the foreground until a signal stops it; the exit code."""
    from modemd.daemon.signals import Signals

    signals = Signals()  # first: what follows loads for seconds on a small machine, and a SIGHUP would end it
    # What modules make lives as long as the process: to look for garbage in it is a tenth of the time they take. What
    # they left behind is taken away once, and the rest is not looked at again.
    gc.disable()
    with put_off("ipaddress"):  # pathlib's urllib.parse checks addresses in brackets with it
        from modemd.daemon.run import main as run

    gc.collect()
    gc.freeze()
    gc.enable()
    return run(config, signals)


def mend_streams() -> None:
    """Gives stdin, stdout and stderr a place where the caller closed them (`>&-`), so that no socket or database gets
    their numbers. What is written to a stdout that was closed fails as it should."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            # Open for reading alone: a write to it is an error (EBADF), as on the stdout that is not there.
            place = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if place != number:
                os.dup2(place, number)
                os.close(place)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False))  # noqa: SIM115
