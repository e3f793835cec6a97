"""`modemd run`: the daemon in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from modemd.cli.start import daemon

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
    return daemon(config)
