"""One message to a server, over HTTP or SMTP, by a child program (alerts/deliver.py), and what its answer means."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from modemd.alerts.channels.child import Child, TookTooLong, first_line
from modemd.clock import is_set
from modemd.credentials import read_credential
from modemd.errors import DeliveryError

TIME_LIMIT_S = 40.0  # of the child program: a name server and a slow link included
WAIT_S = 15.0  # for each answer of the server
# A mail server may think about a message for a while (scanners): what it takes after we have left arrives twice.
TAKING_S = 60.0
MAIL_LIMIT_S = TIME_LIMIT_S + TAKING_S + 5.0
HANDED_OVER_S = 600.0  # one that scans for long may be busy
# Who must mend something (a token, an address) may take hours: not each minute until then.
PERSON_S = 3600.0
LONGEST_S = 6 * 3600.0
# A server that checks a signature's time says no where this clock is further off than this (Standard Webhooks).
SKEW_S = 300.0
# Shorter pieces of an address are words, as in /hook, and no secrets.
SECRET_LEAST = 6
# The same message will be refused again.
HOPELESS = frozenset({400, 405, 406, 410, 411, 413, 414, 415, 422, 431})


class HandedOver(DeliveryError):
    """The server has the whole message, and did not say in time that it takes it."""


class RemoteServer:
    """Where a channel's messages go. `name` is what people are told: no path, which may be a secret."""

    def __init__(self, name: str, *, ca_file: object = None, time_limit_s: float = TIME_LIMIT_S) -> None:
        """`ca_file`: the option of a channel, None = left out."""
        self.name = name
        self._ca_file = None if ca_file is None else str(ca_file)
        self._wait_s = min(WAIT_S, time_limit_s)
        self._child = Child(name, time_limit_s=time_limit_s)

    def cancel(self) -> None:
        self._child.cancel()

    def http(
        self, url: str, *, method: str = "POST", headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> str:
        """The answer's body (its first 8 KiB) where the server took it. Raises DeliveryError."""
        known = {"User-Agent": "modemd", **(headers or {})}
        answer = self._deliver({"way": "http", "method": method, "url": in_ascii(url), "headers": known, "body": body})
        status = int(answer["status"])
        if 200 <= status < 300:
            return str(answer["body"])
        secrets = secrets_of(url) + [value.rpartition(" ")[2] for key, value in known.items() if key == "Authorization"]
        said = hushed(str(answer["body"]), secrets)
        raise refusal(self.name, status, answer["headers"], said, now=datetime.now(UTC))

    def smtp(self, **job: object) -> dict[str, str]:
        """Who was refused, with the server's line, while others were not. Raises DeliveryError."""
        answer = self._deliver({"way": "smtp", "greeting_s": TIME_LIMIT_S, "taking_s": TAKING_S, **job})
        return dict(answer["refused"])

    # --- helpers

    def _deliver(self, job: Mapping[str, object]) -> dict[str, Any]:
        job = {**job, "ca_file": self._ca_file, "timeout_s": self._wait_s}
        try:
            ended = self._child.run(
                [sys.executable, "-P", "-m", "modemd.alerts.deliver"], stdin=json.dumps(job).encode()
            )
        except OSError as error:
            raise DeliveryError(f"{self.name}: Python cannot be started: {error.strerror}") from error
        except TookTooLong as error:
            raise DeliveryError(f"{self.name} did not answer in time") from error
        try:
            answer = json.loads(ended.stdout)
        except ValueError:
            raise DeliveryError(f"{self.name}: the delivery {ended.how}") from None
        if "error" in answer:
            line, code = first_line(str(answer["error"]).encode()), answer.get("code")
            if answer.get("handed_over") is True:
                raise HandedOver(f"{self.name} has the message, but {line}", retry_after_s=HANDED_OVER_S)
            hopeless = isinstance(code, int) and 500 <= code < 600 and code not in (530, 534, 535, 538)
            person = isinstance(code, int) and code in (530, 534, 535, 538)
            raise DeliveryError(f"{self.name}: {line}", permanent=hopeless, retry_after_s=PERSON_S if person else None)
        return dict(answer)


def refusal(name: str, status: int, headers: Mapping[str, str], body: str, *, now: datetime) -> DeliveryError:
    """What an HTTP status that is no 2xx means. 400 and its kin will be said to the same message again; 401 to 404 and
    a redirection want a person; 408, 425, 429 and 5xx want time, Retry-After says how much (RFC 9110 10.2.3)."""
    if 300 <= status < 400:
        where = _place(headers.get("location", "")) or "none is named"
        return DeliveryError(f"{name} answered {status}: it wants another address ({where}): write that in url")
    said = first_line(body.encode()) if "html" not in headers.get("content-type", "") else ""
    line = f"{name} answered {status}{': ' + said if said else ''}"
    wait_s = retry_after_s(headers.get("retry-after"), now=now)
    skew_s = _skew_s(headers.get("date"), now)
    if 400 <= status < 500 and (abs(skew_s) > SKEW_S or not is_set(now)):
        return DeliveryError(f"{line}; this clock is {abs(skew_s) / 60:.0f} min off its own", retry_after_s=600.0)
    if status in HOPELESS:
        return DeliveryError(line, permanent=True)
    if status in (408, 425, 429) or status >= 500:
        return DeliveryError(line, retry_after_s=wait_s)
    hint = ": is the token right?" if status in (401, 403, 407) else ": is the address right?" if status == 404 else ""
    return DeliveryError(f"{line}{hint}", retry_after_s=max(PERSON_S, wait_s or 0.0))


def retry_after_s(value: str | None, *, now: datetime) -> float | None:
    """Seconds or a date of HTTP, at most 6 hours; None where it says nothing usable."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdecimal():
        return float(min(int(value.strip()[:9]), LONGEST_S))
    when = _http_date(value)
    return None if when is None else min(max(0.0, (when - now).total_seconds()), LONGEST_S)


def in_ascii(url: str) -> str:
    """As it goes over the wire: a host's name by IDNA, any other letter as octets of UTF-8 (RFC 3987 3.1). Raises
    ValueError where a host cannot be called that."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", "" if parts.port is None else f":{parts.port}"
    if not host.isascii():
        host = host.encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    path, query = (quote(one, safe="!$%&'()*+,/:;=?@~[]") for one in (parts.path, parts.query))
    return urlunsplit((parts.scheme, f"{host}{port}", path, query, ""))


def secrets_of(url: str) -> list[str]:
    """What may be as good as a password in an address: its path and query, whole and in pieces of some length."""
    parts = urlsplit(url)
    whole = [one.strip("/") for one in (parts.path, parts.query)]
    pieces = [piece for one in whole for piece in re.split("[/&=]", one) if len(piece) >= SECRET_LEAST]
    return [one for one in (*whole, *pieces) if len(one) >= SECRET_LEAST]


def hushed(said: str, secrets: list[str]) -> str:
    """What a server said, without what was told to it in confidence: it goes into logs and lists."""
    forms = {form for one in secrets for form in (one, unquote(one), quote(one))}
    for form in sorted(forms, key=len, reverse=True):
        said = said.replace(form, "...")
    return said


def secret(name: object, what: str) -> str:
    """A secret of the configuration. Raises DeliveryError: its owner may mend the file."""
    try:
        found = read_credential(str(name))
    except UnicodeDecodeError:
        raise DeliveryError(f"the {what} in {name} is no plain text", retry_after_s=PERSON_S) from None
    except OSError as error:
        raise DeliveryError(f"the {what} in {name} cannot be read: {error.strerror}", retry_after_s=600.0) from error
    if not found or not found.isprintable():
        raise DeliveryError(f"{name} must hold the {what} and nothing else", retry_after_s=600.0)
    return found


# --- helpers


def _place(url: str) -> str:
    """Scheme and host: what stands behind them may be as good as a password."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return first_line(f"{parts.scheme}://{parts.hostname}{port}".encode()) if parts.hostname else ""


def _skew_s(date: str | None, now: datetime) -> float:
    when = _http_date(date) if date else None
    return 0.0 if when is None else (now - when).total_seconds()


def _http_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # late: a refusal is rare

    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
