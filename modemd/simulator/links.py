"""Where the ports of a fake modem appear: symbolic links that come and go with it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from modemd.errors import ScenarioError
from modemd.simulator.given import GivenTty
from modemd.simulator.scenario import PortRole
from modemd.simulator.terminal import Terminal


class Place(Protocol):
    """Opens the terminals of a modem and shows them under names that programs open. All calls come from one thread but
    the first, `prepare`."""

    def prepare(self, roles: Sequence[PortRole]) -> None:
        """Raises ScenarioError where the names cannot be had."""

    def terminal(self, role: PortRole) -> Terminal | GivenTty:
        """A new one for that port. Raises ScenarioError."""

    def appear(self, terminals: Mapping[PortRole, str]) -> None:
        """The device is there: each port's role and terminal."""

    def vanish(self) -> None:
        """The device is gone, and its names too."""

    def close(self) -> None:
        """The end."""

    def path(self, role: PortRole) -> str:
        """The name of a port, also while it is gone."""


class Links:
    """Links outside of /dev: the AT port at `link`, any other beside it, with its role behind a dot."""

    def __init__(self, link: Path | str | None = None) -> None:
        """`link` None: in a new temporary folder."""
        self._folder = tempfile.TemporaryDirectory(prefix="fake-modem-") if link is None else None
        self._link = Path(self._folder.name, "ttyFAKE0") if self._folder is not None else Path(str(link))
        self._shown: dict[PortRole, str] = {}

    def prepare(self, roles: Sequence[PortRole]) -> None:
        for role in roles:
            check_link(self._at(role))

    def terminal(self, role: PortRole) -> Terminal:  # noqa: ARG002
        return Terminal()

    def appear(self, terminals: Mapping[PortRole, str]) -> None:
        for role, name in terminals.items():
            point_link(self._at(role), name)
            self._shown[role] = name

    def vanish(self) -> None:
        for role, name in self._shown.items():
            remove_link(self._at(role), only_to=name)
        self._shown.clear()

    def close(self) -> None:
        self.vanish()
        if self._folder is not None:
            self._folder.cleanup()

    def path(self, role: PortRole) -> str:
        return str(self._at(role))

    def _at(self, role: PortRole) -> Path:
        return self._link if role == "at" else self._link.with_name(f"{self._link.name}.{role}")


def check_link(link: Path) -> None:
    """Raises ScenarioError unless a link may be put there: nothing is in its place, or what a simulator left behind."""
    if not link.parent.is_dir():
        raise ScenarioError(f"{link}: the folder {link.parent} does not exist; create it or name another place")
    if link.is_symlink():
        target = str(link.readlink())
        if not target.startswith("/dev/pts/"):
            raise ScenarioError(f"{link}: is a link to {target}; name another place for the port")
        if link.exists():
            raise ScenarioError(f"{link}: {target} is in use, by another simulator perhaps; end it or remove the link")
    elif link.exists():
        raise ScenarioError(f"{link}: exists and is not a simulator's link; name another place for the port")


def point_link(link: Path, target: str) -> None:
    """Makes or replaces the link in one step, so that no program ever sees half of it."""
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    try:
        fresh.symlink_to(target)
        fresh.replace(link)
    except OSError as fault:
        raise ScenarioError(f"{link}: cannot be made ({fault.strerror}); name a place where you may write") from fault


def remove_link(link: Path, *, only_to: str | None = None) -> None:
    """Removes the link, with `only_to` unless another took its place."""
    with contextlib.suppress(OSError):
        if link.is_symlink() and (only_to is None or str(link.readlink()) == only_to):
            link.unlink()
