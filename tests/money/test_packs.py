"""Packs: every built-in one is right, every fault of a file is named at once, and a SIM finds its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from modemd.errors import ConfigError
from modemd.money.operators import BUILT_IN, Packs, check_pack, load_pack

SMALL = """
id = "xx-one"
name = "One"
country = "RU"
currency = "RUB"
plmn = ["25001"]
[[query]]
code = "*100#"
confidence = "high"
source = "a capture"
[[pattern]]
name = "balance"
regex = 'Баланс: (?P<balance>[0-9.]{1,9})'
[[example]]
text = "Баланс: 5.20 р."
kind = "balance"
balance = "5.20"
currency = "RUB"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return make


@pytest.mark.parametrize("path", sorted(BUILT_IN.glob("*.toml")), ids=lambda path: path.stem)
def test_built_in_pack_reads_its_own_examples(path: Path) -> None:
    """A pack dropped into the folder is checked and its examples are read as they say."""
    assert [str(problem) for problem in check_pack(path)] == []
    assert load_pack(path).id == path.stem


@pytest.mark.parametrize("path", sorted(BUILT_IN.glob("*.toml")), ids=lambda path: path.stem)
def test_built_in_patterns_are_quick_on_hostile_text(path: Path) -> None:
    """No shipped pattern takes long on 4,096 characters made of its own pieces."""
    pack = load_pack(path)
    pieces = [
        "1",
        " ",
        "1 ",
        "1,",
        "р",
        "Баланс",
        "Баланс:",
        "Баланс: 1",
        "\n",
        "минус ",
        "a",
        "1 111",
        "р. ",
        "Баланс 1р ",
    ]
    for pattern in pack.patterns:
        for piece in pieces:
            text = (piece * 4096)[:4096]
            start = time.perf_counter()
            list(pattern.regex.finditer(text))
            assert time.perf_counter() - start < 2.0, (pattern.name, piece)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Each fault has file, key, value and cure, and none hides another."""
    path = tmp_path / "bad.toml"
    path.write_text(
        'id = "Bad"\nname = "x"\ncountry = "Russia"\ncurrency = "RUR"\nplmn = ["25"]\ncolour = "red"\n'
        '[[query]]\ncode = "100"\nconfidence = "sure"\n'
        "[[pattern]]\nname = \"p\"\nregex = '(a+)+'\n"
        '[[example]]\ntext = "x"\nkind = "money"\nbalance = "5,2"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_pack(path)
    keys = {problem.key for problem in caught.value.problems}
    assert keys >= {
        "id", "country", "currency", "plmn", "colour", "query[0].code", "query[0].confidence", "query[0].source",
        "pattern[0].regex", "example[0].kind", "example[0].balance",
    }  # fmt: skip
    assert all(problem.file == str(path) and problem.cure for problem in caught.value.problems)


@pytest.mark.parametrize(
    "regex",
    [
        r"(?P<balance>\d+)+р",
        r"(?:\d+,?)*(?P<balance>1)",
        r".*\w*(?P<balance>1)",
        r"\d*\d*(?P<balance>1)",
        r"a.*b.*(?P<balance>1)",
        r"(\s+)(\s+)(?P<balance>1)",
        r"(a)\1(?P<balance>1)",
        r"(?:a|b+|c)+(?P<balance>1)",
        r"(?P<balance>1",
        r"без группы",
        r"(?P<sum>1)",
    ],
)
def test_dangerous_or_wrong_regex_is_refused(regex: str) -> None:
    """A pattern that could run for minutes, is none or gives no balance does not get in."""
    with pytest.raises(ConfigError) as caught:
        load_pack(SMALL.replace(r"Баланс: (?P<balance>[0-9.]{1,9})", regex))
    assert [problem.key for problem in caught.value.problems] == ["pattern[0].regex"]


@pytest.mark.parametrize(
    "regex", [r"Баланс:\s*(?P<balance>\d+)\s*р", r".{0,20}(?P<balance>\d+(?:[ ]\d{3})*)", r"^\D*(?P<balance>\d+)"]
)
def test_ordinary_regex_is_accepted(regex: str) -> None:
    """What people write is not refused."""
    assert load_pack(SMALL.replace(r"Баланс: (?P<balance>[0-9.]{1,9})", regex)).patterns[0].name == "balance"


def test_failing_example_is_a_problem(folder: Callable[..., Path]) -> None:
    """`operators check` tells the key of an example that is read otherwise, what was expected and what was read."""
    path = folder(one=SMALL.replace('balance = "5.20"', 'balance = "5.2"')) / "one.toml"
    (problem,) = check_pack(path)
    assert problem.key == "example[0].balance"
    assert "5.2" in problem.cure
    assert "5.20" in problem.cure


def test_unreadable_and_broken_files_are_config_errors(tmp_path: Path) -> None:
    """A missing file, bytes that are no text, and no TOML each end as one clear problem."""
    (tmp_path / "bytes.toml").write_bytes(b'id = "\xff"')
    (tmp_path / "broken.toml").write_text("id = ", encoding="utf-8")
    for name in ("missing.toml", "bytes.toml", "broken.toml"):
        (problem,) = check_pack(tmp_path / name)
        assert name in problem.file


def test_sim_finds_its_pack_by_network_code() -> None:
    """MCC and MNC of the IMSI choose the built-in pack."""
    packs = Packs()
    found = packs.find(imsi="250011234567890")
    assert found.pack is not None
    assert found.pack.id == "ru-mts"
    assert packs.find(imsi="250021234567890").pack == packs.get("ru-megafon")
    for unknown in ("999991234567890", None, "25001", "no digits"):
        assert packs.find(imsi=unknown).pack is None


def test_brands_on_one_network_are_told_apart(folder: Callable[..., Path]) -> None:
    """Where two packs share a PLMN, ICCID or SPN decides; without them there are candidates and no guess."""
    one = SMALL.replace('name = "One"', 'name = "One"\niccid_prefix = ["897019"]\nspn = ["One"]')
    two = SMALL.replace("xx-one", "xx-two")
    packs = Packs([folder(one=one, two=two)], built_in=None)

    def found(**sim: str) -> str | None:
        match = packs.find(imsi="250011234567890", **sim)
        return match.pack.id if match.pack else None

    assert found(spn="one") == "xx-one"
    assert found(iccid="8970191234567890123") == "xx-one"
    assert found(spn="Other") == "xx-two"
    assert found() is None
    assert packs.find(imsi="250011234567890").candidates == ("xx-one", "xx-two")


def test_user_folder_replaces_by_id_and_a_broken_pack_spoils_no_other(folder: Callable[..., Path]) -> None:
    """A user's pack of the same id wins; a faulty file is only an error when it is asked for."""
    mine = SMALL.replace("xx-one", "ru-mts").replace('"One"', '"My MTS"')
    packs = Packs([folder(mine=mine, broken="id = 5")])
    assert packs.get("ru-mts").name == "My MTS"
    assert packs.get("ru-t2").name == "T2"
    with pytest.raises(ConfigError):
        packs.get("broken")
    with pytest.raises(ConfigError):
        packs.get("xx-nobody")


def test_codes_that_cost_are_never_queries() -> None:
    """The promised payment is shown to people and is no code that anything dials."""
    for pack in Packs().all():
        dialled = {query.code for query in pack.queries} | set(pack.data_codes) | {pack.own_number}
        shown = set(re.findall(r"[*#][\d*#]+#", pack.promised_payment or ""))
        assert not shown & dialled
