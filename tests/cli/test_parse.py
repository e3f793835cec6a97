"""`modemd parse` and `modemd operators`: packs and texts without a modem or a daemon."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

KEYS = ["id", "kind", "balance", "currency", "data_left_mb", "expires", "pattern", "confidence"]
MTS = "Баланс:123,40р"


def test_json_keys_and_values(modemd: Any) -> None:
    """--json is one object with exactly the keys of the interface, in their order; amounts are decimal strings."""
    result = modemd("parse", "--operator", "ru-mts", "--json", MTS)
    assert (result.exit_code, result.stderr) == (0, "")
    row = json.loads(result.stdout)
    assert list(row) == KEYS
    assert (row["id"], row["kind"], row["balance"], row["currency"]) == (None, "balance", "123.40", "RUB")
    assert row["confidence"] == "operator"


def test_sentence_for_people(modemd: Any) -> None:
    """People see kind, amount and what it rests on."""
    out = modemd("parse", "--operator", "ru-mts", MTS).stdout
    assert out.startswith("balance: 123.40 RUB (operator: ")
    assert modemd("parse", "Thank you").stdout == "other: no amount read\n"


def test_text_from_stdin(modemd: Any) -> None:
    """Without TEXT the reply is read from stdin, bytes that are no UTF-8 included."""
    assert json.loads(modemd("parse", "--country", "ru", "--json", input=MTS).stdout)["balance"] == "123.40"
    assert modemd("parse", "--json", input=b"\xff\xfe\x00").exit_code == 0


def test_a_text_that_looks_like_an_option(modemd: Any) -> None:
    """A reply that begins with a minus is read behind `--`."""
    row = json.loads(modemd("parse", "--operator", "ru-mts", "--json", "--", "-5,20р").stdout)
    assert row["balance"] in (None, "-5.20")


def test_unknown_operator_names_the_nearest(modemd: Any) -> None:
    """A mistyped --operator is exit 2 with close matches."""
    result = modemd("parse", "--operator", "ru-mtss", MTS)
    assert result.exit_code == 2
    assert "ru-mts" in result.stderr.replace("ru-mtss", "")


def test_jsonl_is_a_line_for_a_line(modemd: Any) -> None:
    """Each line gets its result in order with its id kept whatever its type; an operator without a pack counts for its
    country and is no failure; nulls are allowed."""
    entries: list[dict[str, Any]] = [
        {"id": "a", "text": MTS, "operator": "ru-mts", "country": "RU"},
        {"id": 7, "text": MTS, "operator": "ru-nobody", "country": None},
        {"id": None, "text": None},
        {"id": "d", "text": "Aktuelles Guthaben: 5,12 EUR", "operator": None, "country": "DE", "extra": [1]},
    ]
    lines = "\n".join(json.dumps(entry) for entry in entries)
    result = modemd("parse", "--jsonl", input=lines + "\n\n")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", 7, None, "d"]
    assert [row["balance"] for row in rows] == ["123.40", "123.40", None, "5.12"]
    assert all(list(row) == KEYS for row in rows)


def test_jsonl_goes_on_after_a_bad_line(modemd: Any) -> None:
    """A line that is no JSON object or has wrong types is named on stderr with its number, exit 1; the rest is read."""
    good = json.dumps({"id": 1, "text": MTS, "operator": "ru-mts"})
    bad = ["nonsense", "[1]", '{"id": 2, "text": 5}', "\xff", "[" * 5000]
    data = "\n".join([bad[0], good, *bad[1:], good]).encode("latin-1")
    result = modemd("parse", "--jsonl", input=data)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [f"line {n}" for n in (1, 3, 4, 5, 6)]


def test_operators_list(modemd: Any) -> None:
    """The list has every pack with its codes; --country filters; --json is one object a line."""
    assert "ru-mts" in modemd("operators", "list").stdout
    rows = [json.loads(line) for line in modemd("operators", "list", "--country", "ru", "--json").stdout.splitlines()]
    assert {row["country"] for row in rows} == {"RU"}
    assert "*100#" in next(row for row in rows if row["id"] == "ru-mts")["codes"]
    assert modemd("operators", "list", "--country", "XX").exit_code == 1


def test_operators_show(modemd: Any) -> None:
    """One pack with its queries and where they come from; an unknown id is exit 2 with close matches."""
    out = modemd("operators", "show", "ru-mts").stdout
    assert "*100#" in out
    assert "source" in out
    result = modemd("operators", "show", "ru-mtx")
    assert result.exit_code == 2
    assert "ru-mts" in result.stderr


@pytest.fixture
def pack(modemd: Any, tmp_path: Path) -> Path:
    """A copy of a shipped pack."""
    import modemd.operators as room  # the fixture of that name hides the package

    assert room.__file__
    copy = tmp_path / "ru-mts.toml"
    copy.write_text((Path(room.__file__).parent / "ru-mts.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def test_operators_check(modemd: Any, pack: Path) -> None:
    """A good pack is exit 0; a broken one names every fault on stderr and is exit 2."""
    assert modemd("operators", "check", str(pack)).exit_code == 0
    broken = pack.with_name("broken.toml")
    broken.write_text('colour = "red"\n', encoding="utf-8")
    result = modemd("operators", "check", str(broken), str(pack))
    assert result.exit_code == 2
    assert all(str(broken) in line for line in result.stderr.splitlines())
    assert len(result.stderr.splitlines()) > 1
    assert str(pack) in result.stdout


def test_operators_check_runs_the_examples(modemd: Any, pack: Path) -> None:
    """An example that is read otherwise than it says is exit 1, with what was expected and what was read."""
    example = '\n[[example]]\ntext = "Баланс:77,00р"\nkind = "balance"\nbalance = "78.00"\ncurrency = "RUB"\n'
    pack.write_text(pack.read_text(encoding="utf-8") + example, encoding="utf-8")
    result = modemd("operators", "check", str(pack))
    assert result.exit_code == 1
    assert "78.00" in result.stderr
    assert "77.00" in result.stderr


def test_hostile_lines_are_read_in_bounded_time_and_safe_to_print(modemd: Any) -> None:
    """100 KB texts, NULs, marks of direction, escape sequences and lone surrogates: a result line each without control
    characters, and no number that is not there."""
    texts = [
        "Balance: " + "1" * 100_000,
        "\x00" * 100_000 + "Balance: 5 EUR",
        "\u202eBalance\x1b[31m: 5.20 EUR\x07\u202c",
        "\u0301" * 100_000,
        "((" * 50_000,
        "\n" * 100_000,
        "\ud800 Balance: 5.20 EUR",
    ]
    lines = "".join(json.dumps({"id": "\x1b[0m\u202e", "text": text, "country": "DE"}) + "\n" for text in texts)
    start = time.perf_counter()
    result = modemd("parse", "--jsonl", input=lines)
    assert time.perf_counter() - start < 20.0
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert len(rows) == len(texts)
    assert all(char.isprintable() for row in rows for char in row)
    assert [json.loads(row)["balance"] for row in rows] == [None, None, "5.20", None, None, None, "5.20"]
