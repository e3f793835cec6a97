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


def learnt(reading: Any, *numbers: str, **more: Any) -> list[Any]:
    """Answers to one code that nobody reads."""
    fields = {"balance": None, "currency": None, "kind": "other", "error": "unreadable", "operator": "ru-yota", **more}
    return [reading(text=f"Kirjana {number} qq\x1b[2J tervist", **fields) for number in numbers]


def test_one_yes_teaches_what_behaves_like_money(daemon: Any, modemd: Any, reading: Any, own: Path) -> None:
    """The whole text is shown, escaped, with the one number; a yes writes the pack with its examples, and the history
    is read again."""
    daemon.rows("history", [*learnt(reading, "62.70", "61.70", "61.27"), reading(text="Hello", balance=None)])
    result = modemd("operators", "teach", "--last", input="y\n")
    assert result.exit_code == 0, result.stderr
    assert "is 61.27 the balance?" in result.stderr
    assert "Kirjana 61.27 qq" in result.stderr
    assert "tervist" in result.stderr
    assert "\x1b" not in result.stderr
    assert "3 of 3 stored answers" in result.stderr
    assert result.stdout.count("[[example]]") == 3
    assert check_pack(own / "ru-yota.toml") == []
    read = modemd("parse", "--operator", "ru-yota", "--json", "Kirjana 5.10 qq\x1b[2J tervist")
    assert json.loads(read.stdout)["balance"] == "5.10"
    assert "is 61.27" not in modemd("operators", "teach", "--last", input="y\n").stderr


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_without_a_yes_it_stays_unknown(daemon: Any, modemd: Any, reading: Any, own: Path, answer: str) -> None:
    daemon.rows("history", learnt(reading, "62.70", "61.70", "61.27"))
    result = modemd("operators", "teach", "--last", input=answer)
    assert result.exit_code == 1
    assert "left unknown" in result.stderr
    assert not own.exists()


@pytest.mark.parametrize(
    ("numbers", "other"),
    [
        (("62.70", "61.70"), {}),
        (("61.27", "61.70", "62.70"), {}),
        (("62.70", "61.70", "61.27"), {"origin": "network"}),
        (("62.70", "61.70", "61.27"), {"kind": "error"}),
        (("62.70", "61.70", "61.27"), {"code": "*101#", "operator": "ru-yota"}),
    ],
    ids=str,
)
def test_nothing_is_proposed_without_a_reason(
    daemon: Any, modemd: Any, reading: Any, own: Path, numbers: tuple[str, ...], other: dict[str, Any]
) -> None:
    """Too few, no money, not asked for, an error, an answer to the code for data: the person has to name the number."""
    daemon.rows("history", learnt(reading, *numbers, **other))
    result = modemd("operators", "teach", "--last", input="y\n")
    assert result.exit_code == 2
    assert "--balance" in result.stderr
    assert not own.exists()


def test_answers_of_another_sim_or_code_do_not_count(daemon: Any, modemd: Any, reading: Any, own: Path) -> None:
    one, two, three = learnt(reading, "62.70", "61.70", "61.27")
    for changed in ({"code": "*105#"}, {"sim": {"iccid": "89701010000000000099", "imsi": "250110000000099"}}):
        daemon.rows("history", [{**one, **changed}, two, three])
        assert modemd("operators", "teach", "--last", input="y\n").exit_code == 2
    assert not own.exists()


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
