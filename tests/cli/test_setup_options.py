"""`modemd setup` without questions, beside a daemon, and as a process."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from modemd.cli.setup_probe import Probed

Here = Any  # conftest.SetUpHere


def test_without_a_terminal(here: Here, modemd: Callable[..., Result]) -> None:
    done = modemd("setup", "--config", str(here.path))
    assert (done.exit_code, here.names()) == (2, [])
    assert "there is no terminal to ask on: give --yes" in done.stderr


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ((), {"usb": "2c7c:0125", "low": "100", "critical": "20"}),
        (("--port", "auto", "--low", "30"), {"port": "auto", "low": "30", "critical": "20"}),
        (("--low", "10"), {"usb": "2c7c:0125", "low": "10", "critical": "2"}),
        (("--low", "-5"), {"usb": "2c7c:0125", "low": "-5", "critical": "-5"}),
        (("--port", "imei:860000000000000"), {"imei": "860000000000000", "low": "100", "critical": "20"}),
        (("--operator", "de-o2"), {"usb": "2c7c:0125", "operator": "de-o2", "low": "100", "critical": "20"}),
        (("--no-ask", "--operator", "de-o2"), {"usb": "2c7c:0125", "operator": "de-o2", "low": "5", "critical": "1"}),
        (("--no-ask",), {"usb": "2c7c:0125", "low": "50", "critical": "10"}),
    ],
)
def test_yes(here: Here, modemd: Callable[..., Result], options: tuple[str, ...], wanted: dict[str, str]) -> None:
    """Without questions: what is proposed, but for what options say."""
    here.plug()
    done = modemd("setup", "--yes", "--config", str(here.path), *options)
    assert done.exit_code == 0, done.output
    assert here.read() == {"modem": [{"name": "home", **wanted}]}
    assert len(here.asked) == (0 if "--no-ask" in options else 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--low", "much"), "--low: write an amount"),
        (("--low", "5", "--critical", "9"), "--critical: that is above 5"),
        (("--port", "ttyUSB2"), "--port: write the whole path"),
        (("--modem", "my modem"), "--modem: use 1 to 32"),
        (("--operator", "ru-mtz"), "--operator: no operator pack has this id"),
        (("--channel", "ntfy"), "--to is missing: Address of the topic"),
        (("--channel", "ntfy", "--to", "https://ntfy.sh/"), "--to: the topic is missing at its end"),
        (("--channel", "email", "--to", "a@example.org"), "--server is missing"),
        (("--channel", "email", "--to", "a", "--server", "x:25"), "--to: that is no mail address"),
        (("--channel", "sms", "--to", "anna"), "--to: that is no telephone number"),
        (("--channel", "apprise"), "--secret-file names the file"),
        (("--channel", "webhook", "--to", "https://x.example", "--secret-file", "/no/file"), "no file /no/file"),
        (("--heartbeat", "x"), "--heartbeat: write the whole address"),
    ],
)  # fmt: skip
def test_faults_of_options(here: Here, modemd: Callable[..., Result], options: tuple[str, ...], words: str) -> None:
    """Each names its option and the cure; nothing is written, and no second modem is made of it."""
    done = modemd("setup", "--yes", "--no-ask", "--no-test", "--config", str(here.path), *options)
    assert (done.exit_code, here.names()) == (2, [])
    assert words in done.stderr


def test_channels_by_options(here: Here, modemd: Callable[..., Result], tmp_path: Path) -> None:
    """One at a time, each under a name of its own; the same one again is none; a secret comes by file or stdin."""
    yes = ("setup", "--yes", "--no-ask", "--no-test", "--config", str(here.path))
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    mail = ("--channel", "email", "--to", "a@example.org", "--to", "b@example.org", "--server", "mx.example.org:465")
    runs: list[tuple[tuple[str, ...], str]] = [
        (("--channel", "ntfy", "--to", "https://ntfy.sh/one", "--secret-file", "-"), "tk_1\n"),
        (("--channel", "ntfy", "--to", "https://ntfy.sh/two"), ""),
        (("--channel", "ntfy", "--to", "https://ntfy.sh/two"), ""),
        ((*mail, "--secret-file", str(secret)), ""),
        (("--channel", "sms", "--to", "+79161234567"), ""),
    ]
    for options, stdin in runs:
        done = modemd(*yes, *options, input=stdin)
        assert done.exit_code == 0, done.output
    assert here.read()["channel"] == [
        {"type": "ntfy", "name": "ntfy", "url": "https://ntfy.sh/one", "token_file": "ntfy-token"},
        {"type": "ntfy", "name": "ntfy-2", "url": "https://ntfy.sh/two"},
        {
            "type": "email", "name": "email", "to": ["a@example.org", "b@example.org"], "from": "a@example.org",
            "server": "mx.example.org:465", "security": "tls", "user": "a@example.org", "password_file": str(secret),
        },
        {"type": "sms", "name": "sms", "through": "home", "per_day": 3, "to": ["+79161234567"]},
    ]  # fmt: skip
    assert (here.path.parent / "ntfy-token").read_text() == "tk_1\n"


def test_a_test_message(here: Here, modemd: Callable[..., Result], tmp_path: Path) -> None:
    """Through the real channel; one that fails is told with exit code 1, and the channel is written all the same."""
    program = tmp_path / "on-alert"
    program.write_text('#!/bin/sh\necho "$MODEMD_EVENT $MODEMD_MODEM" >> "$0.got"\n')
    program.chmod(0o700)
    yes = ("setup", "--yes", "--no-ask", "--config", str(here.path), "--channel", "command")
    done = modemd(*yes, "--to", str(program))
    assert done.exit_code == 0, done.output
    assert "command: the test message was delivered" in done.stdout
    assert Path(f"{program}.got").read_text() == "test home\n"
    done = modemd(*yes, "--to", "/bin/false")
    assert done.exit_code == 1
    assert "command-2: not delivered: " in done.stdout
    assert [channel["run"] for channel in here.read()["channel"]] == [[str(program)], ["/bin/false"]]


def test_a_second_modem(here: Here, modemd: Callable[..., Result]) -> None:
    """Another name adds one, at a place that no other modem has; of several one has to be named."""
    here.plug()
    yes = ("setup", "--yes", "--config", str(here.path))
    assert modemd(*yes).exit_code == 0
    done = modemd(*yes, "--modem", "car", "--port", "imei:860000000000000")
    assert done.exit_code == 0, done.output
    assert [(modem["name"], modem.get("usb")) for modem in here.read()["modem"]] == [
        ("home", "2c7c:0125"),
        ("car", None),
    ]
    done = modemd(*yes, "--modem", "car", "--low", "7", "--critical", "1")
    assert [modem["low"] for modem in here.read()["modem"]] == ["100", "7"]
    done = modemd(*yes, "--modem", "van")
    assert done.exit_code == 2
    assert "--port is missing: Where the modem is" in done.stderr


def test_what_keeps_a_modem_from_us(here: Here, modemd: Callable[..., Result]) -> None:
    """Who holds it, and what to do; it is written all the same."""
    here.plug()
    here.machine.process(4711, "minicom", "/dev/ttyUSB2", "/dev/ttyUSB3")
    done = modemd("setup", "--yes", "--no-ask", "--config", str(here.path))
    assert done.exit_code == 0, done.output
    assert "held by minicom (pid 4711)" in done.stdout
    assert here.read()["modem"][0]["usb"] == "2c7c:0125"


def test_a_stick_without_a_port(here: Here, modemd: Callable[..., Result]) -> None:
    """A network card with a web page is named, with what can be done about it."""
    here.machine.plug("1-1.3", "12d1:14dc", ["0 02/06/00 cdc_ether net=eth1"], name=("HUAWEI", "HiLink"))
    done = modemd("setup", "--yes", "--no-ask", "--config", str(here.path))
    assert done.exit_code == 0, done.output
    assert "No modem that modemd could take is plugged in now.\nHUAWEI HiLink: " in done.stdout
    assert "web page" in done.stdout
    assert here.read()["modem"][0]["port"] == "auto"


def test_nothing_is_plugged_in(here: Here, modemd: Callable[..., Result]) -> None:
    here.probed = Probed(state="absent", trouble="no modem was found: plug it in")
    done = modemd("setup", "--yes", "--config", str(here.path))
    assert done.exit_code == 0, done.output
    assert "No modem that modemd could take is plugged in now.\nPlug it in" in done.stdout
    assert "for limits that fit" in done.stdout
    assert here.read() == {"modem": [{"name": "home", "port": "auto", "low": "50", "critical": "10"}]}


def test_a_file_with_faults_is_left_alone(here: Here, modemd: Callable[..., Result]) -> None:
    """All of them are told, with their places."""
    for text, words in (
        ('[[modem]]\nname = "home"\nport = "auto"\nlov = "5"\nevry = "6h"\n', ("modem[0].lov", "modem[0].evry")),
        ('[[modem]\nname = "home"\n', ("not TOML",)),
        ('modem = [{name = "home", port = "auto"}]\n', ("write low =",)),
    ):
        here.path.write_text(text, "utf-8")
        done = modemd("setup", "--yes", "--no-ask", "--low", "70", "--config", str(here.path))
        assert done.exit_code == 2
        assert all(word in done.stderr for word in words)
        assert (here.path.read_text("utf-8"), here.names()) == (text, ["modemd.toml"])


def test_who_may_not_write_is_told_before_the_questions(
    here: Here, modemd: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modemd.daemon.config_write.os.access", lambda _path, _mode: False)
    done = modemd("setup", "--yes", "--config", str(here.path))
    assert done.exit_code == 3
    assert done.stderr == (
        f"this user may not write into {here.path.parent}: run sudo modemd setup --config {here.path}, "
        "or name another place with --config FILE\n"
    )


def test_the_daemons_modem_is_left_to_it(daemon: Any, here: Here, modemd: Callable[..., Result], reading: Any) -> None:
    """What it has it asks itself; of what it may have, nothing is opened."""
    here.plug()
    here.path.write_text('[[modem]]\nname = "home"\nusb = "2c7c:0125"\n', "utf-8")
    process = {"pid": 1, "uid": 0, "config": str(here.path), "state": "/s"}
    known = {"modem": "home", "port": "usb:2c7c:0125", "path": "/dev/ttyUSB2", "state": "ready"}
    daemon.answers["doctor"] = [{"row": known}, {"ok": True, "result": {"daemon": process, "channels": []}}]
    daemon.result("status", {"modems": [{"modem": "home", "state": "ready", "operator": "ru-mts"}]})
    daemon.result("balance", reading(balance="88.20"))
    done = modemd("setup", "--yes", "--config", str(here.path))
    assert done.exit_code == 0, done.output
    assert "The daemon has this modem" in done.stdout
    assert "Balance: 88.20 RUB" in done.stdout
    assert [one["cmd"] for one in daemon.received] == ["doctor", "status", "balance"]
    assert here.read()["modem"][0]["low"] == "20"
    assert "sudo kill -HUP 1" in done.stdout

    daemon.result("balance", {})
    done = modemd("setup", "--yes", "--config", str(here.path), "--modem", "car", "--port", "auto")
    assert "A daemon runs, so the modem is left to it" in done.stdout
    assert here.asked == []


def test_a_paid_or_configured_code_is_not_dialled(daemon: Any, here: Here, modemd: Callable[..., Result]) -> None:
    """The daemon would dial the owner's own code, of which nobody knows what it costs."""
    here.path.write_text('[[modem]]\nname = "home"\nport = "auto"\ncode = "*999#"\n', "utf-8")
    process = {"pid": 1, "uid": 0, "config": str(here.path), "state": "/s"}
    known = {"modem": "home", "port": "auto", "path": None, "state": "ready"}
    daemon.answers["doctor"] = [{"row": known}, {"ok": True, "result": {"daemon": process, "channels": []}}]
    daemon.result("status", {"modems": [{"modem": "home", "state": "ready", "operator": "ru-mts"}]})
    done = modemd("setup", "--yes", "--config", str(here.path))
    assert "no code is known that asks MTS for the balance" in done.stdout
    daemon.result("status", {"modems": [{"modem": "home", "state": "ready", "operator": "mx-telcel"}]})
    here.path.write_text('[[modem]]\nname = "home"\nport = "auto"\n', "utf-8")
    done = modemd("setup", "--yes", "--config", str(here.path))
    assert "costs money: it is not dialled" in done.stdout
    assert [one["cmd"] for one in daemon.received] == ["doctor", "status"] * 2


def test_a_daemon_that_cannot_be_asked(daemon: Any, here: Here, modemd: Callable[..., Result]) -> None:
    here.plug()
    daemon.error("doctor", "forbidden", "you are not in the group modemd")
    done = modemd("setup", "--yes", "--config", str(here.path))
    assert done.exit_code == 0, done.output
    assert "A daemon runs and cannot be asked, so the modem is left to it: you are not in the group" in done.stdout
    assert here.asked == []


def test_the_whole_of_it(fake_modem: Any, spawn: Any, tmp_path: Path) -> None:
    """A process, a daemon of its own for one question, and a modem on a pseudo-terminal."""
    modem = fake_modem("mts-falling")
    path = tmp_path / "modemd.toml"
    done = spawn(
        "setup", "--yes", "--config", str(path), "--port", modem.path, env={"MODEMD_SOCKET": str(tmp_path / "no")}
    )
    assert done.returncode == 0, done.stderr
    assert "No daemon has this modem: it is opened for one question ..." in done.stdout
    assert "Balance: 312.40 RUB" in done.stdout
    assert sum("CUSD=1" in command for command in modem.commands) == 1
    assert tomllib.loads(path.read_text("utf-8"))["modem"][0]["port"] == modem.path
    assert [one.name for one in tmp_path.iterdir()] == ["modemd.toml"]
