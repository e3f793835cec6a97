"""`modemd history`: table, JSON lines, CSV and the picture."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.cli import plot


@pytest.fixture
def falling(reading: Any) -> list[dict[str, Any]]:
    """Six hours apart: four readings, one of them late, and a failure."""
    rows = []
    for number, (balance, level) in enumerate(
        [("412.50", "ok"), ("230.00", "ok"), (None, "ok"), ("48.10", "low"), ("5.30", "critical")]
    ):
        row = reading(balance=balance, level=level, taken_at=f"2026-01-02T{number * 4:02}:00:00Z")
        if balance is None:
            row |= {"kind": "error", "error": "no answer", "text": None, "currency": None}
        rows.append(row)
    rows[1]["origin"] = "late"
    return rows


def test_table(daemon: Any, modemd: Any, falling: Any) -> None:
    """Rows are aligned, oldest first, with the reason of a failure and a mark for a late answer."""
    daemon.rows("history", falling)
    daemon.answers["check"] = []
    result = modemd("history")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].split() == ["TIME", "BALANCE", "LEVEL", "CODE", "NOTE"]
    assert [line.split("  ")[0][:10] for line in lines[1:]] == ["2026-01-02"] * 5
    assert "late answer" in lines[2]
    assert "no answer" in lines[3]
    assert len({line.index("RUB") for line in lines[1:] if "RUB" in line}) == 1


def test_a_table_of_years(daemon: Any, modemd: Any, reading: Any) -> None:
    """Longer than what is aligned at once: one header, every row once; a column that a later row needs comes with a
    header of its own."""
    rows = [reading(balance=f"{number}.00", modem="home") for number in range(4500)]
    daemon.rows("history", rows)
    lines = modemd("history").stdout.splitlines()
    assert [line.split()[2] for line in lines[1:]] == [f"{number}.00" for number in range(4500)]
    rows[4200] |= {"modem": "van"}
    daemon.rows("history", rows)
    lines = modemd("history").stdout.splitlines()
    assert len(lines) == 4500 + 2
    assert [line.split()[0] for line in lines].count("TIME") == 2
    assert "MODEM" not in lines[0]


def test_a_picture_of_years(reading: Any) -> None:
    """Thinned while it comes in: few rows are kept, and the one low reading among thousands is one of them."""
    points = plot.Points()
    for number in range(100_000):
        points.add(reading(balance="5.00" if number == 61_803 else f"{300 + number % 7}.00"))
    points.add(reading(balance=None) | {"error": "no answer"})
    assert len(points.rows) < 8_200
    assert [row["balance"] for row in points.rows].count("5.00") == 1
    assert "× failed (1)" in "\n".join(plot.draw(points.rows, "home")) or "x failed (1)" in "\n".join(
        plot.draw(points.rows, "home")
    )


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("15m", 900), ("6h", 21600), ("30d", 2592000)])
def test_since(daemon: Any, modemd: Any, text: str, seconds: int) -> None:
    """--since reaches the daemon in seconds."""
    daemon.rows("history", [])
    modemd("history", "home", "--since", text)
    assert daemon.received == [{"id": 1, "cmd": "history", "modem": "home", "since_s": seconds}]


@pytest.mark.parametrize("text", ["", "6", "h", "6 hours", "-6h", "6w", "1.5h", "٦h", "99999999999d"])
def test_a_bad_duration_names_the_good_ones(modemd: Any, text: str) -> None:
    """A wrong duration is wrong usage, and the line says how to write it."""
    result = modemd("history", "--since", text)
    assert result.exit_code == 2
    assert "write 30s, 15m, 6h or 30d" in " ".join(result.stderr.split())


def test_json_lines(daemon: Any, modemd: Any, falling: Any) -> None:
    """--json prints one object a row, nothing for people, and an empty history is no line at all."""
    daemon.rows("history", falling)
    result = modemd("history", "--json")
    assert [json.loads(line)["balance"] for line in result.stdout.splitlines()] == [row["balance"] for row in falling]
    assert "hint" not in result.stdout
    daemon.rows("history", [])
    assert modemd("history", "--json").output == ""


def test_csv_header_is_the_json_keys(daemon: Any, modemd: Any, falling: Any) -> None:
    """--csv has the JSON's keys as its header and one record a row, whatever the text holds."""
    falling[0]["text"] = 'He said "5,00"\nand left'
    daemon.rows("history", falling)
    records = list(csv.DictReader(io.StringIO(modemd("history", "--csv").stdout)))
    daemon.rows("history", falling)
    keys = list(json.loads(modemd("history", "--json").stdout.splitlines()[0]))
    assert list(records[0]) == keys
    assert [record["balance"] for record in records] == ["412.50", "230.00", "", "48.10", "5.30"]
    assert records[0]["text"] == 'He said "5,00" / and left'
    assert records[0]["sim"] == "89701012345678901234 250011234567890"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1 gift", "'+1 gift"),
        ("-5.20", "-5.20"),
        ("-5.20 RUB", "'-5.20 RUB"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ("*100#", "*100#"),
    ],
)
def test_csv_starts_no_formula(daemon: Any, modemd: Any, reading: Any, text: str, cell: str) -> None:
    """A text that a spreadsheet would run as a formula gets a leading quote; a negative number stays one."""
    daemon.rows("history", [reading(text=text)])
    (record,) = csv.DictReader(io.StringIO(modemd("history", "--csv").stdout))
    assert record["text"] == cell


def test_plot_marks_readings_late_answers_failures_and_thresholds(daemon: Any, modemd: Any, falling: Any) -> None:
    """The picture has a dot a reading, a ring for the late one, a cross for the failure, thresholds and times."""
    daemon.rows("history", falling)
    line = "MODEMD CRITICAL - home: 5.30 RUB (0 s old) | balance=5.30;50:;10:"
    daemon.result("check", {"exit": 2, "line": line})
    daemon.error("forecast", "bad request", "no such command")
    result = modemd("history", "--plot")
    picture = result.stdout
    assert result.exit_code == 0
    assert picture.count("●") == 3
    assert picture.count("○") == 2  # in the picture and in its key
    assert picture.count("×") == 2
    assert "low 50" in picture
    assert "critical 10" in picture
    assert "failed (1)" in picture
    assert "00:00" in picture
    assert "16:00" in picture


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_plot_fits_its_columns(falling: Any, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """No line of the picture is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = plot.draw(falling, "home", (("low", 50.0), ("critical", 10.0)))
    assert max(map(len, lines)) <= columns


@pytest.mark.parametrize("balances", [["5"], ["0", "0"], ["-3.5", "-9"], ["1e12", "0.01"], ["0.1", "0.2", "0.15"]])
def test_plot_of_few_equal_negative_and_distant_amounts(reading: Any, balances: list[str]) -> None:
    """Every history with a reading has a picture with each of its dots."""
    rows = [reading(balance=b, taken_at=f"2026-01-{n + 1:02}T00:00:00Z") for n, b in enumerate(balances)]
    assert "\n".join(plot.draw(rows, "home")).count("●") == len(balances)


def test_plot_in_an_ascii_locale(daemon: Any, falling: Any, spawn: Any) -> None:
    """Where the locale has no box drawing the picture is plain ASCII."""
    daemon.rows("history", falling)
    daemon.result("check", {"exit": 3, "line": "MODEMD UNKNOWN - home: no reading yet"})
    daemon.error("forecast", "bad request", "no such command")
    result = spawn("history", "--plot", env={"PYTHONIOENCODING": "ascii", "MODEMD_SOCKET": daemon.path})
    assert result.returncode == 0
    assert result.stdout.isascii()
    assert "?" not in result.stdout


def test_thresholds_come_from_the_perfdata() -> None:
    """`modemd check` names the thresholds as plain numbers or as ranges; other lines have none."""
    wanted = (("low", 50.0), ("critical", 10.0))
    assert plot.thresholds("MODEMD OK - home: 123.40 RUB | balance=123.40;50;10") == wanted
    assert plot.thresholds("MODEMD OK - home: 123.40 RUB | balance=123.40;50:;10:") == wanted
    assert plot.thresholds("MODEMD UNKNOWN - home: no reading yet") == ()


def test_nothing_yet(daemon: Any, modemd: Any) -> None:
    """An empty history is said on stderr; stdout stays empty, exit 0."""
    daemon.rows("history", [])
    result = modemd("history")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing has been read yet" in result.stderr


ANY_ROW = st.fixed_dictionaries(
    {
        "taken_at": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | st.none() | st.just("yesterday"),
        "balance": st.decimals(allow_nan=True, places=2).map(str) | st.none() | st.just("a lot"),
        "currency": st.sampled_from(["RUB", None]),
        "origin": st.sampled_from(["query", "late", None]),
        "level": st.sampled_from(["ok", "critical", None]),
        "error": st.sampled_from(["no answer", None]),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY_ROW, max_size=12), st.lists(st.floats(-1e6, 1e6), max_size=2))
def test_plot_draws_whatever_the_rows_hold(rows: list[dict[str, Any]], limits: list[float]) -> None:
    """Damaged times and amounts, equal times and any thresholds never break the picture."""
    lines = plot.draw(rows, "home", tuple(zip(("low", "critical"), limits, strict=False)))
    assert lines[0].startswith("home")
