"""Ways to start a fake modem: by file, by the name of a shipped scenario, by text, by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from modemd.errors import ScenarioError
from modemd.files import read_text, reason
from modemd.simulator import loading
from modemd.simulator.capture import Capture, parse_capture
from modemd.simulator.given import GivenTtys
from modemd.simulator.links import Place
from modemd.simulator.playback import PlayedModem
from modemd.simulator.pty import FakeModem
from modemd.simulator.scenario import Scenario

Source = str | Path | Mapping[str, object] | Scenario | Capture


def open_modem(source: Source, *, link: Path | str | None = None, on: Sequence[Path | str] = ()) -> FakeModem:
    """A running fake modem; stop() it, or use it in a `with`.

    `on`: ttys of others to answer on, one a port, instead of pseudo-terminals with a link.

    `source`: the path of a `.toml` or `.capture` file, the name of a shipped scenario ("mts-falling"), the text of a
    scenario (more than one line), or its tables. Raises ScenarioError."""
    return start(read_source(source), link=link, place=GivenTtys(on) if on else None)


def start(script: Scenario | Capture, *, link: Path | str | None = None, place: Place | None = None) -> FakeModem:
    """A running fake modem that plays this. Raises ScenarioError where its ports cannot appear."""
    if isinstance(script, Scenario):
        return FakeModem(script, link, place=place)
    return FakeModem(lambda now: PlayedModem(script, now=now), link, place=place)


def read_source(source: Source) -> Scenario | Capture:
    """What open_modem() would play. Raises ScenarioError."""
    if isinstance(source, Scenario | Capture):
        return source
    if isinstance(source, Mapping):
        return loading.from_dict(source)
    if isinstance(source, str) and ("\n" in source or source.lstrip().startswith("[")):
        return loading.parse(source)
    path = loading.find(source)
    if path.suffix != ".capture":
        return loading.load(path)
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as fault:
        why = reason(fault)
        raise ScenarioError(f"{path}: cannot be read ({why}); name a text file in UTF-8 that you may read") from fault
    return parse_capture(text, file=str(path))
