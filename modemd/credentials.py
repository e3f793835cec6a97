"""Secrets that the configuration names and does not hold: a file, or a systemd credential of that name."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from modemd.files import read_file

LONGEST_SHOWN = 200  # the path of a file is shown whole, mostly
MOST_BYTES = 1 << 16  # PINs, passwords, tokens, addresses: a key of 64 KiB is none of ours


def credential_path(name: str) -> Path:
    """Where a secret lies. A name without "/" is looked for among the credentials of the service first
    (systemd.exec, LoadCredential=)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) / name if folder and "/" not in name else Path(name)


def shown(key: str, value: object) -> str:
    """A value of the configuration for people, as JSON in one short line: "" for None, and without what may be as good
    as a password. That is what stands under a key that is called so, in the wrong place or not, and of an address all
    but scheme and host. These lines are logged as well."""
    if value is None:
        return ""
    name = key.rpartition(".")[2]
    if _SECRET.search(name) and not name.endswith("_file"):
        return '"..."'
    text = json.dumps(_without_secrets(value, in_url=bool(_ADDRESS.search(name))), ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


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


# --- helpers

_SECRET = re.compile(r"(?i)pass|token|secret|credential|^pin$|^puk$|(?:^|_)key$")
_ADDRESS = re.compile(r"(?i)(?:^|_)ur[li]s?$")
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:/*)?([^/?#]*@)?([^/?#]*)(.*)", re.DOTALL)
# Of "tgram://TOKEN/chat" the host is the secret.
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]+\.?(?::[0-9]*)?|localhost(?::[0-9]*)?|\[[0-9A-Fa-f:.]+\](?::[0-9]*)?|")


def _without_secrets(value: object, *, in_url: bool) -> object:
    if isinstance(value, list):
        return [_without_secrets(one, in_url=in_url) for one in value]
    if isinstance(value, dict):
        return {
            key: "..." if _SECRET.search(str(key)) else _without_secrets(one, in_url=in_url)
            for key, one in value.items()
        }
    if not isinstance(value, str) or not (in_url or "://" in value):
        return value
    scheme, user, host, rest = _PARTS.fullmatch(value).groups(default="")  # type: ignore[union-attr]  # fits all
    if not _HOST.fullmatch(host):
        return f"{scheme}..."
    return f"{scheme}{'...@' if user else ''}{host}{'/...' if rest.strip('/') else rest}"
