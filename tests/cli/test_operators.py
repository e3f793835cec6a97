"""`modemd operators teach`, user packs in the list, and `modemd history --reread`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modemd.money.operators import check_pack

STRANGE = "Ostatok LS: 48,70 rr do 12.05.2026"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of this user's own packs, in a configuration folder of the test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "modemd" / "operators"


def test_teach_writes_a_pack_that_reads_the_reply(modemd: Any, own: Path) -> None:
    """The known pack is copied, extended and right; from then on the reply and its like are read."""
    result = modemd("operators", "teach", STRANGE, "--balance", "48,70", "--operator", "ru-yota")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("[[pattern]]")
    assert "[[example]]" in result.stdout
    assert check_pack(own / "ru-yota.toml") == []
    read = modemd("parse", "--operator", "ru-yota", "--json", "Ostatok LS: 7,05 rr do 1.06.2026")
    assert json.loads(read.stdout)["balance"] == "7.05"
    listed = modemd("operators", "list", "--country", "RU", "--json").stdout
    assert next(row for row in map(json.loads, listed.splitlines()) if row["id"] == "ru-yota")["patterns"] == 1


def test_teach_makes_a_new_pack(modemd: Any, own: Path, tmp_path: Path) -> None:
    """An operator that nobody knows becomes a pack of its own, in the file that --out names."""
    out = tmp_path / "new.toml"
    new = ["--operator", "es-nueva", "--country", "ES", "--plmn", "21499", "--out", str(out)]
    result = modemd("operators", "teach", "--balance", "12,50", *new, input="Remanente: 12,50 hoy\n")
    assert result.exit_code == 0, result.stderr
    assert check_pack(out) == []
    assert 'plmn = ["21499"]' in out.read_text(encoding="utf-8")
    assert not own.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--balance", "1"], "--operator"),
        (["--operator", "es-nueva", "--balance", "1"], "--country"),
        (["--operator", "ru-yota"], "--balance"),
        (["--operator", "ru-yota", "--balance", "99"], "48,70"),
        (["--operator", "Yota!", "--country", "RU", "--balance", "48,70"], "lower case"),
    ],
)
def test_teach_says_what_is_missing(modemd: Any, own: Path, arguments: list[str], said: str) -> None:
    """Wrong usage or a wrong number is exit 2 with the cure, and nothing is written."""
    result = modemd("operators", "teach", STRANGE, *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert not own.exists()


def test_teach_takes_the_last_unread_answer_of_the_daemon(daemon: Any, modemd: Any, reading: Any, own: Path) -> None:
    """--last takes text and operator of the newest answer without a balance."""
    unread = {"balance": None, "error": "unreadable", "operator": "ru-yota"}
    daemon.rows("history", [reading(text="old", **unread), reading(text=STRANGE, **unread), reading()])
    result = modemd("operators", "teach", "--last", "home", "--balance", "48,70")
    assert result.exit_code == 0, result.stderr
    assert check_pack(own / "ru-yota.toml") == []
    assert daemon.received[0]["modem"] == "home"
    daemon.rows("history", [reading()])
    assert modemd("operators", "teach", "--balance", "1", "--last").exit_code == 1


def test_teach_asks_on_a_terminal(spawn_terminal: Any, tmp_path: Path) -> None:
    """Without --balance a person is shown the reply and asked for the number."""
    out = tmp_path / "pack.toml"
    terminal = spawn_terminal("operators", "teach", STRANGE, "--operator", "ru-yota", "--out", str(out))
    terminal.expect("as written there")
    terminal.type("48,70\n")
    terminal.expect("[[example]]")
    assert terminal.process.wait(10) == 0
    assert check_pack(out) == []


def test_broken_user_pack_is_told_and_left_out(modemd: Any, own: Path) -> None:
    """The list names the file and its fault on stderr and shows the other packs."""
    own.mkdir(parents=True)
    (own / "xx-bad.toml").write_text("id = 5\n", encoding="utf-8")
    result = modemd("operators", "list")
    assert result.exit_code == 0
    assert "xx-bad.toml" in result.stderr
    assert "ru-mts" in result.stdout


def test_reread_shows_what_would_differ(daemon: Any, modemd: Any, reading: Any, own: Path) -> None:
    """Stored texts are read with today's packs; only the rows that differ are shown, old and new."""
    modemd("operators", "teach", STRANGE, "--balance", "48,70", "--operator", "ru-yota")
    stored = reading(balance=None, currency=None, text=STRANGE, operator="ru-yota", error="unreadable")
    daemon.rows("history", [reading(), stored, reading(text=None, balance=None, error="no answer")])
    (row,) = map(json.loads, modemd("history", "--reread", "--json").stdout.splitlines())
    assert (row["old"]["balance"], row["new"]["balance"]) == (None, "48.70")
    table = modemd("history", "--reread").stdout.splitlines()
    assert table[0].split() == ["TIME", "MODEM", "STORED", "TODAY", "TEXT"]
    assert len(table) == 2
    assert "48.70" in table[1]


def test_reread_without_a_difference_says_so(daemon: Any, modemd: Any, reading: Any) -> None:
    """Where all is read as before there is no table, and other shapes of output exclude it."""
    daemon.rows("history", [reading()])
    result = modemd("history", "--reread")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "as before" in result.stderr
    assert modemd("history", "--reread", "--plot").exit_code == 2
