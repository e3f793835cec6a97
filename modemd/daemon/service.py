"""Manners of a service: telling systemd how it goes, and a log that gives nothing away."""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import threading
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

from modemd.daemon.journal import JOURNAL, Journal, Output, entry, is_journal
from modemd.log import get_logger, structlog

_SECRET = re.compile(r"(?i)\bpin\b|cpin|passw|token|secret")
_LONG_NUMBER = re.compile(r"(?<![0-9])\+?[0-9]{10,}")  # phone numbers, IMSI, IMEI, ICCID
# By these 12 hexadecimal digits people acknowledge an alert: no number, however many of them are decimal.
_ALERT_ID = re.compile(r"[0-9a-f]{12}")
_ALERT_OR_NUMBER = re.compile(rf"\balert {_ALERT_ID.pattern}\b|{_LONG_NUMBER.pattern}")
_CPIN = re.compile(r"(?i)(CPIN=)[^;\s]*")

# sd-daemon(3): the priority that journald reads from the start of a line.
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "exception": 3, "critical": 2}


def notify(message: str, environ: Mapping[str, str] | None = None) -> bool:
    """Sends "READY=1", "WATCHDOG=1", "STATUS=..." to the service manager (sd_notify(3)); False where there is none."""
    address = (os.environ if environ is None else environ).get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # the abstract namespace
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to_manager:
        try:
            to_manager.setblocking(False)  # a manager that does not read must not hold us
            to_manager.sendto(message.encode("utf-8", "replace"), address)
        except OSError:
            return False
    return True


def watchdog_interval_s(environ: Mapping[str, str] | None = None, pid: int | None = None) -> float | None:
    """How often WATCHDOG=1 is to be sent: half of what the unit's WatchdogSec allows. None = no watchdog for us."""
    environ = os.environ if environ is None else environ
    if environ.get("WATCHDOG_PID", str(pid or os.getpid())) != str(pid or os.getpid()):
        return None
    try:
        limit_s = int(environ.get("WATCHDOG_USEC", "0")) / 1e6
    except ValueError:
        return None
    return limit_s / 2 if limit_s > 0 else None


def setup_logging(
    stream: TextIO | None = None, environ: Mapping[str, str] | None = None, *, socket_path: str = JOURNAL
) -> None:
    """One line an event on stderr, `event key=value ...`. Where stderr goes to journald, an entry whose values are
    fields as well (MODEMD_MODEM=home), at `socket_path`; or, if that is not to be had, a line with its priority in
    front. No time of our own there. MODEMD_DEBUG in the environment shows debug lines."""
    stream = sys.stderr if stream is None else stream
    environ = os.environ if environ is None else environ
    journal = "JOURNAL_STREAM" in environ
    entries = journal and is_journal(stream, environ["JOURNAL_STREAM"])
    processors: list[Any] = [structlog.processors.add_log_level, structlog.processors.format_exc_info]
    if not journal:
        processors.append(structlog.processors.TimeStamper(fmt="iso", utc=True))
    last: Any = _journal_entry if entries else _journal_line if journal else _line
    processors += [without_absent, redact, last]
    output = Journal(stream, socket_path) if entries else Output(stream)
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.DEBUG if environ.get("MODEMD_DEBUG") else logging.INFO
        ),
        logger_factory=lambda *_: output,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Forwarder()]
    root.setLevel(logging.DEBUG if environ.get("MODEMD_DEBUG") else logging.INFO)
    logging.captureWarnings(True)


def without_absent(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leaves out what there is none of: `error=None` makes people look for an error."""
    return {key: value for key, value in event.items() if value is not None}


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Masks what must not be in a log, whoever put it there: PINs whole, long numbers but for their last 4 digits."""
    for key, value in event.items():
        if key == "alert" and _ALERT_ID.fullmatch(str(value)):
            continue
        event[key] = "***" if _SECRET.search(key) else masked(value)
    return event


def masked(value: Any) -> Any:
    """A value as it may be logged. Only numbers, truth values and None keep their type."""
    if value is None or isinstance(value, bool | float):
        return value
    text = _CPIN.sub(r"\1***", str(value))
    text = _ALERT_OR_NUMBER.sub(lambda found: found[0] if found[0][0] == "a" else f"*{found[0][-4:]}", text)
    return int(text) if isinstance(value, int) and text.lstrip("-").isdigit() else text


def escaped(text: str) -> str:
    """Control and other unprintable characters as escapes, so that nobody's text can forge a line or move a cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class _Forwarder(logging.Handler):
    """What a library, or a room that knows only the standard library's logging, has to say takes the same way out."""

    def emit(self, record: logging.LogRecord) -> None:
        get_logger().log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)


def _line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    when, level = event.pop("timestamp", ""), event.pop("level", "info")
    return f"{when} {level:<8} {_body(event)}".lstrip()


def _journal_entry(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[bytes, str], Mapping[str, Any]]:
    """For Journal.msg: the entry, and the line in its place."""
    values = {key: value for key, value in event.items() if key not in ("event", "level", "exception")}
    priority = _PRIORITIES.get(str(event.get("level", "info")), 6)
    line = _journal_line(None, "", event)
    message = re.sub(r"(?m)^<\d>", "", line)
    return (entry(message, priority, values), line), {}


def _journal_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    priority = f"<{_PRIORITIES.get(str(event.pop('level', 'info')), 6)}>"
    return "\n".join(priority + line for line in _body(event).split("\n"))


def _body(event: MutableMapping[str, Any]) -> str:
    """The event, its values, and a traceback on lines of its own."""
    trace = str(event.pop("exception", "") or "")
    words = [escaped(str(event.pop("event", "")))]
    words += [f"{key}={_value(value)}" for key, value in sorted(event.items())]
    lines = [f"  {escaped(line)}" for line in trace.splitlines()]
    return "\n".join([" ".join(words), *lines])


def _value(value: Any) -> str:
    """As logfmt has it: in quotes where it is more than a word, with quotes and backslashes of its own escaped."""
    text = str(value)
    if text.isprintable() and re.fullmatch(r'[^\s"=\\]+', text):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped(quoted)}"'


def log_crash(crash: threading.ExceptHookArgs) -> None:
    """A thread's end by an exception that nobody caught, where the service manager shows it."""
    if crash.exc_value is None:
        return
    who = crash.thread.name if crash.thread else "?"
    trace = (crash.exc_type, crash.exc_value, crash.exc_traceback)
    get_logger().critical("thread died, please report this", thread=who, exc_info=trace)
