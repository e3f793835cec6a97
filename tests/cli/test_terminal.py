"""Nothing that an operator sends may act on a terminal, a log or a spreadsheet."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.cli import alerts, history, status, terminal
from modemd.explanations import line_of

HOSTILE = [
    "\x1b]0;owned\x07",  # sets the window's title
    "\x1b[2J\x1b[H",  # clears the screen
    "\x9b31m",  # CSI as one C1 character
    "5.00\u202e00.5",  # right-to-left override: shows another number
    "\u2066hidden\u2069",
    "a\u200bb\ufeffc",
    "line\r\x1b[Kforged",
    "\ud83d",  # half of a surrogate pair, from a UCS2 text that was cut
    "x" + "\u0335" * 50,  # a pile of combining marks
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_loses_its_power(text: str) -> None:
    """Controls, bidi overrides, zero-width characters and piles of marks do not reach the terminal."""
    shown = terminal.one_line(text)
    assert shown.isprintable()
    assert shown.count("\u0335") <= 3


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None), max_size=80))
def test_one_line_is_one_printable_line(text: str) -> None:
    """Whatever the text, one_line gives a printable line without line ends, within its limit."""
    shown = terminal.one_line(text, 60)
    assert shown.isprintable()
    assert len(shown) <= 60


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None), max_size=80))
def test_json_is_pure_and_lossless(text: str) -> None:
    """to_json is one printable line, and reading it back gives the same text."""
    line = terminal.to_json({"text": text})
    assert line.isprintable()
    assert json.loads(line) == {"text": text}


def test_lines_stay_visible_on_one_line() -> None:
    """Line ends of every kind become " / ", empty lines go."""
    assert terminal.one_line("Balance 5\r\n\r\nTop up\u2028now\x0bor\x85no") == "Balance 5 / Top up / now / or / no"


@given(st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_fit_never_exceeds_its_cells(text: str) -> None:
    """A cut text takes no more cells than asked for, wide letters counted as two."""
    assert terminal.width(terminal.fit(terminal.one_line(text), 10)) <= 10


def test_table_aligns_wide_letters() -> None:
    """Columns line up when a cell holds East Asian letters; empty columns are left out."""
    lines = terminal.table(["A", "B", "C"], [["中国移动", "", "1"], ["mts", "", "22"]], right=["C"])
    assert lines == ["A          C", "中国移动   1", "mts       22"]
    assert all(unicodedata.category(char) != "Cc" for line in lines for char in line)


@pytest.mark.parametrize(
    ("age_s", "words"),
    [
        (None, ""),
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (47 * 3600, "47 h ago"),
        (48 * 3600, "2 days ago"),
        (40 * 86400, "40 days ago"),
    ],
)
def test_ages_in_words(age_s: float | None, words: str) -> None:
    """Ages are rounded down to their largest unit."""
    assert terminal.ago(age_s) == words


@pytest.mark.parametrize(
    ("megabytes", "words"),
    [(None, ""), (0.0, "0 MB"), (100.0, "100 MB"), (0.5, "0.50 MB"), (1536.0, "1.5 GB"), (2048.0, "2 GB")],
)
def test_data_sizes(megabytes: float | None, words: str) -> None:
    """Data sizes keep their precision, 1 GB = 1024 MB."""
    assert terminal.data_size(megabytes) == words


@pytest.mark.parametrize(
    ("line", "russian"),
    [
        (
            line_of("sim puk"),
            "SIM-карта заблокирована и просит PUK: разблокируйте её в телефоне; modemd никогда не вводит PUK",
        ),
        (
            line_of("not running", about="no x"),
            "демон не запущен (no x): sudo systemctl start modemd, или modemd run --config FILE",
        ),
        (
            line_of("CME 999"),
            "модем или сеть отклонили запрос (CME 999): спросите снова через минуту, потом посмотрите modemd status",
        ),
        ("the modem gave up: go away", "the modem gave up: go away"),
        ("no answer came in time on Mars: ask again", "no answer came in time on Mars: ask again"),
    ],
)
def test_what_went_wrong_in_the_language_of_the_shell(monkeypatch: pytest.MonkeyPatch, line: str, russian: str) -> None:
    """The table's lines, with the detail in brackets; what knows more than the table stays."""
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    assert (terminal.told(line), terminal.why("x", line)) == (russian, russian)
    monkeypatch.setenv("LC_ALL", "C")
    assert terminal.told(line) == line


@pytest.mark.parametrize("shell", ["C", "ru_RU.UTF-8", "zh_CN.UTF-8"])
@pytest.mark.parametrize("columns", [40, 80])
def test_tables_fit_forty_columns(monkeypatch: pytest.MonkeyPatch, shell: str, columns: int) -> None:
    """In each language, with the balance and what it means still there."""
    monkeypatch.setenv("LC_ALL", shell)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    modem = {
        "modem": "home",
        "state": "quarantine",
        "sim": {"iccid": "8970101234567890123"},
        "operator": "ru-mts",
        "rat": "LTE",
        "signal_dbm": -75,
        "balance": "-1312.40",
        "currency": "RUB",
        "level": "critical",
        "taken_at": "2026-11-22T17:47:32Z",
        "age_s": 1700,
        "next_query_at": "2036-11-22T17:47:32Z",
        "alerts": [{"event": "critical"}, {"event": "subscription"}],
    }
    text = "home: balance is critical: -1312.40 RUB (limit 10), ru-mts"
    alert = {**modem, "event": "subscription", "raised_at": "2026-11-22T17:47:32Z", "id": "53becc77f691", "text": text}
    row = {**modem, "data_left_mb": 1433.6, "code": "*100#", "error": "no answer", "hint": "no answer came in time"}
    found = {
        "status": status.table_of([modem], datetime(2026, 11, 22, tzinfo=UTC)),
        "alerts": alerts.table_of([alert]),
        "history": history._table([row], several=False),
    }
    assert max(terminal.width(line) for lines in found.values() for line in lines) <= columns, found
    assert all("-1312.40" in lines[1] for name, lines in found.items() if name != "alerts")


def test_a_table_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be spared goes first, then the end of the last column; a pipe gets everything."""
    heads, row = ("NAME", "CODE", "NOTE"), ["home", "*100#", "the operator's own words, which are long"]
    whole = terminal.table(heads, [row], spare=("CODE",))
    assert len(whole[1]) > 40
    monkeypatch.setenv("COLUMNS", "40")
    assert terminal.table(heads, [row], spare=("CODE",)) == whole
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert terminal.table(heads, [row], spare=("CODE",)) == ["NAME  NOTE", "home  the operator's own words, which..."]
    monkeypatch.setenv("COLUMNS", "60")
    assert terminal.table(heads, [row], spare=("CODE",)) == whole
