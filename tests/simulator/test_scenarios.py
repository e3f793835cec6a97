"""Scenario and capture files: every fault shown at once, every shipped file dialled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modemd.errors import ScenarioError
from modemd.simulator import loading
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.playback import PlayedModem
from modemd.simulator.scenario import Scenario
from modemd.simulator.start import read_source

SHIPPED = sorted(loading.BUILT_IN.glob("*.toml"))

# What the first query of each shipped scenario brings within its time; the request in the form that the modem takes.
FIRST_ANSWER = {
    "beeline-latin": ('AT+CUSD=1,"#102#",15', b"Vash balans 510.20 r."),
    "brownout": ('AT+CUSD=1,"*100#",15', b"\r\nOK\r\n"),
    "composite": ('AT+CUSD=1,"*100#",15', b"\r\nOK\r\n"),
    "csfb": ('AT+CUSD=1,"*100#",15', b'"04110430043B0430043D0441003A00380038002C003200300440",72'),
    "data-only": ('AT+CUSD=1,"*100#",15', b"ERROR"),
    "lost-registration": ('AT+CUSD=1,"*100#",15', b"+CUSD: 4"),
    "sim-swap": ('AT+CUSD=1,"*100#",15', b"Balance 12.00 RUB"),
    "ussd-dead": ('AT+CUSD=1,"*100#",15', b"\r\nOK\r\n"),
    "brovi": ('AT+CPMS="SM"', b"ERROR"),
    "cusd-before-ok": ('AT+CUSD=1,"*100#",15', b'+CUSD: 0,"Balance 12.00"\r\n\r\nOK'),
    "dcs-lies": ('AT+CUSD=1,"*100#",15', b'"04110430043B0430043D04410020003100300031002C0030003100200440002E",15'),
    "hang": ('AT+CUSD=1,"*100#",15', b"Balance 30.00 RUB"),
    "lte-only": ('AT+CUSD=1,"*100#",15', b"+CUSD: 4"),
    "megafon-status2": ('AT+CUSD=1,"*100#",15', b'+CUSD: 2,"003600310031002e0032003000200440002e", 17'),
    "menu": ('AT+CUSD=1,"*111#",15', b'+CUSD: 1,"1 Balance\n2 Tariff\n3 Services"'),
    "mts-falling": ('AT+CUSD=1,"*100#",15', b'"04110430043B0430043D0441003A003300310032002C003400300440",72'),
    "noisy": ('AT+CUSD=1,"*100#",15', b"04110430043B0430043D0441003A0032003200320030002C003700360440"),
    "pin": ('AT+CUSD=1,"*100#",15', b"ERROR"),
    "roaming": ('AT+CUSD=1,"*100#",15', b"Balance 99.00 RUB"),
    "silent": ('AT+CUSD=1,"*100#",15', b"\r\nOK\r\n"),
    "sms-answer": ('AT+CUSD=1,"*100#",15', b'+CMTI: "SM",2'),
    "sms-full": ('AT+CUSD=1,"*100#",15', b'^SMMEMFULL: "SM"'),
    "sms-long": ('AT+CUSD=1,"*100#",15', b'+CMTI: "SM",3'),
    "sms-query": ('AT+CUSD=1,"*100#",15', b"+CUSD: 4"),
    "t2-packed-huawei": ('AT+CUSD=1,"AA18AC3602",15', b'"CF2135487D2E4131DCCD25A381E02E",15'),
    "unplug": ('AT+CUSD=1,"*100#",15', b"\r\nOK\r\n"),
}


def machine(source: str | Path) -> SimulatedModem:
    script = read_source(source)
    return SimulatedModem(script) if isinstance(script, Scenario) else PlayedModem(script)


def heard(modem: SimulatedModem, line: str, *, start: float = 0.0, seconds: float = 10.0) -> bytes:
    """What a command line brings within so many seconds of the modem's own time."""
    modem.receive(line.encode("latin-1") + b"\r", start)
    out = b"".join(modem.due(start))
    while (at := modem.next_at) is not None and at <= start + seconds:
        out += b"".join(piece for port in modem.ports for piece in modem.due(at, port) if port is modem.at)
    return out


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_scenario_answers_as_its_comment_says(path: Path) -> None:
    """Every shipped scenario loads, begins with a comment, and its first query brings what it is made for."""
    assert path.read_text(encoding="utf-8").startswith("# ")
    command, expected = FIRST_ANSWER[path.stem]
    assert expected in heard(machine(path), command)


def test_the_demo_falls_below_both_limits_within_four_queries() -> None:
    """mts-falling goes from comfortable over low (50) to critical (10) and is topped up."""
    scenario = loading.load(loading.find("mts-falling"))
    amounts = [scenario.balance[0].amount(turn) for turn in range(5)]
    assert amounts[0] > 50
    assert 10 < amounts[2] <= 50
    assert amounts[3] <= 10
    assert amounts[4] > 50


def test_all_faults_of_a_file_are_shown_at_once() -> None:
    """One error names each fault with file, key, value and cure."""
    text = """
[modem]
profile = "huawai"
latency = "soon"
imei = 12
chunk = -1
colour = "red"
[[ussd]]
replies = [{ text = "ok", encoding = "ucs-2" }, { text = "Привет", encoding = "packed" }, { text = "a", raw = "b" }]
[balance]
code = "*100#"
template = "Balance"
[[noise]]
line = "^X"
[[event]]
do = "unplug"
[[event]]
do = "line"
at = "1s"
[[ussd_]]
"""
    with pytest.raises(ScenarioError) as caught:
        loading.parse(text, file="mine.toml")
    lines = caught.value.message.split("\n")
    assert all(line.startswith("mine.toml: ") for line in lines)
    for key, part in [
        ("modem.profile", "did you mean 'huawei'?"),
        ("modem.latency", "write a duration"),
        ("modem.imei", "write a text in quotes"),
        ("modem.chunk", "how many octets"),
        ("modem.colour", "unknown key"),
        ("ussd[1].code", "is missing"),
        ("ussd[1].replies[1].encoding", "did you mean 'ucs2'?"),
        ("ussd[1].replies[2].text", "does not exist in the GSM 7-bit alphabet"),
        ("ussd[1].replies[3].raw", "keep one of text, raw and line"),
        ("balance.template", "{balance}"),
        ("balance.start", "write the first amount"),
        ("noise[1].every", "either"),
        ("event[1].at", "say when"),
        ("event[2].line", "is missing"),
        ("ussd_", "did you mean 'ussd'?"),
    ]:
        assert any(line.startswith(f"mine.toml: {key}") and part in line for line in lines), (key, lines)


@pytest.mark.parametrize("text", ["[modem\n", "[modem]\nimei = 'x'\n", "modem = 3\n", "ussd = 'x'\n", "noise = [1]\n"])
def test_a_wrong_file_is_one_error_and_never_a_traceback(text: str) -> None:
    """Files that are no TOML or have values of the wrong kind raise ScenarioError."""
    with pytest.raises(ScenarioError, match="scenario"):
        loading.parse(text)


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    """A name that is neither file nor shipped says what is shipped."""
    with pytest.raises(ScenarioError, match="mts-falling"):
        read_source("no-such-thing")


def test_each_top_level_key_of_the_format_is_documented() -> None:
    """docs/simulator.md names every key that the loader asks for."""
    manual = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
    files = sorted(Path(loading.__file__).parent.glob("loading*.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    keys = set(re.findall(r"""(?:table|modem|top|sim|usb)\.\w+\(\s*"(\w+)\"""", source))
    assert len(keys) > 50
    assert sorted(key for key in keys if not any(shape in manual for shape in (f"`{key}`", f"[{key}]"))) == []


CAPTURE = """# id: twice
> AT+CSCS?
< +CSCS: "UCS2"
< OK
> AT+CUSD=1,"002A0031003000300023",15
< OK
~ 1.5s
< +CUSD: 1,"first\\r\\nline",15
> AT+CSCS="HEX"
< OK
> AT+CUSD=1,"31",15
<< \\r\\n+CUSD: 0,"se
~ 0.2s
<< cond",15\\r\\n\\r\\nOK\\r\\n
> AT+CUSD=2
< OK
< +CUSD: 5
"""


def test_a_capture_plays_its_dialogues_in_turn(tmp_path: Path) -> None:
    """Each request, however it is written, starts the next dialogue; other commands are answered from the capture or
    by the plain modem."""
    path = tmp_path / "twice.capture"
    path.write_text(CAPTURE.replace("\\\\", "\\"), encoding="utf-8")
    modem = machine(path)
    heard(modem, "ATE0")
    assert heard(modem, "AT+CSCS?", start=20) == b'\r\n+CSCS: "UCS2"\r\n\r\nOK\r\n'
    assert heard(modem, "AT+CSQ", start=20) == b"\r\n+CSQ: 19,99\r\n\r\nOK\r\n"
    said = heard(modem, 'AT+CUSD=1,"AA180C3602",15', start=20)
    assert said == b'\r\nOK\r\n\r\n+CUSD: 1,"first\r\nline",15\r\n'
    assert heard(modem, "AT+CUSD=2", start=40) == b"\r\nOK\r\n\r\n+CUSD: 5\r\n"
    assert heard(modem, 'AT+CUSD=1,"1"', start=40) == b'\r\n+CUSD: 0,"second",15\r\n\r\nOK\r\n'
    assert b"OK" in heard(modem, "AT", start=60)


def test_a_fragment_without_a_request_gets_its_ok(tmp_path: Path) -> None:
    """A capture that begins with +CUSD is what a request is answered with, behind the OK that nobody noted."""
    path = tmp_path / "fragment.capture"
    path.write_text('< +CUSD: 2,"612.20 r.", 17\n', encoding="utf-8")
    said = heard(machine(path), 'AT+CUSD=1,"*100#",15')
    assert said.endswith(b'\r\nOK\r\n\r\n+CUSD: 2,"612.20 r.", 17\r\n')


CAPTURES = sorted((Path(__file__).parents[1] / "captures").glob("*.capture"))


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_capture_of_the_project_can_be_played(path: Path) -> None:
    """A request gets the capture's +CUSD lines, and the modem still answers AT behind it."""
    modem = machine(path)
    heard(modem, "ATE0")
    said = heard(modem, 'AT+CUSD=1,"*100#",15', start=10, seconds=300)
    text = path.read_bytes()
    if b"+CUSD: " in text.replace(b"AT+CUSD", b""):
        assert b"+CUSD:" in said or b"expect-result: error" in text
    assert b"\r\nOK\r\n" in heard(modem, "AT", start=400)
