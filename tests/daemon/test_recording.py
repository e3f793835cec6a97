"""Recordings: whole lines are redacted whatever pieces they come in, and a recorded dialogue can be played again."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.at.gsm import encode_packed
from modemd.backends.at.modem import Modem
from modemd.backends.base import Piece, UssdRequest
from modemd.daemon.connection import Peer
from modemd.daemon.control import Client
from modemd.daemon.recording import Transcript
from modemd.errors import DaemonUnreachable, RefusedError
from modemd.modem.requests import UssdQuery
from modemd.records import ModemSettings, UssdResult
from modemd.redaction.dialogue import Redactor
from modemd.simulator.capture import parse_capture

Factory = Callable[..., Any]

HOME = ModemSettings(name="home", port="/dev/null")
IMSI, ICCID, IMEI, PIN, PHONE = "250011234567890", "89701012345678901234", "861234567890127", "4821", "79131234567"
SCENARIO = f"""
[modem]
profile = "huawei"
imei = "{IMEI}"
imsi = "{IMSI}"
iccid = "{ICCID}"
pin = "{PIN}"
sim = "pin"
charset = "UCS2"
chunk = [1, 5, 64]
[[ussd]]
code = "*100#"
replies = [{{ text = "Баланс 123,40 р. Ваш номер +{PHONE}, до 30.11.2026", encoding = "ucs2", after = "0.1s" }}]
[[ussd]]
code = "*105#"
replies = [{{ text = "Balance:55.20 call {PHONE}", encoding = "packed", dcs = 15 }}]
[[ussd]]
code = "*111#"
replies = [{{ text = "1 Balance of {PHONE}", m = 1, menu = {{ "1" = "Your balance is 73.15 RUB, call +{PHONE}" }} }}]
[[noise]]
line = "^RSSI:19"
between = true
"""


def config(port: object) -> str:
    return f"""
[daemon]
socket = "s"
state = "state"
[[modem]]
name = "home"
port = "{port}"
pin_file = "pin"
operator = "ru-mts"
quarantine = "1s"
"""


@pytest.fixture
def recorded(fake_modem: Factory, run_daemon: Factory, write_config: Factory, tmp_path: Path) -> Any:
    """The real daemon on a modem full of secrets; gives it when the modem is ready."""
    (tmp_path / "pin").write_text(PIN)
    daemon = run_daemon(write_config(config(fake_modem(SCENARIO).path)), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    return daemon


def secrets() -> list[str]:
    """Every form in which one of the secrets could stand in a file."""
    found = [f'"{PIN}"']
    for number in (IMSI, ICCID, IMEI, PHONE, PHONE[1:]):
        swapped = "".join(number[at + 1] + number[at] for at in range(0, len(number) - 1, 2))
        found += [number, swapped, number.encode("utf-16-be").hex(), number.encode().hex(), encode_packed(number)]
    found += [encode_packed(f"Balance:55.20 call {PHONE}")[24:]]
    return [form.upper() for form in found]


@pytest.mark.parametrize(
    ("arguments", "text", "result"),
    [
        (("--balance",), "Баланс 123,40 р. Ваш номер +7", "reply"),
        (("--ussd", "*105#"), "Balance:55.20 call 7", "reply"),
        (("--ussd", "*111#"), "1 Balance of 7", "menu"),
        (("--ussd", "*111#", "--reply", "1"), "Your balance is 73.15 RUB, call +7", "reply"),
        (("--ussd", "*404#"), None, "error"),
    ],
)
def test_a_recording_is_a_report_a_scenario_and_a_test(
    recorded: Any, tmp_path: Path, fake_modem: Factory, arguments: tuple[str, ...], text: str | None, result: str
) -> None:
    """One command gives a private file without secrets; played by the fake modem it gives the engine the same text."""
    file = tmp_path / "report.capture"
    done = recorded.cli("record", *arguments, "--note", "as seen", str(file))
    assert (done.returncode, done.stdout) == (0, f"{file}\n"), done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_text(encoding="ascii")
    assert not [form for form in secrets() if form in written.upper()]
    capture = parse_capture(written)
    assert (capture.id, capture.modem, capture.note) == ("report", "huawei E3372 (firmware 21.180.01.00.00)", "as seen")
    assert capture.expect_result == result
    assert "> AT+CIMI\n" in written  # who the modem is stands in front
    modem = Modem(fake_modem(str(file)).path)
    modem.connect()
    replies = ["1"] if "--reply" in arguments else []
    try:
        modem.identify()
        played = modem.ussd(
            UssdRequest(
                code="*100#",
                ask=lambda _menu: replies.pop() if replies else None,
                timeout_s=5,
                repeatable=False,
                cancelled=lambda: False,
            )
        )
    finally:
        modem.close()
    assert played.text == capture.expect_text
    assert (played.text or "").startswith(text or "")
    assert (played.error is None) == (text is not None)
    assert (modem.sim.imsi or "").startswith("25001")


def test_an_existing_file_is_kept(recorded: Any, tmp_path: Path) -> None:
    """Exit 2 and the old file as it was; --force replaces it; nothing else is left in the folder."""
    file = tmp_path / "files" / "x.capture"
    file.parent.mkdir()
    file.write_text("mine")
    refused = recorded.cli("record", "--balance", str(file))
    assert (refused.returncode, file.read_text()) == (2, "mine")
    assert "--force" in refused.stderr
    assert recorded.cli("record", "--ussd", "*105#", "--force", "home", str(file)).returncode == 0
    assert file.read_text().startswith("# id: x\n")
    assert (stat.S_IMODE(file.stat().st_mode), list(file.parent.iterdir())) == (0o600, [file])


# --- rights and ends, with owner threads that are not real -----------------------------------------------------------


def test_a_recording_ends_with_its_query(office: Any) -> None:
    """Rows as they happen, then the device and what the query was; the tap is left alone afterwards."""
    office.configure(HOME)
    rows: list[dict[str, Any]] = []
    with Client.connect(office.path) as client:
        owner = office.owners["home"]

        def answer(row: dict[str, Any]) -> None:
            rows.append(row)
            if len(rows) == 2:
                owner.asked[-1][1].set_result(UssdResult(code="*100#", status="done", text="5", decoder="plain"))

        owner.tap.opened()
        owner.tap.pass_on(True, b"AT\r")
        owner.tap.pass_on(False, b"\r\nOK\r\n")
        result = client.request("record", code="*100#", on_row=answer, patience_s=10)
    assert [(row["sent"], row["data"]) for row in rows] == [(True, "AT\r"), (False, "\r\nOK\r\n")]
    assert (result["decoder"], result["error"], sorted(result["device"])) == (
        "plain",
        None,
        ["firmware", "manufacturer", "model"],
    )
    assert isinstance(owner.asked[0][0], UssdQuery)


def test_a_recording_ends_by_itself_or_when_told(office: Any) -> None:
    """After `for_s`, and as soon as the client asks for it: what was held back comes then."""
    office.configure(HOME)
    owner = office.owners["home"]
    owner.tap.opened()
    owner.tap.pass_on(True, b"AT\r")
    owner.tap.pass_on(False, b"\r\nno end")
    rows: list[dict[str, Any]] = []
    with Client.connect(office.path) as client:
        client.request("record", for_s=0.1, on_row=rows.append, patience_s=10)
        assert [row["data"] for row in rows] == ["AT\r", "\r\nno end"]
        rows.clear()

        def stop(row: dict[str, Any]) -> None:
            rows.append(row)
            if len(rows) == 1:
                client.stop()

        client.request("record", on_row=stop, patience_s=10)
    assert len(rows) == 2
    assert owner.asked == []


def test_a_stranger_may_not_record(office: Any) -> None:
    """Only root, the daemon's user and `dial`: what is said on a wire is not for the whole group."""
    office.configure(HOME)
    office.peer = Peer(pid=1, uid=os.geteuid() + 4242, gids=frozenset({os.getegid()}))
    with Client.connect(office.path) as client, pytest.raises(DaemonUnreachable, match="dial"):
        client.request("record")


def test_a_bad_code_records_nothing(office: Any) -> None:
    """A code that may not be dialled is refused before anything is sent."""
    office.configure(HOME)
    with Client.connect(office.path) as client, pytest.raises(RefusedError, match="not sent"):
        client.request("record", code="**21*123#")
    assert office.owners["home"].asked == []


# --- pieces ----------------------------------------------------------------------------------------------------------

WIRE = (
    f"\r\n{IMSI}\r\n\r\nOK\r\n"
    f'\r\n+CUSD: 0,"Balance 5\nyour number\n+{PHONE}",15\r\n'
    f'\r\n+CUSD: 0,"{PHONE.encode("utf-16-be").hex().upper()}",72\r\n\r\n^RSSI:19\r\n'
).encode()


@given(st.lists(st.integers(1, len(WIRE) - 1), max_size=40))
def test_pieces_of_any_size_are_redacted_as_a_whole(cuts: list[int]) -> None:
    """Wherever a stream is cut, the pieces come out with the same bounds, and together without the secrets."""
    bounds = [0, *sorted(set(cuts)), len(WIRE)]
    pieces = [WIRE[start:end] for start, end in pairwise(bounds)]
    transcript = Transcript(Redactor())
    rows = []
    for number, piece in enumerate(pieces):
        rows += transcript.take(Piece(number, number / 10, False, piece))
    rows += transcript.end()
    assert [len(row["data"]) for row in rows] == [len(piece) for piece in pieces]
    assert [row["at_s"] for row in rows] == sorted(row["at_s"] for row in rows)
    done = "".join(row["data"] for row in rows)
    for secret in (IMSI, PHONE, PHONE.encode("utf-16-be").hex().upper()):
        assert secret not in done
    assert "Balance 5\nyour number\n+7" in done


def test_half_a_number_at_either_end() -> None:
    """A recording that begins or ends inside of a line shows no part of a number."""
    transcript = Transcript(Redactor())
    rows = transcript.take(Piece(7, 0.0, False, b"4567890\r\n\r\nOK\r\n"))
    rows += transcript.take(Piece(8, 0.1, False, b"\r\n25001123"))
    rows += transcript.end()
    done = "".join(row["data"] for row in rows)
    assert "4567890" not in done
    assert "25001123" not in done
    assert "OK" in done


def test_the_order_of_the_wire_is_kept() -> None:
    """A command that went out while a line was coming stands where it was sent."""
    transcript = Transcript(Redactor())
    rows = transcript.take(Piece(0, 0.0, True, b"AT\r"))
    rows += transcript.take(Piece(1, 0.1, False, b"\r\n^RSS"))
    rows += transcript.take(Piece(2, 0.2, True, b"AT+CSQ\r"))
    rows += transcript.take(Piece(3, 0.3, False, b"I:19\r\n"))
    assert [(row["sent"], row["data"]) for row in rows] == [
        (True, "AT\r"),
        (False, "\r\n^RSS"),
        (True, "AT+CSQ\r"),
        (False, "I:19\r\n"),
    ]
