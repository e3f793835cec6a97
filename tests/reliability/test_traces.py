"""Leave no trace: every family of modems, as it is fresh and as another program left it."""

from __future__ import annotations

import os
import termios
from typing import Any

from modemd.simulator.profiles import FAMILIES

MODEM = """
[modem]
profile = "{profile}"
imsi = "250021234567890"
operator = "MegaFon"
plmn = "25002"
{keys}

[settings]
{settings}

[[sms]]
text = "Мама просит позвонить"
from = "+79261234567"

[[ussd]]
code = "*100#"
[[ussd.replies]]
text = "Запрос принят, ожидайте SMS"
encoding = "ucs2"
sms = [{{ text = "Ваш баланс: 57.30 руб.", from = "MegaFon", after = "0.3s" }}]

[[ussd]]
code = "*102#"
replies = [{{ text = "Баланс: 12.50 р.", encoding = "ucs2" }}]
"""
FOREIGN = 'CMGF = "1"\nCMEE = "2"\nCOPS_FORMAT = "2"\nCSDH = "1"'
LEFT = {
    "fresh": ("", ""),
    "text-direct": ('echo = false\ncharset = "UCS2"', FOREIGN + '\nCNMI = "2,2,0,0,0"'),
    "text-off": ('charset = "UCS2"', FOREIGN + '\nCNMI = "0,0,0,0,0"\nUSSDMODE = "1"'),
}
MOST_USED = ("plain", "huawei", "quectel", "simcom")  # in each state; the others as another program may leave them


def test_no_trace(stage: Any) -> None:
    """Two queries, one answered by a message, a list of the messages, SIGTERM: each setting is what it was, what lay
    there is unread, and closing the port drops no DTR (HUPCL is clear)."""
    fakes = {}
    for profile in FAMILIES:
        for state in LEFT if profile in MOST_USED else ("text-direct",):
            keys, settings = LEFT[state]
            text = MODEM.format(profile=profile, keys=keys, settings=settings)
            fakes[f"{profile}.{state}"] = stage.modem(text)
    for fake in fakes.values():
        _set_hang_up(fake.path)
    before = {name: stage.settings(fake) for name, fake in fakes.items()}
    tables = [f'name = "{name}"\nport = "{fake.path}"\nevery = "off"' for name, fake in fakes.items()]
    daemon = stage.daemon(*tables)
    for name in fakes:
        daemon.wait("ready", modem=name)
    waiting = {name: daemon.begin("ussd", modem=name, code="*102#") for name in fakes}
    answers = {name: future.result(60)["text"] for name, future in waiting.items()}
    assert {name for name, text in answers.items() if text != "Баланс: 12.50 р."} == set()
    for name, fake in fakes.items():  # a look at the storages may be under way
        was = before[name]
        assert fake.wait_for(lambda it, was=was: not AT_ONCE & _changed(was, stage.settings(it)), 20), name
    waiting = {name: daemon.begin(modem=name) for name in fakes}
    balances = {name: future.result(90)["balance"] for name, future in waiting.items()}
    assert {name for name, balance in balances.items() if balance != "57.30"} == set()
    for name in fakes:
        with daemon.client() as client:
            assert client.request("sms", modem=name)["error"] is None
    with stage.fault():
        daemon.stop()
    assert {
        name: found for name, fake in fakes.items() if (found := _changed(before[name], stage.settings(fake)))
    } == {}
    for name, fake in fakes.items():
        assert fake.sms[1].status == "REC UNREAD", name
        assert all(touch[0] == "read" and touch[2] != 1 for touch in fake.sms_touched), name
        assert not _hangs_up(fake.path), name
        assert not any(line.startswith(("AT+CMGD", "ATZ", "AT&", "AT+CFUN=")) for line in fake.commands), name


# Put back behind each use; E, CMEE and CREG at the end.
AT_ONCE = {"CSCS", "CPMS", "COPS_FORMAT", "USSDMODE"}


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def _set_hang_up(path: str) -> None:
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    flags = termios.tcgetattr(port)
    flags[2] |= termios.HUPCL
    termios.tcsetattr(port, termios.TCSANOW, flags)
    os.close(port)


def _hangs_up(path: str) -> bool:
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    flags = termios.tcgetattr(port)
    os.close(port)
    return bool(flags[2] & termios.HUPCL)
