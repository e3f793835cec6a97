"""The `email` channel: a message through a mail server (SMTP, RFC 5321), encrypted unless it is told not to be.

    [[channel]]
    type = "email"
    server = "smtp.example.org:587"
    security = "starttls"             # "starttls" (587), "tls" (465) or "none" (25)
    from = "modemd@example.org"
    to = ["anna@example.org"]
    user = "modemd@example.org"       # with password_file
    password_file = "mail-password"
    ca_file = "/etc/ssl/own-ca.pem"   # for a server with a certificate of one's own authority

The Message-ID follows from the alert's id, and a reminder refers to the first one, so that mail programs show a thread.
Receipt: the server took the message for at least one of the addresses.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit

from modemd.alerts.channels import options as check_of
from modemd.alerts.channels.message import paragraphs, title, urgency
from modemd.alerts.channels.servers import MAIL_LIMIT_S, HandedOver, RemoteServer, secret
from modemd.clock import is_set
from modemd.errors import DeliveryError, Problem
from modemd.log import get_logger
from modemd.records import Alert

KEYS = ("server", "security", "from", "to", "user", "password_file", "ca_file")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
# Whoever does not say in a minute that a message is taken has it all the same, mostly: not thirty of them in a week.
MOST_COPIES = 3
REMEMBERED = 64
HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class EmailChannel:
    """One sender and those who get its messages."""

    def __init__(self, options: Mapping[str, object]) -> None:
        self._security = str(options.get("security", "starttls"))
        self._host, port = _place(str(options["server"]))
        self._port = port or PORTS[self._security]
        self._from = str(options["from"])
        to = options["to"]
        self._to = [str(one) for one in to] if isinstance(to, list) else []
        self._user, self._password_file = options.get("user"), options.get("password_file")
        self._handed_over: OrderedDict[str, int] = OrderedDict()  # by alert: how often, without an answer
        self._server = RemoteServer(self._host, ca_file=options.get("ca_file"), time_limit_s=MAIL_LIMIT_S)

    @staticmethod
    def check(options: Mapping[str, object]) -> list[Problem]:
        needed = {"server": 'like server = "smtp.example.org:587"', "from": 'like from = "modemd@example.org"'}
        single = [key for key in KEYS if key != "to"]
        problems = check_of.unknown(options, KEYS, "email") + check_of.texts(options, single, needed=needed)
        problems += check_of.lists(options, "to", 'a list of addresses, like to = ["anna@example.org"]')
        security, host = options.get("security", "starttls"), ""
        if security not in PORTS:
            problems.append(check_of.fault("security", security, 'write "starttls", "tls" or "none"'))
        if isinstance(server := options.get("server"), str):
            host, port = _place(server)
            if not host or port == 0:
                problems.append(check_of.fault("server", server, 'write name and port, like "smtp.example.org:587"'))
        to = options.get("to")
        for key, one in [("from", options.get("from")), *(("to", one) for one in (to if isinstance(to, list) else ()))]:
            if isinstance(one, str) and one.strip() and one.isprintable() and not ADDRESS.fullmatch(one):
                problems.append(check_of.fault(key, one, 'that is no mail address: write "name@example.org"'))
        if ("user" in options) != ("password_file" in options):
            key = "password_file" if "user" in options else "user"
            problems.append(check_of.fault(key, None, "user and password_file go together: write both or none"))
        elif "user" in options and security == "none" and host not in HERE:
            cure = 'a password would go over the net for all to read: write security = "starttls" or "tls"'
            problems.append(check_of.fault("security", security, cure))
        return problems

    @staticmethod
    def lacks(options: Mapping[str, object]) -> list[Problem]:
        return [
            *check_of.missing_file(options, "password_file", empty="it holds no password"),
            *check_of.missing_file(options, "ca_file", empty=check_of.NO_CERTIFICATE),
        ]

    @staticmethod
    def label(options: Mapping[str, object]) -> str:
        """ "email:anna@example.org", and how many more."""
        to = options["to"]
        names = [str(one) for one in to] if isinstance(to, list) else []
        return f"email:{names[0]}" + (f"+{len(names) - 1}" if len(names) > 1 else "")

    def send(self, alert: Alert) -> None:
        password = secret(self._password_file, "password") if self._password_file is not None else None
        try:
            refused = self._server.smtp(
                host=self._host,
                port=self._port,
                security=self._security,
                user=self._user,
                password=password,
                sender=self._from,
                to=self._to,
                message=compose(alert, sender=self._from, to=self._to),
            )
        except HandedOver as error:
            times = self._handed_over[alert.id] = self._handed_over.pop(alert.id, 0) + 1
            if len(self._handed_over) > REMEMBERED:
                self._handed_over.popitem(last=False)
            if times < MOST_COPIES:
                raise
            raise DeliveryError(f"{error.message}: it has {times} copies, and gets no more", permanent=True) from error
        for line in refused.values():
            get_logger("modemd.alerts").warning("a mail address was refused", server=self._host, reason=line)

    def cancel(self) -> None:
        self._server.cancel()


def compose(alert: Alert, *, sender: str, to: list[str]) -> str:
    """The whole message (RFC 5322): text, and the same as HTML."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = title(alert)
    if is_set(alert.raised_at):
        message["Date"] = format_datetime(alert.raised_at)
    domain = sender.rpartition("@")[2]
    message["Message-ID"] = f"<{alert.id}@{domain}>"
    if alert.reminds:
        message["In-Reply-To"] = message["References"] = f"<{alert.reminds}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes, please
    if urgency(alert) == "high":
        message["Importance"] = "high"
    parts = [*paragraphs(alert), *([alert.url] if alert.url else [])]
    message.set_content("\n\n".join(parts) + "\n", cte="base64")
    message.add_alternative(_html(alert), subtype="html", cte="base64")
    return message.as_string(policy=SMTP)  # line ends as they go over the wire


# --- helpers


def _html(alert: Alert) -> str:
    lines = [
        f"<p>{'<br>'.join(escape(line) for line in paragraph.splitlines())}</p>" for paragraph in paragraphs(alert)
    ]
    if alert.url:
        lines.append(f'<p><a href="{escape(alert.url)}">{escape(alert.url)}</a></p>')
    body = "\n".join(lines)
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>\n'


def _place(server: str) -> tuple[str, int | None]:
    """Host and port; the port None where none is written, host "" or port 0 where that cannot be."""
    parts = urlsplit(f"//{server}")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    strange = parts.path or parts.query or parts.username or any(character.isspace() for character in server)
    return ("", None) if strange else (host, port)
