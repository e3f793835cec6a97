"""The udev rules of the modems that are ours, as `modemd setup` keeps them: left alone by ModemManager, kept awake."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from modemd.backends.at.ports.discovery import candidates
from modemd.backends.at.ports.holders import MODEM_MANAGER, runs
from modemd.backends.at.ports.sysroot import device_path, is_there, sysroot
from modemd.backends.at.ports.udev import FILE, RELOAD, own_ports, rules
from modemd.backends.at.ports.uplink import carries_uplink
from modemd.cli.setup_dialog import Dialog
from modemd.cli.terminal import _, say
from modemd.daemon.config import load
from modemd.daemon.config_write import write_plain
from modemd.errors import PortAbsent
from modemd.records import ModemSettings

OURS = f"# {FILE}: made by modemd"
RESTART = f"sudo systemctl restart {MODEM_MANAGER}"


def keep_rules(dialog: Dialog, config: Path) -> list[str]:
    """Brings the file up to date with this configuration, where root runs this and a person agrees; the commands that
    make it count, none where nothing changed."""
    root = sysroot()
    place = root / FILE.removeprefix("/")
    if os.geteuid() != 0 or not (root / "etc/udev").is_dir() or dialog.given("no_udev"):
        return []
    before = _read(place)
    if before and not before.startswith(OURS):
        dialog.note(_("{path} is somebody else's and stays as it is").format(path=FILE))
        return []
    modems = load(config).modems
    there = [modem for modem in modems if _is_tty(modem.port, root)]
    carrying = [modem for modem in there if carries_uplink(_device(modem.port, root) or "", root=root)]
    for modem in carrying:
        line = _("{modem} carries this machine's way out: ModemManager is not kept from it")
        dialog.note(line.format(modem=modem.name))
    mine = [modem for modem in there if modem not in carrying]
    text = merged(_text(mine, root), before, {modem.name for modem in modems if modem not in there})
    if text is None or text == before:
        return []
    if not dialog.yes(
        _("Keep ModemManager away from it, and USB from sleep, by {path}").format(path=FILE), default=True
    ):
        return []
    write_plain(place, text.encode())
    say(_("written: {path}").format(path=FILE))
    return [RELOAD, *([RESTART] if runs(MODEM_MANAGER, root=root) else [])]


def merged(new: str | None, before: str, missing: Collection[str]) -> str | None:
    """The new rules, and from those of before the ones of modems that are not plugged in now. Pure."""
    kept = [block for block in before.split("\n\n") if (name := _HEAD.match(block)) and name[1] in missing]
    if not kept:
        return new
    blocks = (rules([]) if new is None else new).split("\n\n")
    return "\n\n".join([*blocks[:-1], *kept, blocks[-1]])


# --- helpers

_HEAD = re.compile(r"# ([A-Za-z0-9_.-]+)(?::.*)?\n")


def _text(modems: Sequence[ModemSettings], root: Path) -> str | None:
    found, _missing = own_ports(modems, root=root)
    return rules(found) if found else None


def _is_tty(port: str, root: Path) -> bool:
    device = _device(port, root)
    return device is not None and device.startswith("/dev/") and not device.startswith("/dev/pts/")


def _device(port: str, root: Path) -> str | None:
    try:
        found = candidates(port, root=root)[0]
    except PortAbsent:
        return None
    return device_path(found, root) if is_there(Path(found)) else None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
