"""Secrets that the configuration names and does not hold: a file, or a systemd credential of that name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from modemd.files import read_file

MOST_BYTES = 1 << 16  # PINs, passwords, tokens, addresses: a key of 64 KiB is none of ours


def credential_path(name: str) -> Path:
    """Where a secret lies. A name without "/" is looked for among the credentials of the service first
    (systemd.exec, LoadCredential=)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) / name if folder and "/" not in name else Path(name)


def placed(name: str, folder: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Where a secret that a file in `folder` names lies: a credential of the service where there is one of that name,
    else relative to the folder."""
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if credentials and "/" not in name:
        credential = Path(credentials, name)
        if credential.exists():
            return str(credential)
    return str(folder / name)


def read_credential(name: str) -> str:
    """The text of a secret, without blanks at its ends. Never waits: what is no regular file of at most 64 KiB (a pipe,
    a device, a folder) is an OSError whose `strerror` says so. Raises FileNotFoundError, PermissionError and
    UnicodeDecodeError as well."""
    return read_file(credential_path(name), most=MOST_BYTES).decode("ascii").strip()
