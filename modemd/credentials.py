"""Secrets that the configuration names and does not hold: a file, or a systemd credential of that name."""

from __future__ import annotations

import os
from pathlib import Path


def credential_path(name: str) -> Path:
    """Where a secret lies. A name without "/" is looked for among the credentials of the service first
    (systemd.exec, LoadCredential=)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) / name if folder and "/" not in name else Path(name)


def read_credential(name: str) -> str:
    """The text of a secret, without blanks at its ends. Raises FileNotFoundError, OSError, UnicodeDecodeError."""
    return credential_path(name).read_text(encoding="ascii").strip()
