"""The `ntfy` channel: a push to phones through ntfy.sh or a server of one's own.

    [[channel]]
    type = "ntfy"
    url = "https://ntfy.sh/a-topic-nobody-guesses"
    token_file = "ntfy-token"         # where the topic is protected
    ack_url = "https://..."           # a button "seen" that calls this (GET)
    ca_file = "/etc/ssl/own-ca.pem"   # for a server with a certificate of one's own authority

The message goes as JSON, so that a title may be in any script. Receipt: the server's answer names the message's id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit, urlunsplit

from modemd.alerts.channels import options as check_of
from modemd.alerts.channels.message import paragraphs, title, urgency, within
from modemd.alerts.channels.servers import RemoteServer, secret
from modemd.errors import DeliveryError, Problem
from modemd.records import Alert

KEYS = ("url", "token_file", "ack_url", "ca_file")
MESSAGE_LIMIT = 4096  # octets; a longer one is a file to be opened, or refused (ntfy's message-size-limit)
PRIORITY = {"high": 5, "normal": 4, "low": 3}
TAGS = {"high": ["rotating_light"], "normal": ["warning"], "low": ["information_source"]}
GOOD = {"recovered": ["white_check_mark"], "topup": ["moneybag"], "test": ["test_tube"]}


class NtfyChannel:
    """One topic."""

    def __init__(self, options: Mapping[str, object]) -> None:
        parts = urlsplit(str(options["url"]))
        folder, _, topic = parts.path.rstrip("/").rpartition("/")
        self._root = urlunsplit((parts.scheme, parts.netloc, f"{folder}/", "", ""))
        self._topic = unquote(topic)
        self._token_file = options.get("token_file")
        self._ack_url = options.get("ack_url")
        self._server = RemoteServer(self.label(options), ca_file=options.get("ca_file"))

    @staticmethod
    def check(options: Mapping[str, object]) -> list[Problem]:
        example = 'the topic\'s whole address, like url = "https://ntfy.sh/a-topic-nobody-guesses"'
        problems = check_of.unknown(options, KEYS, "ntfy") + check_of.texts(options, KEYS, needed={"url": example})
        return problems + check_of.address(options, path=True) + check_of.address(options, "ack_url")

    @staticmethod
    def lacks(options: Mapping[str, object]) -> list[Problem]:
        return [
            *check_of.missing_file(options, "token_file", empty="it holds no token"),
            *check_of.missing_file(options, "ca_file", empty=check_of.NO_CERTIFICATE),
        ]

    @staticmethod
    def label(options: Mapping[str, object]) -> str:
        """Without the topic, which is as good as a password."""
        return f"ntfy:{urlsplit(str(options['url'])).hostname}"

    def send(self, alert: Alert) -> None:
        headers = {"Content-Type": "application/json"}
        if self._token_file is not None:
            headers["Authorization"] = f"Bearer {secret(self._token_file, 'token')}"
        answer = self._server.http(self._root, headers=headers, body=self._body(alert))
        try:
            taken = bool(json.loads(answer)["id"])
        except (ValueError, TypeError, KeyError):
            taken = False
        if not taken:
            raise DeliveryError(
                f"{self._server.name} answered, but not as ntfy does: is the address right, or is this a login page?"
            )

    def cancel(self) -> None:
        self._server.cancel()

    # --- helpers

    def _body(self, alert: Alert) -> str:
        rank = urgency(alert)
        message: dict[str, object] = {
            "topic": self._topic,
            "title": title(alert),
            "message": within("\n\n".join(paragraphs(alert)), MESSAGE_LIMIT),
            "priority": PRIORITY[rank],
            "tags": GOOD.get(alert.event, TAGS[rank]),
        }
        if alert.url:
            message["click"] = alert.url
        if self._ack_url is not None:
            message["actions"] = [
                {"action": "http", "label": "✓ seen", "url": self._ack_url, "method": "GET", "clear": True}
            ]
        return json.dumps(message, ensure_ascii=False)
