"""`modemd setup` on a terminal: what it asks, what it takes for an answer, and that it never writes half of it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from modemd.cli.setup_probe import Probed
from modemd.money.operators import Packs

SAMPLE = (Path(__file__).parent.parent.parent / "config" / "modemd.toml").read_text("utf-8")

Here = Any  # conftest.SetUpHere
Answer = str | type[BaseException]
Person = Callable[..., Result]


def test_enter_is_an_answer_to_every_question(here: Here, person: Person) -> None:
    """Name, place, two limits, channel, heartbeat, and "write it"."""
    here.plug()
    done = person("", "", "", "", "", "", "")
    assert done.exit_code == 0, done.output
    assert here.read() == {"modem": [{"name": "home", "usb": "2c7c:0125", "low": "100", "critical": "20"}]}
    assert stat.S_IMODE(here.path.stat().st_mode) == 0o640
    assert here.asked == [{"name": "home", "usb": "2c7c:0125"}]
    assert "Operator: MTS (ru-mts)\nBalance: 312.40 RUB" in done.stdout
    assert f"written: {here.path}" in done.stdout
    assert f"Next:\n  modemd run --config {here.path}\n" in done.stdout
    comments = [line for line in here.path.read_text("utf-8").splitlines() if line.startswith("#")]
    assert len(comments) == 5


def test_bad_answers_are_asked_again(here: Here, person: Person) -> None:
    """At each question: what is wrong, what to write, and the same question."""
    here.plug()
    done = person(
        *("my modem", "car"),
        *("ttyUSB2", "/dev/nothing", "9", "usb:12", "\x1b[A", "1"),
        *("much", "1,5,0", "12,50"),
        *("13", "5"),
        *("pidgeon", "8", "command"),
        *("/no/such/program", "'open", "/bin/true --well"),
        *("perhaps", "n"),
        *("ftp://x", "http://127.0.0.1:9/beat"),
        *("what", "y"),
    )
    assert done.exit_code == 0, done.output
    assert here.read() == {
        "modem": [{"name": "car", "usb": "2c7c:0125", "low": "12.50", "critical": "5"}],
        "channel": [{"type": "command", "name": "command", "run": ["/bin/true", "--well"]}],
        "heartbeat": [{"url": "http://127.0.0.1:9/beat"}],
    }
    for words in (
        "my modem: use 1 to 32 of the characters",
        'ttyUSB2: write the whole path, like "/dev/ttyUSB2"',
        "/dev/nothing: nothing is plugged in there",
        "usb:12: write vendor and product",
        "much: write an amount like 50 or 5.20, without a currency",
        "13: that is above 12.50: write at most that",
        "pidgeon: write one of ntfy, email",
        "/no/such/program: ",
        "'open: No closing quotation",
        "Write y or n.",
        "ftp://x: write the whole address",
    ):
        assert words in done.stdout, words


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        (("", "", "60", KeyboardInterrupt), 130, "interrupted"),
        (("", "", "60"), 1, "the answers ended before the questions: nothing was written"),
        (("", "", "", "", "", "", "n"), 1, "nothing was written"),
        (("", "", "", "", "", "", KeyboardInterrupt), 130, "interrupted"),
    ],
)
def test_an_end_in_the_middle_leaves_nothing(
    here: Here, person: Person, answers: tuple[Answer, ...], code: int, words: str
) -> None:
    here.plug()
    done = person(*answers)
    assert (done.exit_code, here.names()) == (code, [])
    assert words in done.stderr


def test_again_it_changes_and_never_destroys(here: Here, person: Person) -> None:
    """The owner's keys and remarks stay, the file of before is kept, and Enter everywhere changes nothing."""
    here.plug()
    owners = (
        SAMPLE.replace('port = "auto"', 'port = "/dev/ttyUSB2"')
        .replace('#code = "*100#"', 'code = "*100#"  # mine')
        .replace('#low = "50"', 'low = "70"')
    )
    here.path.write_text(owners, "utf-8")
    here.path.chmod(0o600)
    done = person("", "75", "", "ntfy", "https://ntfy.sh/my-topic", "tk_secret", "n", "", "")
    assert done.exit_code == 0, done.output
    kept = [name for name in here.names() if name.startswith("modemd.toml.")]
    assert (here.path.parent / kept[0]).read_text("utf-8") == owners
    new = here.read()
    assert new["modem"] == [{"name": "home", "usb": "2c7c:0125", "code": "*100#", "low": "75"}]
    assert new["channel"] == [
        {"type": "ntfy", "name": "ntfy", "url": "https://ntfy.sh/my-topic", "token_file": "ntfy-token"}
    ]
    gone = set(owners.splitlines()) - set(here.path.read_text("utf-8").splitlines())
    assert gone == {'port = "/dev/ttyUSB2"', 'low = "70"'}
    assert (stat.S_IMODE(here.path.stat().st_mode), here.names()) == (0o600, ["modemd.toml", *kept, "ntfy-token"])
    assert '-low = "70"' in done.stdout
    assert '+low = "75"' in done.stdout
    assert "tk_secret" not in done.output + here.path.read_text("utf-8")
    assert (here.path.parent / "ntfy-token").read_text() == "tk_secret\n"
    assert stat.S_IMODE((here.path.parent / "ntfy-token").stat().st_mode) == 0o600

    again = person("", "", "", "", "")
    assert again.exit_code == 0, again.output
    assert "says all of that already: nothing was changed" in again.stdout
    assert len(here.names()) == 3


def test_a_message_that_fails_is_tried_anew(here: Here, person: Person) -> None:
    """A person may mend the channel, or take another one."""
    done = person("", "", "", "", "command", "/bin/false", "", "", "command", "/bin/true", "", "", "")
    assert done.exit_code == 0, done.output
    assert here.read()["channel"] == [{"type": "command", "name": "command", "run": ["/bin/true"]}]


def test_a_pin(here: Here, person: Person) -> None:
    """Asked for where the SIM wants one, and written for the daemon, which alone remembers a refusal."""
    here.plug()
    here.probed = Probed(state="sim", trouble="the SIM asks for its PIN")
    done = person("", "", "1234", "", "", "", "", "")
    assert done.exit_code == 0, done.output
    assert here.read()["modem"][0]["pin_file"] == "sim-pin"
    assert (here.path.parent / "sim-pin").read_text() == "1234\n"
    assert "1234" not in done.output


def test_an_operator_that_the_sim_does_not_tell(here: Here, person: Person) -> None:
    here.plug()
    here.probed = Probed(state="ready", operator="Some Net")
    done = person("", "", "ru-mtz", "ru-mts", "", "", "", "", "")
    assert done.exit_code == 0, done.output
    assert "Network: Some Net; no operator pack is known for this SIM" in done.stdout
    assert here.read()["modem"][0]["operator"] == "ru-mts"
    assert [table.get("operator") for table in here.asked] == [None, "ru-mts"]


@pytest.mark.parametrize(("answer", "balance"), [("", False), ("y", True)])
def test_a_code_that_nobody_has_proved(here: Here, person: Person, answer: str, balance: bool) -> None:
    """It is dialled once if a person says so; Enter says no."""
    here.plug()
    pack = Packs(folders=[]).get("at-hot")
    here.probed = Probed(state="ready", operator=pack.id, pack=pack, balance=Decimal(7), currency=pack.currency)
    done = person("", "", answer, "", "", "", "", "")
    assert done.exit_code == 0, done.output
    assert ("Balance: 7" in done.stdout) is balance


def test_in_the_language_of_the_shell(here: Here, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions, comments and the language of alerts."""
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    here.plug()
    done = person("", "", "", "", "", "", "да")
    assert done.exit_code == 0, done.output
    assert "Баланс: 312.40 RUB" in done.stdout
    assert here.read()["daemon"] == {"language": "ru"}
    assert "# Оповещение, когда баланс не больше этого, в валюте SIM ..." in here.path.read_text("utf-8")
