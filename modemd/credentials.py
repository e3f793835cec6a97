"""Secrets that the configuration names and does not hold: a file, or a systemd credential of that name."""

from __future__ import annotations

import os
from pathlib import Path

from modemd.files import read_file

MOST_BYTES = 1 << 16  # PINs, passwords, tokens, addresses: a key of 64 KiB is none of ours


def credential_path(name: str) -> Path:
    """Where a secret lies. A name without "/" is looked for among the credentials of the service first
    (systemd.exec, LoadCredential=)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) / name if folder and "/" not in name else Path(name)


def read_credential(name: str) -> str:
    """The text of a secret, without blanks at its ends. Never waits: what is no regular file of at most 64 KiB (a pipe,
    a device, a folder) is an OSError whose `strerror` says so. Raises FileNotFoundError, PermissionError and
    UnicodeDecodeError as well."""
    return read_file(credential_path(name), most=MOST_BYTES).decode("ascii").strip()
