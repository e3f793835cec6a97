"""What a configuration names and the machine does not have yet. No fault of the configuration: it may come with a
mount, a credential of systemd or the next installation, so the daemon starts without it and goes on looking."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from modemd.daemon.config import Config, document
from modemd.daemon.outward import with_places
from modemd.errors import ConfigError, Problem, SimError


def missing(config: Config, file: str | Path) -> list[Problem]:
    """A problem for each PIN file without a PIN and each channel that lacks something, as far as this user sees: what
    only another user may look at is none. `file`: where the configuration was read."""
    from modemd.alerts.channels import CHANNELS  # late, as config does

    found = [
        Problem(str(file), f"modem[{index}].pin_file", json.dumps(modem.pin_file, ensure_ascii=False), fault)
        for index, modem in enumerate(config.modems)
        if modem.pin_file is not None and (fault := _no_pin(modem.pin_file, Path(file))) is not None
    ]
    for index, channel in enumerate(config.channels):
        found += [
            Problem(str(file), f"channel[{index}].{lack.key}", lack.value, lack.cure)
            for lack in CHANNELS[channel.type].lacks(channel.options)
        ]
    return found


def faults(config: Config, file: str | Path) -> list[Problem]:
    """All of them: what a daemon says that starts with them."""
    return [*exposed(config, file), *missing(config, file)]


def exposed(config: Config, file: str | Path) -> list[Problem]:
    """A problem for each secret of a channel that everybody on this machine may read."""
    return _exposed([channel.options for channel in config.channels], file)


def exposed_in(file: Path) -> list[Problem]:
    """The same for a file that has other faults as well, as far as it is TOML."""
    try:
        tables = document(file).get("channel")
    except ConfigError:
        return []
    channels = [table if isinstance(table, dict) else {} for table in (tables if isinstance(tables, list) else ())]
    return _exposed([with_places(table, file.absolute().parent, os.environ) for table in channels], file)


# --- helpers


def _exposed(channels: Iterable[Mapping[str, object]], file: str | Path) -> list[Problem]:
    from modemd.alerts.channels.options import exposed_files  # late, as above

    return [
        Problem(str(file), f"channel[{index}].{fault.key}", fault.value, fault.cure)
        for index, options in enumerate(channels)
        for fault in exposed_files(options)
    ]


def _no_pin(pin_file: str, file: Path) -> str | None:
    """Why there is no PIN in it, a line with its cure."""
    from modemd.modem.pin import read_pin  # late: few SIMs have a PIN

    try:
        read_pin(pin_file)
    except SimError as error:
        if isinstance(error.__cause__, PermissionError):
            return None
        if isinstance(error.__cause__, FileNotFoundError) and Path(pin_file).parent == file.absolute().parent:
            return f"{error.message}; where it is a systemd credential, the service alone sees it"
        return error.message
    return None
