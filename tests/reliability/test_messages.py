"""Short messages: the answer that was announced never comes, comes in parts, is forged, or finds no room."""

from __future__ import annotations

from typing import Any

MODEM = """
[modem]
profile = "{profile}"
imsi = "250021234567890"
operator = "MegaFon"
plmn = "25002"
{keys}

[[sms]]
text = "Мама просит позвонить"
from = "+79261234567"

[[ussd]]
code = "*100#"
replies = [{{ text = "Запрос принят, ожидайте SMS", encoding = "ucs2"{sms} }}]
"""
LONG = "Ваш баланс: 57.30 руб. " + "Подключите опцию и получайте скидку каждый день. " * 3
CASES = {
    "never": "",
    "parts": f', sms = [{{ text = "{LONG}", from = "MegaFon", parts_order = [2, 1, 3], part_gap = 0.1 }}]',
    "lost": f', sms = [{{ text = "{LONG[20:]}{LONG}", from = "MegaFon", lose_part = 1 }}]',
    "forged": ', sms = [{ text = "Ваш баланс: 9999.00 руб.", from = "+79031112233", after = "0.2s" }]',
    "full": ', sms = [{ text = "Ваш баланс: 57.30 руб.", from = "MegaFon", after = "0.2s" }]',
}


def test_announced(stage: Any) -> None:
    """All at once: the operator's own message is read, nobody else's is, and the old one stays unread."""
    fakes = {}
    for name, sms in CASES.items():
        keys = 'storages = ["SM"]\nsms_places = 1' if name == "full" else ""
        fakes[name] = stage.modem(MODEM.format(profile="huawei", keys=keys, sms=sms))
    tables = [f'name = "{name}"\nport = "{fake.path}"\nevery = "off"' for name, fake in fakes.items()]
    daemon = stage.daemon(*tables)
    for name in CASES:
        daemon.wait("ready", modem=name)
    waiting = {name: daemon.begin(modem=name) for name in CASES}
    with stage.fault("(parts)"):
        result = waiting["parts"].result(60)
        daemon.seen.append(str(result))
        assert result["balance"] == "57.30"
    for name in ("never", "lost", "forged", "full"):
        with stage.fault(f"({name})"):
            result = waiting[name].result(60)
            daemon.seen.append(str(result))
            assert (result["balance"], bool(result["error"])) == (None, True)
            if name == "full":
                daemon.wait(lambda found: found["error"] is not None, modem=name)
    for name, fake in fakes.items():
        assert fake.sms[1].status == "REC UNREAD", name
        assert not any(touch[0] == "deleted" for touch in fake.sms_touched)
        assert fake.queries == ["*100#"], name
