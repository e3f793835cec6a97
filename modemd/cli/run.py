"""`modemd run`: the daemon in the foreground."""

from __future__ import annotations

import gc
from pathlib import Path

import click

DEFAULT_CONFIG = "/etc/modemd/modemd.toml"


@click.command("run")
@click.option(
    "--config",
    "-c",
    default=DEFAULT_CONFIG,
    show_default=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The configuration.",
)
def command(config: Path) -> int:
    """Runs the daemon in the foreground. SIGTERM stops it, SIGHUP reloads the configuration."""
    from modemd.daemon.signals import Signals

    signals = Signals()  # first: what follows loads for seconds on a small machine, and a SIGHUP would end it
    # What modules make lives as long as the process: to look for garbage in it is a tenth of the time they take.
    gc.disable()
    from modemd.daemon.run import main

    gc.enable()
    return main(config, signals)
