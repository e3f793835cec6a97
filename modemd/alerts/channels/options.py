"""Checks of options that several channels have. Each gives problems whose `key` is relative to the table."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from modemd.credentials import shown
from modemd.errors import Problem

NO_CERTIFICATE = "it holds no certificate"


def fault(key: str, value: object, cure: str) -> Problem:
    return Problem(file="", key=key, value=shown(key, value), cure=cure)


def unknown(options: Mapping[str, object], known: Collection[str], kind: str) -> list[Problem]:
    """Keys that this kind of channel does not have."""
    cure = f"a channel of type {kind} has no such key; known here: {', '.join(known)}"
    return [fault(key, value, cure) for key, value in options.items() if key not in known]


def texts(options: Mapping[str, object], keys: Iterable[str], *, needed: Mapping[str, str]) -> list[Problem]:
    """`keys` that are there must be text in quotes; of `needed` (with an example each) none may be missing."""
    problems = [fault(key, None, f"write {example}") for key, example in needed.items() if key not in options]
    for key in keys:
        value = options.get(key, "x")
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            problems.append(fault(key, value, "write it as text in quotes, in one line"))
    return problems


def lists(options: Mapping[str, object], key: str, example: str) -> list[Problem]:
    """A list of texts, not empty."""
    value = options.get(key)
    if isinstance(value, list) and value and all(isinstance(one, str) and one.strip() for one in value):
        return []
    return [fault(key, value, f"write {example}")]


def address(options: Mapping[str, object], key: str = "url", *, path: bool = False) -> list[Problem]:
    """An address of the web; `path`: with one."""
    value = options.get(key)
    if not isinstance(value, str):
        return []  # texts() has said so
    cure = 'write the whole address, like "https://example.org/topic"'
    parts = of_the_web(value)
    if parts is None or not _can_be_called(parts) or any(character.isspace() for character in value):
        return [fault(key, value, cure)]
    if parts.username is not None or parts.password is not None:
        return [fault(key, f"{parts.scheme}://...@{parts.hostname}", "keep the password out of it: name its file")]
    if path and not parts.path.strip("/"):
        return [fault(key, value, 'the topic is missing at its end: "https://ntfy.sh/my-topic"')]
    if path and not re.fullmatch("[-_A-Za-z0-9]{1,64}", parts.path.rstrip("/").rpartition("/")[2]):
        return [fault(key, value, "ntfy takes topics of 1 to 64 of A-Z a-z 0-9 _ - alone: choose another")]
    return []


def of_the_web(value: str) -> SplitResult | None:
    """The parts of an http or https address with a host; None where it is none."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def missing_file(options: Mapping[str, object], key: str, *, empty: str) -> list[Problem]:
    """A secret that is not there or holds nothing, as far as this user sees."""
    name = options.get(key)
    if not isinstance(name, str):
        return []
    try:
        if not Path(name).read_bytes().strip():
            return [fault(key, name, empty)]
    except PermissionError:
        return []  # the service's user may
    except OSError as error:
        return [fault(key, name, f"cannot be read: {error.strerror}")]
    return []


def exposed_files(options: Mapping[str, object]) -> list[Problem]:
    """Secrets that every user of this machine may read."""
    problems = []
    for key, name in options.items():
        if not key.endswith("_file") or key == "ca_file" or not isinstance(name, str):
            continue
        try:
            mode = Path(name).stat().st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and mode & stat.S_IROTH:
            cure = f"everybody on this machine may read this secret: sudo chmod 640 {name}"
            problems.append(fault(key, name, cure))
    return problems


# --- helpers


def _can_be_called(parts: SplitResult) -> bool:
    try:
        (parts.hostname or "").encode("idna")
    except ValueError:  # a part of it is empty or too long
        return False
    return True
