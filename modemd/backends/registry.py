"""The ways to reach a modem. What a configured `backend` stands for is looked up here, and nowhere else."""

from __future__ import annotations

from importlib import import_module

from modemd.backends.base import Backend, Host
from modemd.frozen import dataclass
from modemd.records import ModemSettings


@dataclass(frozen=True, slots=True)
class Way:
    """`where`: module and class, imported when a modem wants it and made from its ModemSettings and the Host. `serial`:
    `port` is a serial port of this machine; else it may be left out, and means what the back end makes of it."""

    where: str
    serial: bool


# Name in the configuration -> way. "auto" is the first that can find the modem; there is one yet.
BACKENDS = {"at": Way("modemd.backends.at.backend:AtBackend", serial=True)}


def way_of(backend: object) -> Way:
    """Of a `backend` in the configuration; what is no name of one counts as left out."""
    return BACKENDS.get(backend if isinstance(backend, str) else "", BACKENDS["at"])


def make_backend(settings: ModemSettings, host: Host) -> Backend:
    """The back end of one configured modem, not opened."""
    module, _, name = way_of(settings.backend).where.partition(":")
    backend: Backend = getattr(import_module(module), name)(settings, host)
    return backend
