"""What the answers of `modemd setup` come to: changes of the configuration, and what is to be done next. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from modemd.cli.terminal import _
from modemd.daemon.config_edit import Add, Edit, Put, Value
from modemd.doctor.looking import CONFIG
from modemd.frozen import dataclass

WHERE = ("port", "usb", "imei")  # exactly one of them says where a modem is
STANDARD = {"low": Decimal(50), "critical": Decimal(10)}  # what a key that is left out counts as


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`modem`: keys of its [[modem]] table, `index` of the one to change, None = one more. `channel`, `heartbeat`: None
    = no new one. `secrets`: name of a file beside the configuration -> what goes into it."""

    modem: Mapping[str, Value]
    index: int | None = None
    channel: Mapping[str, Value] | None = None
    heartbeat: str | None = None
    language: str | None = None
    places: Mapping[str, str] | None = None  # socket and state of a daemon that is not the machine's own
    secrets: Mapping[str, str]
    tested: bool | None = None  # whether the test message arrived; None: none was sent


def new_file() -> str:
    """The head of a configuration that is written for the first time."""
    lines = [
        _("The configuration of modemd, written by `modemd setup`, which also changes it: run it again."),
        _("config/modemd.toml in modemd's source explains every key; `modemd config check` finds what is wrong."),
    ]
    return "".join(f"# {line}\n" for line in lines)


def edits(document: Mapping[str, Any], answers: Answers) -> list[Edit]:
    """The changes; for what stands there already none."""
    found: list[Edit] = []
    if answers.language is not None:
        found.append(Put(table="daemon", key="language", value=answers.language))
    found += [Put(table="daemon", key=key, value=place) for key, place in (answers.places or {}).items()]
    if answers.index is None:
        found.append(Add(table="modem", values=answers.modem, comments=_modem_comments(answers.modem)))
    else:
        table = document["modem"][answers.index]
        for key, value in answers.modem.items():
            others = tuple(other for other in WHERE if other != key) if key in WHERE else ()
            if table.get(key) != value and not _means_the_same(table, key, value):
                found.append(Put(table="modem", index=answers.index, key=key, value=value, instead_of=others))
    if answers.channel is not None:
        found += _channel_edits(document.get("channel", []), answers.channel)
    if answers.heartbeat is not None:
        comment = _("Somebody else's page that raises the alarm when this machine falls silent.")
        found.append(Add(table="heartbeat", values={"url": answers.heartbeat}, comments={"": comment}))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What of the machine decides what comes next. `unit`: systemd runs and knows the service; `config`: what the
    running daemon reads, None where none runs; `user`: whom to let into the group, None where nobody has to."""

    path: str
    unit: bool = False
    config: str | None = None
    pid: int | None = None
    user: str | None = None
    socket: str | None = None  # of a daemon whose clients have to be told of it
    udev: tuple[str, ...] = ()  # the commands that make count what was written for udev


def next_steps(around: Surroundings, modem: str, channel: Mapping[str, Value] | None) -> list[str]:
    """The commands that make it work, in their order."""
    steps = [*around.udev]
    if around.config == around.path and around.unit:
        steps.append("sudo systemctl reload modemd")
    elif around.config == around.path and around.pid is not None:
        steps.append(f"sudo kill -HUP {around.pid}")
    elif around.unit and around.path == CONFIG:
        steps.append("sudo systemctl enable --now modemd")
    else:
        steps.append(f"modemd run --config {shlex.quote(around.path)}")
        if around.socket is not None:
            steps.append(f"export MODEMD_SOCKET={shlex.quote(around.socket)}")
    if around.user is not None:
        steps.append(_("{command}      # then log in again").format(command=f"sudo usermod -aG modemd {around.user}"))
    steps += [f"modemd balance {modem}", "modemd doctor"]
    if channel is not None:
        act = "test" if channel["type"] == "sms" else "rehearse"  # a rehearsal is four messages
        steps.append(f"{'sudo ' if around.unit else ''}modemd alerts {act} {channel['name']}")
    return steps


# --- helpers


def _means_the_same(table: Mapping[str, Any], key: str, value: Value) -> bool:
    """A limit that is not written counts as the standard one, and "50.00" is "50"."""
    if key not in STANDARD:
        return False
    try:
        return Decimal(str(table.get(key, STANDARD[key]))) == Decimal(str(value))
    except ArithmeticError:
        return False


def _channel_edits(tables: Sequence[Mapping[str, Any]], channel: Mapping[str, Value]) -> list[Edit]:
    """One more channel, or changes of the one that has this name."""
    for index, table in enumerate(tables):
        if table.get("name") == channel["name"] and table.get("type") == channel["type"]:
            changed = [(key, value) for key, value in channel.items() if table.get(key) != value]
            return [Put(table="channel", index=index, key=key, value=value) for key, value in changed]
        if {**table, "name": channel["name"]} == dict(channel):
            return []  # the same one under another name
    comments = {
        "": _("How alerts leave. What else a channel may have: quiet, remind, events, after."),
        "per_day": _("Messages in 24 hours: each costs money."),
    }
    return [Add(table="channel", values=channel, comments=comments)]


def _modem_comments(modem: Mapping[str, Value]) -> dict[str, str]:
    comments = {
        **dict.fromkeys(WHERE, _("Where the modem is (`modemd ports`): port, usb or imei.")),
        "pin_file": _("The file with the SIM's PIN. One that the SIM refused is never sent again."),
        "operator": _("The operator's pack (`modemd operators list`). Left out: found from the SIM."),
        "low": _("An alert when the balance is at or below this, in the SIM's currency ..."),
        "critical": _("... and a second one at this."),
    }
    return {key: comment for key, comment in comments.items() if key in modem}
