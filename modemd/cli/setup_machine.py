"""What `modemd setup` sees of the machine, and what it does there: the modem is asked, a test message sent."""

from __future__ import annotations

import grp
import os
import pwd
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modemd.backends.at.ports.discovery import candidates
from modemd.backends.at.ports.survey import KnownModem, PortCandidate, survey
from modemd.backends.at.ports.sysroot import device_path, is_there, sysroot
from modemd.cli.setup_channel import NewChannel
from modemd.cli.setup_dialog import Dialog
from modemd.cli.setup_modem import Table, setting
from modemd.cli.setup_plan import Surroundings
from modemd.cli.setup_probe import Consent, Probed, by_daemon, by_own_daemon
from modemd.cli.terminal import _, one_line
from modemd.cli.waiting import waiting_for
from modemd.daemon.config_write import ACCOUNT
from modemd.daemon.control import socket_candidates
from modemd.doctor.daemon_facts import ask
from modemd.doctor.facts import DaemonFacts, ModemFacts
from modemd.errors import DeliveryError, PortAbsent

UNITS = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")


class ThisMachine:
    """The daemon that runs, if one does, is asked once, when this is made. `path`, `document`: the configuration."""

    def __init__(self, dialog: Dialog, path: Path, document: Mapping[str, Any], socket: str | None) -> None:
        self._dialog, self.path = dialog, path
        self._root = sysroot()
        self._socket = socket
        own = _own_socket(path, document)
        self.daemon, self._modems = DaemonFacts(), tuple[ModemFacts, ...]()
        for place in [own, socket] if own is not None and socket is None else [socket]:
            self.daemon, self._modems, _channels = ask(place)
            self._socket = place
            if self.daemon.reached or self.daemon.mute:
                break

    def ports(self) -> list[PortCandidate]:
        known = [
            KnownModem(name=one.name, port=next(iter(one.paths), None), state=one.state, error=one.error)
            for one in self._modems
        ]
        return survey(known=known, daemon=self.daemon.reached, root=self._root)

    def device(self, wanted: str) -> str | None:
        try:
            found = candidates(wanted, root=self._root)[0]
        except PortAbsent:
            return None
        return device_path(found, self._root) if is_there(Path(found)) else None

    def probe(self, table: Table, consent: Consent) -> Probed:
        """By the daemon where it has this modem, or where nobody can tell which modem would be opened."""
        if self.daemon.mute:
            line = _("A daemon runs and cannot be asked, so the modem is left to it: {why}")
            return Probed(trouble=line.format(why=one_line(self.daemon.line, 400)))
        where = setting(table)
        theirs = self._of_daemon(table, where)
        if theirs is not None:
            self._dialog.note(_("The daemon has this modem, and asks for its balance ..."))
            return by_daemon(self._socket, theirs, table.get("code"), consent)
        if self.daemon.reached and (where is None or not where.startswith("/")):
            return Probed(trouble=_("A daemon runs, so the modem is left to it: it asks once it has read the changes."))
        if str(table.get("backend", "auto")) not in ("auto", "at"):
            return Probed(trouble=_("This modem is no serial port: the daemon asks it once it runs."))
        self._dialog.note(_("No daemon has this modem: it is opened for one question ..."))
        return by_own_daemon(table, consent)

    def try_out(self, channel: NewChannel, *, modem: str, language: str) -> str | None:
        """Sends a test message, its secret in a private folder meanwhile. Why it did not arrive; None where it did."""
        from modemd.alerts.channels import CHANNELS
        from modemd.alerts.raising import make_test_alert

        alert = make_test_alert(
            modem=modem, sim_key=f"modem:{modem}", operator=None, now=datetime.now(UTC), language=language
        )
        with tempfile.TemporaryDirectory(prefix="modemd-setup-") as folder:
            options: dict[str, Any] = {key: v for key, v in channel.table.items() if key not in ("type", "name")}
            if channel.secret is not None and channel.secret_key is not None:
                file = Path(folder) / "secret"
                file.write_text(channel.secret + "\n", encoding="utf-8")
                options[channel.secret_key] = str(file)
            made = CHANNELS[str(channel.table["type"])](options)
            try:
                with waiting_for(_("waiting for the receipts")):
                    made.send(alert)
            except DeliveryError as error:
                return one_line(error.message, 400)
            except KeyboardInterrupt:
                made.cancel()
                raise
        return None

    def surroundings(self, places: Mapping[str, Any], udev: Sequence[str]) -> Surroundings:
        """`places`: [daemon] of the new configuration; `udev`: what is to be done for its rules."""
        running = (self._root / "run/systemd/system").is_dir()
        config = self.daemon.config
        return Surroundings(
            path=str(self.path),
            unit=running and any((self._root / folder / "modemd.service").exists() for folder in UNITS),
            config=config and str(Path(config).absolute()),
            pid=self.daemon.pid,
            user=_outsider(),
            udev=tuple(udev),
            socket=_to_be_told(self.path, places.get("socket")),
        )

    # --- helpers

    def _of_daemon(self, table: Table, where: str | None) -> str | None:
        """What the daemon calls this modem; None where it has not got it."""
        if not self.daemon.reached:
            return None
        own = self.daemon.config is not None and Path(self.daemon.config).absolute() == self.path
        for modem in self._modems:
            if own and modem.name == table.get("name") and modem.port == where:
                return modem.name
        device = None if where is None or not where.startswith("/") else self.device(where)
        for modem in self._modems:
            if device is not None and device in {device_path(path, self._root) for path in modem.paths}:
                return modem.name
        return None


def _own_socket(path: Path, document: Mapping[str, Any]) -> str | None:
    daemon = document.get("daemon")
    place = daemon.get("socket") if isinstance(daemon, dict) else None
    return str(path.parent / place) if isinstance(place, str) and not os.environ.get("MODEMD_SOCKET") else None


def _to_be_told(path: Path, place: object) -> str | None:
    """The socket, where no client looks for it by itself."""
    full = str(path.parent / place) if isinstance(place, str) else None
    return None if full in (None, *socket_candidates(environ={**os.environ, "MODEMD_SOCKET": ""})) else full


def _outsider() -> str | None:
    """Who will want to ask the daemon and may not yet: the person behind sudo, or this user."""
    try:
        name = os.environ.get("SUDO_USER") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        group = grp.getgrnam(ACCOUNT)
        person = pwd.getpwnam(name or "root")
    except KeyError:
        return None
    inside = person.pw_uid == 0 or person.pw_name in group.gr_mem or person.pw_gid == group.gr_gid
    return None if inside else person.pw_name
