"""What comes of answers: the commands that are next, as they fit the machine."""

from __future__ import annotations

import pytest

from modemd.cli.setup_plan import Answers, Surroundings, edits, next_steps
from modemd.daemon.config_edit import Add, Put

SYSTEM = "/etc/modemd/modemd.toml"
NTFY = {"type": "ntfy", "name": "ntfy", "url": "https://ntfy.sh/x"}


@pytest.mark.parametrize(
    ("around", "first", "member"),
    [
        (Surroundings(path=SYSTEM, unit=True), "sudo systemctl enable --now modemd", None),
        (Surroundings(path=SYSTEM, unit=True, config=SYSTEM, pid=7), "sudo systemctl reload modemd", None),
        (Surroundings(path=SYSTEM, config=SYSTEM, pid=7), "sudo kill -HUP 7", None),
        (Surroundings(path=SYSTEM), f"modemd run --config {SYSTEM}", None),
        (
            Surroundings(path="/home/me/my modemd.toml", unit=True),
            "modemd run --config '/home/me/my modemd.toml'",
            None,
        ),
        (Surroundings(path=SYSTEM, unit=True, user="pi"), "sudo systemctl enable --now modemd", "pi"),
    ],
)
def test_next_steps(around: Surroundings, first: str, member: str | None) -> None:
    steps = next_steps(around, "home", NTFY)
    assert steps[0] == first
    assert [step for step in steps if "usermod" in step] == (
        [f"sudo usermod -aG modemd {member}      # then log in again"] if member else []
    )
    sudo = "sudo " if around.unit else ""
    assert steps[-3:] == ["modemd balance home", "modemd doctor", f"{sudo}modemd alerts rehearse ntfy"]
    assert next_steps(around, "home", {**NTFY, "type": "sms"})[-1] == f"{sudo}modemd alerts test ntfy"


def test_a_socket_that_nobody_looks_for() -> None:
    steps = next_steps(Surroundings(path="/home/me/m.toml", socket="/home/me/modemd.sock"), "home", None)
    assert steps[:2] == ["modemd run --config /home/me/m.toml", "export MODEMD_SOCKET=/home/me/modemd.sock"]


def test_what_is_said_already_is_no_change() -> None:
    """Also a limit that is written otherwise, or that the standard is; and a channel under another name."""
    document = {
        "modem": [{"name": "home", "port": "auto", "low": "50.00"}],
        "channel": [{"type": "ntfy", "name": "phone", "url": "https://ntfy.sh/x"}],
    }
    same = Answers(
        modem={"name": "home", "port": "auto", "low": "50", "critical": "10"}, index=0, channel=NTFY, secrets={}
    )
    assert edits(document, same) == []
    renamed = Answers(
        modem={"name": "home", "usb": "1234:abcd"}, index=0, channel={**NTFY, "name": "phone"}, secrets={}
    )
    assert edits(document, renamed) == [
        Put(table="modem", index=0, key="usb", value="1234:abcd", instead_of=("port", "imei"))
    ]
    other = Answers(modem={"name": "home"}, index=0, channel={**NTFY, "url": "https://ntfy.sh/y"}, secrets={})
    (added,) = edits(document, other)
    assert isinstance(added, Add)
