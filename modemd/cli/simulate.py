"""`modemd simulate`: a fake modem on a pseudo-terminal."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from modemd.cli import completion
from modemd.cli.terminal import complain, one_line, say, shown


@click.command("simulate", short_help="Plays a fake modem on a pseudo-terminal.")
@click.argument(
    "file",
    required=False,
    metavar="FILE|NAME",
    shell_complete=completion.offering(lambda _ctx: [(name, None) for name in shipped()], files=True),
)
@click.option(
    "--link", metavar="PATH", type=click.Path(path_type=Path), help="A symbolic link to the port, kept while it runs."
)
@click.option(
    "--machine",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Makes this empty folder a machine that the modem is plugged into, for the daemon to be tried on.",
)
@click.option(
    "--on",
    metavar="DEVICE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Answers on this tty, like /dev/ttyGS0 of a USB gadget, and makes none; once for each port of the scenario.",
)
@click.option("--list", "list_them", is_flag=True, help="The scenarios that modemd ships.")
def command(file: str | None, link: Path | None, machine: Path | None, on: tuple[Path, ...], list_them: bool) -> int:
    """Plays a fake modem on a pseudo-terminal until Ctrl-C: a scenario or capture FILE, or a shipped NAME."""
    if list_them:
        for name in shipped():
            say(name)
        return 0
    if file is None:
        raise click.UsageError("Give a FILE or the NAME of a shipped scenario: modemd simulate --list.")
    if (link is not None) + (machine is not None) + bool(on) > 1:
        raise click.UsageError("Give one of --on, --link or --machine: each names the ports in another way.")
    from modemd.simulator.foreground import run_foreground

    if machine is not None:
        run_foreground(find(file), machine=machine, on_ready=lambda port: _show_machine(machine, port))
    else:
        run_foreground(find(file), link, on=on, on_ready=lambda port: _show(str(link or port)))
    return 0


def shipped() -> list[str]:
    """The names of the shipped scenarios."""
    folder = resources.files("modemd.simulator") / "scenarios"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def find(name: str) -> Path:
    """The file of that path, or of a shipped scenario of that name. Raises click.BadParameter (exit 2)."""
    path = Path(name)
    if path.exists() or "/" in name or path.suffix:
        return path
    known = shipped()
    if name not in known:
        from difflib import get_close_matches

        close = get_close_matches(name, known, n=3, cutoff=0.4)
        advice = f"Did you mean {' or '.join(close)}?" if close else "See modemd simulate --list."
        raise click.BadParameter(
            f"no file and no shipped scenario {one_line(name)!r}. {advice}", param_hint="FILE|NAME"
        )
    return Path(str(resources.files("modemd.simulator") / "scenarios" / f"{name}.toml"))


def _show(port: str) -> None:
    say(shown(port))
    complain(f'a fake modem answers there until Ctrl-C; in a configuration: port = "{one_line(port)}"')


def _show_machine(machine: Path, port: str) -> None:
    root = machine.absolute()
    say(shown(port))
    complain(
        f"a fake modem is plugged in there until Ctrl-C; run on that machine: MODEMD_SYSROOT={one_line(str(root))} "
        f'modemd run --config FILE, with port = "auto" or "/{one_line(str(Path(port).relative_to(root)))}"'
    )
