"""Packs: every built-in one is right, every fault of a file is named at once, and a SIM finds its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from modemd.errors import ConfigError
from modemd.modem.code_order import dials
from modemd.money.fold import fold
from modemd.money.operators import BUILT_IN, Packs, Pattern, check_pack, load_pack, write_index

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


# Loading them all is no work for the collection, which each worker does.
WITH_PATTERNS = [path.stem for path in sorted(BUILT_IN.glob("*.toml")) if b"\n[[pattern]]" in path.read_bytes()]


@pytest.mark.parametrize("pack_id", WITH_PATTERNS)
def test_built_in_patterns_are_quick_on_hostile_text(pack_id: str) -> None:
    """No shipped pattern takes long on 4,096 characters made of its own pieces and of its own examples."""
    pack = Packs(()).get(pack_id)
    assert pack.patterns
    for pattern in pack.patterns:
        examples = [example.text[:length] for example in pack.examples[:3] for length in (7, 25, 60)]
        quick_on_its_own_pieces(pattern, examples)


def quick_on_its_own_pieces(pattern: Pattern, examples: list[str]) -> None:
    words = re.findall(r"[^\W\d_]{2,}", pattern.regex.pattern)[:6]
    for piece in [*HOSTILE, *examples, *words, *(word + " " for word in words), " ".join(words) + " 1"]:
        text = fold((piece * 4096)[:4096])
        start = time.perf_counter()
        list(pattern.regex.finditer(text))
        assert time.perf_counter() - start < 2.0, piece


HOSTILE = ["1", " ", "1 ", "1,", "р", "Баланс: 1", "\n", "минус ", "a", "1 111", "р. ", "Баланс 1р "]


def test_index_of_the_built_in_packs_is_up_to_date(tmp_path: Path) -> None:
    """The index beside the packs says what the packs say. To make it again: make index"""
    for path in BUILT_IN.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    fresh = write_index(tmp_path).read_text(encoding="utf-8")
    assert (BUILT_IN / "index.jsonl").read_text(encoding="utf-8") == fresh, (
        test_index_of_the_built_in_packs_is_up_to_date.__doc__
    )


def test_packs_are_found_with_and_without_an_index(folder: Callable[..., Path]) -> None:
    """A folder whose index is missing, broken or older than its packs is read pack by pack."""
    one = folder(one=SMALL)
    assert Packs((), built_in=one).find(imsi="250011234567890").pack is not None
    write_index(one)
    two = folder(two=SMALL.replace("xx-one", "xx-two").replace("25001", "25002"))
    assert Packs((), built_in=two).ids() == ["xx-one", "xx-two"]
    for damage in ("not json", '{"id": "xx-one"}', "[]"):
        (one / "index.jsonl").write_text(damage, encoding="utf-8")
        assert Packs((), built_in=one).ids() == ["xx-one", "xx-two"]


def test_only_the_pack_of_the_sim_is_parsed(folder: Callable[..., Path]) -> None:
    """With an index the other packs' files are not opened: one that has since become unreadable does no harm."""
    one = folder(one=SMALL, two=SMALL.replace("xx-one", "xx-two").replace("25001", "25002"))
    write_index(one)
    (one / "two.toml").write_bytes(b"\xff")
    packs = Packs((), built_in=one)
    assert packs.find(imsi="250011234567890").pack is not None
    with pytest.raises(ConfigError):
        packs.find(imsi="250021234567890")


def test_packs_of_the_user_are_found_by_themselves(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Packs in the configuration folder of the user join the built-in ones; a broken one is left out and told."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "modemd" / "operators"
    own.mkdir(parents=True)
    (own / "xx-mine.toml").write_text(SMALL.replace("xx-one", "xx-mine").replace("25001", "99955"), encoding="utf-8")
    (own / "ru-mts.toml").write_text("id = 5", encoding="utf-8")
    packs = Packs()
    found = packs.find(imsi="999551234567890").pack
    assert found is not None
    assert found.id == "xx-mine"
    assert packs.get("ru-mts").name == "MTS"
    assert {Path(problem.file).name for problem in packs.problems} == {"ru-mts.toml"}


def test_ambiguous_networks_name_the_candidates_and_the_cure() -> None:
    """Brands on one network are told apart by the SIM's provider name; else the line of the configuration is named."""
    packs = Packs(())
    match = packs.find(imsi="262071234567890")
    assert match.pack is None
    assert match.candidates == ("de-fonic", "de-o2", "de-tchibo")
    assert 'operator = "de-tchibo"' in match.why
    named = packs.find(imsi="262071234567890", spn="Tchibo mobil").pack
    assert named is not None
    assert named.id == "de-tchibo"
    assert packs.find(imsi="262071234567890", spn="Nobody").pack is None


def test_every_shared_network_can_be_told_apart() -> None:
    """No two built-in packs of one network share a provider name."""
    seen: dict[tuple[str, str], str] = {}
    for known in Packs(()).entries():
        for plmn in known.plmn:
            for spn in known.spn:
                assert seen.setdefault((plmn, spn.casefold()), known.id) == known.id


def test_doubtful_codes_are_not_dialled_by_the_schedule() -> None:
    """What costs money or is only hearsay is left to people; claims that were refuted are in no pack."""
    for pack in Packs(()).all():
        alone = {
            dial.code for dial in dials(pack, configured=None, asked=None, by_schedule=True, tried=lambda _code: False)
        }
        doubtful = {q.code for q in pack.queries if q.cost or q.confidence in ("low", "unverified")}
        assert not alone & doubtful
        assert not any(re.search("do not use|postpaid|not a balance", query.note or "") for query in pack.queries)
        assert not any(
            (query.number, query.text) in {("999", "*111#"), ("0500", "0678*0678")} for query in pack.queries
        )


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
        r"(?:\d{1,30}){1,30}x(?P<balance>1)",
        r"(?:\d|\d\d){0,60}x(?P<balance>1)",
        r"(?:a|a){0,99}x(?P<balance>1)",
        r"a.{0,90}b.{0,90}c.{0,90}(?P<balance>1)",
        r"(?:[ .,]?\d{1,3}){0,30}x(?P<balance>1)",
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
    "regex",
    [
        r"(?P<balance>\d{1,9}(?:[ .,]\d{1,3}){0,4})",
        r"(?P<balance>\d{1,3}(?:[ .,]?\d{3})*)",
        r"Баланс:\s*(?P<balance>\d+)\s*р",
        r".{0,20}(?P<balance>\d+(?:[ ]\d{3})*)",
        r"^\D*(?P<balance>\d+)",
    ],
)
def test_ordinary_regex_is_accepted(regex: str) -> None:
    """What people write is not refused."""
    assert load_pack(SMALL.replace(r"Баланс: (?P<balance>[0-9.]{1,9})", regex)).patterns[0].name == "balance"


def test_a_fault_hides_no_example(folder: Callable[..., Path]) -> None:
    """A wrong key and an example that is read otherwise are told together; one of them cannot decide the other."""
    path = folder(one=SMALL.replace('name = "One"', 'name = "One"\ncolour = 5').replace('"5.20"', '"5.2"')) / "one.toml"
    assert [problem.key for problem in check_pack(path)] == ["colour", "example[0].balance"]
    path = folder(two=SMALL.replace('"balance"\nregex', '"balance"\nregexp').replace('"5.20"', '"5.2"')) / "two.toml"
    assert {problem.key for problem in check_pack(path)} == {"pattern[0].regexp", "pattern[0].regex"}


def test_no_balance_code_and_a_query_exclude_each_other(folder: Callable[..., Path]) -> None:
    path = folder(one=SMALL.replace('name = "One"', 'name = "One"\nbalance_at = "the app"')) / "one.toml"
    assert [problem.key for problem in check_pack(path)] == ["balance_at"]


@pytest.mark.parametrize(
    ("pack_id", "codes", "data", "shown"),
    [
        ("ru-megafon", ["*100#"], ["*558#"], {"promised_payment": "*106#"}),
        ("ru-rostelecom", ["*102#"], ["*100*12#"], {}),
        ("ru-t2", ["*105#"], ["*155*0#"], {"promised_payment": "*122#"}),
        ("ru-yota", ["*100#"], ["*101#"], {"account_url": "https://my.yota.ru"}),
        ("ru-tmobile", ["*100#"], ["*111*05#"], {}),
        ("kz-kcell", ["*100#"], ["*444*1*3#"], {}),
        ("kg-megacom", [], [], {"hotline": ("*500",), "balance_at": None}),
        ("ru-sbermobile", [], [], {"plmn": ("25050",), "balance_at": None}),
        ("ru-motiv", [], [], {"plmn": ("25035",), "balance_at": None}),
        ("tj-babilon", [], [], {"plmn": ("43604",), "balance_at": None}),
        ("zz-1nce", [], [], {"plmn": ("90140", "90167"), "balance_at": "the 1NCE portal"}),
        ("us-hologram", [], [], {"balance_at": "https://dashboard.hologram.io"}),
        ("zz-things-mobile", [], [], {"balance_at": "the Things Mobile portal"}),
        ("zz-simbase", [], [], {"balance_at": "the SIMBASE dashboard"}),
    ],
)
def test_what_the_sources_say(pack_id: str, codes: list[str], data: list[str], shown: dict[str, object]) -> None:
    """Codes that tell the tariff, a contract's account or the hotline are in no query."""
    pack = Packs(()).get(pack_id)
    assert [query.code for query in pack.queries if query.code] == codes
    assert list(pack.data_codes) == data
    assert {key: getattr(pack, key) for key in shown} == shown


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
