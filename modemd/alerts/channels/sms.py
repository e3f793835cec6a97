"""The `sms` channel: a short message through one of this daemon's own modems. It is the one that costs money.

    [[channel]]
    type = "sms"
    to = ["+79161234567"]
    through = "home"                  # a modem of this file
    per_day = 3                       # messages in 24 hours, each to every number

One message an alert, cut where it does not fit: 160 characters where the GSM alphabet has them all, else 70. Sent only
while the SIM's last known balance is above zero, never while roaming. Receipt: the network took it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from modemd.alerts.channels import ModemAway, SmsDesk, SmsOrder
from modemd.alerts.channels import options as check_of
from modemd.at.gsm import is_gsm, to_septets
from modemd.errors import DeliveryError, Problem
from modemd.records import Alert

KEYS = ("to", "through", "per_day")
NUMBER = re.compile(r"\+?[0-9]{3,15}")
PER_DAY = 3
MOST_PER_DAY = 100
GSM_LIMIT, UCS2_LIMIT = 160, 70  # 23.040 9.2.3.16: septets, and UTF-16 units, of one message


class SmsChannel:
    """Some numbers, reached through one modem."""

    def __init__(self, options: Mapping[str, object]) -> None:
        to = options["to"]
        self._to = [str(one) for one in to] if isinstance(to, list) else []
        self._through = str(options["through"])
        self.per_day = int(str(options.get("per_day", PER_DAY)))
        self._name = self.label(options)
        self._desk: SmsDesk | None = None

    @staticmethod
    def check(options: Mapping[str, object]) -> list[Problem]:
        example = 'the name of a modem of this file, like through = "home"'
        problems = check_of.unknown(options, KEYS, "sms")
        problems += check_of.texts(options, ("through",), needed={"through": example})
        problems += check_of.lists(options, "to", 'a list of numbers, like to = ["+79161234567"]')
        to = options.get("to")
        for one in to if isinstance(to, list) else ():
            if isinstance(one, str) and one.strip() and not NUMBER.fullmatch(one):
                cure = "that is no telephone number: + and 3 to 15 digits, no blanks"
                problems.append(check_of.fault("to", f"...{one[-4:]}", cure))
        per_day = options.get("per_day", PER_DAY)
        if not isinstance(per_day, int) or isinstance(per_day, bool) or not 1 <= per_day <= MOST_PER_DAY:
            cure = f"write a whole number from 1 to {MOST_PER_DAY}, without quotes"
            problems.append(check_of.fault("per_day", per_day, cure))
        return problems

    @staticmethod
    def lacks(options: Mapping[str, object]) -> list[Problem]:  # noqa: ARG004 (part of what a channel is)
        return []

    @staticmethod
    def label(options: Mapping[str, object]) -> str:
        """ "sms:home": the modem, for numbers belong in no list."""
        return f"sms:{options['through']}"

    def use(self, channel: str, desk: SmsDesk) -> None:
        self._name, self._desk = channel, desk

    def send(self, alert: Alert) -> None:
        """A number that fails costs the others nothing, and nobody is told twice (daemon/sms_desk.py)."""
        if self._desk is None:
            raise DeliveryError("there is no modem to send through: this is not the daemon")
        order = SmsOrder(
            channel=self._name,
            through=self._through,
            number="",
            text=fitted(alert.text),
            alert=alert,
            per_day=None if alert.on_request else self.per_day,
        )
        faults: list[DeliveryError] = []
        for number in self._to:
            try:
                self._desk.send(replace(order, number=number))
            except ModemAway as error:  # the next number would wait as long
                faults.append(error)
                break
            except DeliveryError as error:
                faults.append(error)
        if faults:
            raise faults[0]

    def cancel(self) -> None:
        if self._desk is not None:
            self._desk.cancel()


def fitted(text: str) -> str:
    """One message's worth: as it is where it fits, else cut with a mark at its end."""
    text = " ".join(text.split())
    plain = text.translate(_PLAIN)
    text = plain if is_gsm(plain) else text
    if is_gsm(text):
        return _cut(text, "...", lambda piece: len(to_septets(piece)) <= GSM_LIMIT)
    return _cut(text, "…", lambda piece: len(piece.encode("utf-16-be")) // 2 <= UCS2_LIMIT)


# --- helpers

# What makes a message of 160 characters one of 70, and need not.
_PLAIN = str.maketrans({"“": '"', "”": '"', "…": "...", "–": "-", "—": "-", "’": "'", "\xa0": " ", "`": "'", "ÿ": "y"})


def _cut(text: str, mark: str, fits: Callable[[str], bool]) -> str:
    if fits(text):
        return text
    while not fits(text + mark):
        text = text[:-1]
    return text.rstrip() + mark
