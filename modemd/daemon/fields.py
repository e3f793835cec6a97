"""The values of the configuration file: one function a kind of value, and the tables of keys that use them. Pure.

Each function takes what TOML gave and returns what the program uses, or raises BadValueError with the cure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Literal, get_args

from modemd.at.ussd import DECODERS
from modemd.backends.registry import BACKENDS
from modemd.records import AlertEvent, LocalHours

Field = Callable[[Any], Any]

LONGEST_S = 366 * 86400.0  # longer is a slip of the finger, and would overflow dates further on
MOST_DAYS = 100 * 365
LONGEST_REPLY_S = 150.0  # a balance ends within 180 s in all
BAUD_RATES = (
    *(1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600),
    *(1_000_000, 1_152_000, 1_500_000, 2_000_000, 3_000_000, 4_000_000),
)
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}")  # `modemd balance -rf` would be options


class BadValueError(Exception):
    """This value cannot be used; the text says what to write instead."""


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValueError(f"write it as text in quotes, like {json.dumps(str(value), ensure_ascii=False)}")
    if not value.strip():
        raise BadValueError("it is empty: give a value, or leave the key out")
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise BadValueError("it holds a control character (a tab, a line end): leave it out")
    return value


def name(value: Any) -> str:
    if text(value).startswith(("-", ".")):
        raise BadValueError("begin it with a letter, a digit or _: a command takes this for an option or a path")
    if not NAME.fullmatch(value):
        raise BadValueError("use 1 to 32 of the characters A-Z a-z 0-9 _ . - and no blanks")
    return str(value)


def switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValueError("write true or false, without quotes")
    return value


def one_of(*choices: str) -> Field:
    """A field that takes one of these words."""

    def field(value: Any) -> str:
        if value not in choices or not isinstance(value, str):
            raise BadValueError(
                f"write {_listed(json.dumps(choice) for choice in choices)}{suggestion(value, choices)}"
            )
        return value

    return field


def seconds(value: Any) -> float:
    """ "30s", "15m", "6h" or "30d" as seconds."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", value) if isinstance(value, str) else None
    if match is None:
        raise BadValueError(f"write a whole number and its unit in quotes, like {_likely_duration(value)}")
    duration_s = float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    if duration_s > LONGEST_S:
        raise BadValueError('it is more than a year: write at most "366d"')
    return duration_s


def between(shortest_s: float, longest_s: float) -> Field:
    """A duration within these bounds, both included."""

    def field(value: Any) -> float:
        duration_s = seconds(value)
        if not shortest_s <= duration_s <= longest_s:
            raise BadValueError(f'write a duration from "{shortest_s:.0f}s" to "{longest_s:.0f}s"')
        return duration_s

    return field


MOST_HOURS = 48  # who writes so small a number for an interval means hours


def every(value: Any) -> float | None:
    """The interval of scheduled queries in seconds, None for "off"."""
    if value == "off":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_HOURS:
        raise BadValueError(f'write a whole number and its unit in quotes, like "{value}h"')
    duration_s = seconds(value)
    if duration_s <= 0:
        raise BadValueError('write how long, like "6h", or "off" to ask by hand only')
    return duration_s


def amount(value: Any) -> Decimal:
    """An amount of money. Floats are refused: 0.1 of TOML is not 0.1 of money."""
    if isinstance(value, float):
        raise BadValueError(f'write it in quotes, like "{value}"')
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", value):
        raise BadValueError(f"write a decimal number in quotes, like {_likely_amount(value)}, without a currency")
    return Decimal(value)


def absolute_port(value: Any) -> str:
    if text(value) == "auto" or value.startswith("/"):
        return str(value)
    if re.fullmatch(r"(?i)usb:.*", value):
        raise BadValueError(f'write usb = "{value[4:]}" instead of port')
    if re.fullmatch(r"(?i)imei:.*", value):
        raise BadValueError('write imei = "..." instead of port')
    raise BadValueError(f'write the whole path, like "/dev/{value.rpartition("/")[2]}", or "auto"')


def usb(value: Any) -> str:
    if not re.fullmatch(r"[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:[0-9]{1,2})?", text(value)):
        raise BadValueError(
            'write vendor and product as `lsusb` shows them, like "2c7c:0125" ("2c7c:0125:2" names the interface)'
        )
    return f"usb:{value.lower()}"


def imei(value: Any) -> str:
    if not re.fullmatch(r"[0-9]{14,16}", text(value)):
        raise BadValueError("write the 15 digits of the modem's label (or of AT+CGSN), in quotes and without blanks")
    return f"imei:{value}"


def baud(value: Any) -> int | None:
    """A rate of a UART, None for "auto"."""
    if value == "auto":
        return None
    rate = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{2,7}", value) else value
    if not isinstance(rate, int) or isinstance(rate, bool) or rate not in BAUD_RATES:
        raise BadValueError(f'write "auto" or one of {", ".join(map(str, BAUD_RATES))}')
    return rate


def users(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(user, str) and user for user in value):
        raise BadValueError('write a list of user names, like ["anna", "jan"]')
    return tuple(value)


def suggestion(wrong: Any, known: Iterable[str]) -> str:
    """ " (did you mean ...?)" where one of the known words is close, else nothing."""
    import difflib  # late: only faults need it

    close = difflib.get_close_matches(str(wrong).lower(), list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def days(shortest: int) -> Field:
    """ "90d" or "2y" as whole days, None for "forever"; a year is 365 days."""

    def field(value: Any) -> int | None:
        if value == "forever":
            return None
        match = re.fullmatch(r"([0-9]{1,5})([dy])", value) if isinstance(value, str) else None
        if match is None:
            raise BadValueError('write days or years in quotes, like "90d" or "2y", or "forever"')
        number = int(match[1]) * (365 if match[2] == "y" else 1)
        if not shortest <= number <= MOST_DAYS:
            raise BadValueError(f'write at least "{shortest}d" and at most "{MOST_DAYS // 365}y", or "forever"')
        return number

    return field


def count(least: int, most: int) -> Field:
    """A whole number within these bounds, both included."""

    def field(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadValueError(f"write a whole number from {least} to {most}, without quotes")
        return value

    return field


def off_or(field: Field) -> Field:
    """A field that also takes "off", as None."""

    def either(value: Any) -> Any:
        return None if value == "off" else field(value)

    return either


def spend(value: Any) -> Decimal | Literal["auto"] | None:
    """An amount a day, "auto", or None for "off"."""
    if value == "auto":
        return "auto"
    if value == "off":
        return None
    if not isinstance(value, str) or not re.match(r"[-0-9]", value):
        raise BadValueError('write "auto", "off" or an amount a day in quotes, like "100"')
    if (most := amount(value)) <= 0:
        raise BadValueError('write an amount above 0, "auto" or "off"')
    return most


def megabytes(value: Any) -> float:
    """ "500MB" or "1.5GB" as megabytes; 1 GB = 1024 MB."""
    match = re.fullmatch(r"([0-9]{1,7}(?:\.[0-9]{1,3})?) ?(MB|GB)", value) if isinstance(value, str) else None
    if match is None:
        raise BadValueError('write how much and its unit in quotes, like "500MB" or "2GB", or "off"')
    return float(match[1]) * (1024 if match[2] == "GB" else 1)


def hours(value: Any) -> LocalHours:
    """ "23:00-07:00", local time."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})", value) if isinstance(value, str) else None
    start, end = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
    if match is None or int(match[2]) > 59 or int(match[4]) > 59 or start >= 1440 or end > 1440:
        raise BadValueError('write from when to when in local time, in quotes, like "23:00-07:00"')
    if start == end % 1440:
        raise BadValueError("it begins when it ends: write two different times")
    return LocalHours(start=start, end=end % 1440)


def list_of_hours(value: Any) -> tuple[LocalHours, ...]:
    if not isinstance(value, list):
        raise BadValueError('write a list of times, like ["08:00-10:00"]')
    return tuple(map(hours, value))


def url(value: Any) -> str:
    """An address of the web with a host."""
    from modemd.alerts.channels.options import of_the_web  # late: few configurations have one

    if any(character.isspace() for character in text(value)):
        raise BadValueError("there is a blank in it: leave it out")
    if of_the_web(value) is None:
        raise BadValueError('write the whole address, like "https://example.org/path"')
    return str(value)


def keep_table(value: Any) -> Any:
    if not isinstance(value, dict):
        raise BadValueError('it is a table of its own: write [daemon.keep] and below it readings = "2y"')
    return value


# The forecast needs a month to know a fee of each month, and `doctor` a week.
KEEP_KEYS: dict[str, Field] = {
    "readings": days(31),
    "failures": days(7),
    "unasked": count(1, 10_000),
}

DAEMON_KEYS: dict[str, Field] = {
    "socket": text,
    "state": text,
    "language": one_of("en", "ru", "zh"),
    "dial": users,
    "keep": keep_table,
}

MODEM_KEYS: dict[str, Field] = {
    "name": name,
    "port": absolute_port,
    "usb": usb,
    "imei": imei,
    "backend": one_of("auto", *BACKENDS),
    "baud": baud,
    "flow_control": one_of("none", "rts-cts"),
    "pin_file": text,
    "operator": text,
    "code": text,
    "every": every,
    "low": amount,
    "critical": amount,
    "reply_timeout": between(1, LONGEST_REPLY_S),
    "quarantine": between(0, 600),
    "roaming": switch,
    "radio_fallback": one_of("off", "auto"),
    "radio_fallback_on_uplink": switch,
    "recovery": one_of("reopen", "reset", "usb"),
    "recovery_on_uplink": switch,
    "sms_query": one_of("off", "auto"),
    "sms_delete_own": switch,
    "data": one_of("off", "auto"),
    "days": count(0, 3650),
    "expires": off_or(seconds),
    "data_low": off_or(megabytes),
    "spend": spend,
    "idle": off_or(between(86400, LONGEST_S)),
    "ussd_encoding": one_of("plain", "ucs2", "hex", "packed"),
    "ussd_decoder": one_of(*DECODERS),
}

EVENTS: tuple[AlertEvent, ...] = tuple(event for event in get_args(AlertEvent) if event != "test")
CHANNEL_KEYS: dict[str, Field] = {  # the others belong to the type
    "name": name,
    "remind": off_or(between(3600, LONGEST_S)),
    "quiet": off_or(hours),
    "after": between(0, 86400),
}
HEARTBEAT_KEYS: dict[str, Field] = {
    "url": url,
    "every": between(60, 7 * 86400),
    "kind": one_of("healthchecks", "kuma"),
}
SCHEDULE_KEYS: dict[str, Field] = {
    "busy": list_of_hours,
}


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _likely_duration(value: Any) -> str:
    """What the person probably meant: "6 hours" -> "6h", 21600 -> "21600s"."""
    match = re.match(r"\s*([0-9]{1,9})(?:[.,][0-9]+)?\s*([A-Za-z]*)", str(value))
    unit = _UNITS.get(match[2].lower()) if match else None
    return f'"{match[1]}{unit}"' if match and unit else '"30s", "15m", "6h" or "30d"'


_UNITS = {
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
}


def _likely_amount(value: Any) -> str:
    match = re.search(r"-?[0-9]{1,15}(?:[.,][0-9]{1,6})?", value) if isinstance(value, str) else None
    return f'"{match[0].replace(",", ".")}"' if match else '"50" or "-5.20"'
