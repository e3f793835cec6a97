"""`modemd service`: modemd as a service of systemd, for who installed it with pip or pipx."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from modemd.cli import terminal
from modemd.cli.terminal import complain, one_line, say
from modemd.errors import ModemdError

SYSTEMD = Path("/run/systemd/system")  # there while systemd runs
COMMAND_TIMEOUT_S = 120.0  # a stop lasts 10 s at most, a start 60
KEYS = ("installed", "unit", "enabled", "active", "program", "version")
# What belongs to modemd beside the files of the service: gone with --purge.
KEPT = ("etc/modemd", "var/lib/modemd", "run/modemd", "etc/systemd/system/modemd.service.d")

root_option = click.option(
    "--root",
    default="/",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Writes below this folder, as for an image of a system: starts nothing, makes no user.",
)


@click.group("service")
def command() -> None:
    """modemd as a service of systemd, where it came with pip or pipx: the same files as in the Debian package."""


@command.command("install")
@root_option
@click.option("--no-start", is_flag=True, help="Enables and starts nothing.")
@click.option("--in-place", is_flag=True, help="The service runs this program where it is, whatever is said of that.")
def install(root: Path, no_start: bool, in_place: bool) -> int:
    """Puts the service, its user, udev rules and a first configuration in place, and starts it.

    A modemd in a home folder is copied to /opt/modemd first, because the service may not look there. Run again after an
    upgrade. A configuration that is there stays as it is.
    """
    from modemd.cli import service_files as files
    from modemd.daemon.config_write import write_plain

    _need_root(root, "install")
    files.folders()  # raises before anything is written
    os.umask(0o022)  # for everybody to read, whatever the shell of root says
    if in_place or files.fit_for_a_service():
        scripts = files.scripts()
    else:
        scripts = files.copy_program(root)
        files.compile_program(root)
    wanted = files.wanted(scripts)
    for rules in root.glob(files.RULES_PLACE.format(name="[0-9][0-9]-modemd.rules")):
        rules.unlink()  # of an earlier release, under another number
    for file in wanted:
        write_plain(root / file.path, file.content)
    config = root / files.CONFIG
    if not config.exists():
        config.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        write_plain(config, files.config(), 0o640)
    link = root / files.LINK
    if not os.path.lexists(link):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(scripts / "modemd")
    say(f"installed: {scripts}/modemd as modemd.service")
    if root != Path("/"):
        return 0
    _run("systemd-sysusers", "modemd.conf")
    _run("systemd-tmpfiles", "--create", "modemd.conf")
    if SYSTEMD.is_dir():
        _run("udevadm", "control", "--reload")
        _run("systemctl", "daemon-reload")
        if not no_start:
            _run("systemctl", "enable", *files.started(wanted))
            _run("systemctl", "restart", *files.started(wanted))
    then = "sudo systemctl " + ("enable --now modemd" if no_start else "restart modemd")
    complain(f"now: sudo nano /{files.CONFIG}; sudo modemd config check; {then}")
    complain("sudo usermod -aG modemd YOU lets you ask for balances, from your next login on")
    return 0


@command.command("uninstall")
@root_option
@click.option("--purge", is_flag=True, help="Also the configuration, the history and the user.")
def uninstall(root: Path, purge: bool) -> int:
    """Stops the service and takes it away. Configuration, history and the user modemd stay without --purge.

    The modemd that pip or pipx installed stays as well: pipx uninstall modemd.
    """
    from modemd.cli import service_files as files

    _need_root(root, "uninstall")
    wanted = files.wanted(files.HOME / "bin")
    if root == Path("/") and SYSTEMD.is_dir():
        _run("systemctl", "disable", "--now", *reversed(files.started(wanted)))
    for file in wanted:
        (root / file.path).unlink(missing_ok=True)
    home = root / files.HOME.relative_to("/")
    copied = (home / files.MARK).is_file()
    link = root / files.LINK
    if link.is_symlink() and link.readlink() == files.HOME / "bin/modemd":
        link.unlink()
    if purge:
        for kept in KEPT:
            shutil.rmtree(root / kept, ignore_errors=True)
    if root == Path("/"):
        if SYSTEMD.is_dir():
            _run("systemctl", "daemon-reload")
            _run("udevadm", "control", "--reload")
        if purge:
            for words in (("userdel", "modemd"), ("groupdel", "modemd")):
                _said(*words)
    say("removed: modemd.service" + (", configuration, history and user" if purge else ""))
    if not purge:
        complain("left: /etc/modemd (configuration), /var/lib/modemd (history), the user modemd; --purge takes these")
    if copied:
        shutil.rmtree(home)  # last: this may be what runs
    return 0


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
def status(as_json: bool) -> int:
    """Whether the service is installed, starts at boot and runs; exit code 1 if it does not run."""
    found = _status()
    if as_json:
        say(terminal.to_json(found))
    elif found["installed"] is None:
        complain(
            "systemd does not answer here (is this a container?): the service cannot run; modemd run --config FILE"
        )
    elif not found["installed"]:
        complain('the service is not installed: sudo "$(command -v modemd)" service install')
    else:
        say(f"modemd.service: {found['active']}, {found['enabled']} at boot ({one_line(found['unit'])})")
        if found["program"]:
            say(f"program: {one_line(found['program'])}")
    if found["installed"] and found["active"] != "active":
        complain("sudo systemctl start modemd; journalctl -u modemd -e says why it ended")
    return 0 if found["active"] == "active" else 1


# --- helpers


def _status() -> dict[str, Any]:
    """KEYS, as systemd says it."""
    import modemd

    names = ("LoadState", "FragmentPath", "UnitFileState", "ActiveState", "ExecStart")
    said = _said("systemctl", "show", "modemd.service", "--property", ",".join(names))
    facts = dict(line.partition("=")[::2] for line in said.splitlines())
    program = facts.get("ExecStart", "").partition("path=")[2].partition(" ;")[0]
    return {
        "installed": facts["LoadState"] == "loaded" if "LoadState" in facts else None,
        "unit": facts.get("FragmentPath") or None,
        "enabled": facts.get("UnitFileState") or None,
        "active": facts.get("ActiveState") or None,
        "program": program or None,
        "version": modemd.__version__,
    }


def _need_root(root: Path, verb: str) -> None:
    if root == Path("/") and os.geteuid() != 0:
        raise ModemdError(
            f"this writes to /etc and /usr/lib: sudo {shutil.which(sys.argv[0]) or 'modemd'} service {verb}"
        )


def _said(*words: str) -> str:
    """What a program answers; empty where it is missing or fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def _run(*words: str) -> None:
    """Raises ModemdError with what the program said."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModemdError(f"{' '.join(words)}: {error}") from error
    if done.returncode:
        raise ModemdError(
            f"{' '.join(words)}: {one_line(done.stderr or done.stdout or f'exit {done.returncode}', 400)}"
        )
