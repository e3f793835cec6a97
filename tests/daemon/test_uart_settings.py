"""`baud` and `flow_control` of a modem in the configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemd.daemon import config
from modemd.errors import ConfigError
from modemd.records import ModemSettings


def loaded(folder: Path, *lines: str) -> ModemSettings:
    file = folder / "modemd.toml"
    file.write_text("\n".join(["[[modem]]", 'name = "home"', 'port = "/dev/serial0"', *lines]), encoding="utf-8")
    return config.load(file).modems[0]


@pytest.mark.parametrize(
    ("line", "baud"), [("", None), ('baud = "auto"', None), ("baud = 9600", 9600), ('baud = "921600"', 921_600)]
)
def test_rates(tmp_path: Path, line: str, baud: int | None) -> None:
    """A number, also as text; left out it is "auto"."""
    settings = loaded(tmp_path, line)
    assert (settings.baud, settings.flow_control) == (baud, "none")


@pytest.mark.parametrize("line", ['baud = "fast"', "baud = 9601", "baud = true", "baud = 1.5", 'flow_control = "xon"'])
def test_what_is_no_rate(tmp_path: Path, line: str) -> None:
    """Named with the values that are."""
    with pytest.raises(ConfigError, match="write"):
        loaded(tmp_path, line)


def test_handshake(tmp_path: Path) -> None:
    assert loaded(tmp_path, 'flow_control = "rts-cts"').flow_control == "rts-cts"
