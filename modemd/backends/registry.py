"""The ways to reach a modem. What a configured `backend` stands for is looked up here, and nowhere else."""

from __future__ import annotations

from importlib import import_module

from modemd.backends.base import Backend, Host
from modemd.records import ModemSettings

# Name in the configuration -> module and class, imported when a modem wants it. Each is made from its ModemSettings and
# the Host. "auto" is the first that can find the modem; there is one yet.
BACKENDS = {"at": "modemd.backends.at.backend:AtBackend"}


def make_backend(settings: ModemSettings, host: Host) -> Backend:
    """The back end of one configured modem, not opened."""
    module, _, name = BACKENDS["at" if settings.backend == "auto" else settings.backend].partition(":")
    backend: Backend = getattr(import_module(module), name)(settings, host)
    return backend
