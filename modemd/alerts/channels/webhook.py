"""The `webhook` channel: a POST of the alert as JSON, signed as Standard Webhooks wants it.

    [[channel]]
    type = "webhook"
    url = "https://example.org/hooks/modemd"
    secret_file = "webhook-secret"    # "whsec_" and base64 of 24 to 64 octets: openssl rand -base64 32
    ca_file = "/etc/ssl/own-ca.pem"   # for a server with a certificate of one's own authority

webhook-id is the alert's id, the same at each try, so that a receiver can tell a second one. Receipt: any 2xx.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from modemd.alerts.channels import options as check_of
from modemd.alerts.channels.message import document
from modemd.alerts.channels.servers import PERSON_S, RemoteServer, secret
from modemd.errors import DeliveryError, Problem
from modemd.records import Alert

KEYS = ("url", "secret_file", "ca_file")
PREFIX = "whsec_"
HOW = "the secret must be whsec_ and base64: (echo -n whsec_; openssl rand -base64 32) > FILE"


class WebhookChannel:
    """One address."""

    def __init__(self, options: Mapping[str, object]) -> None:
        self._url = str(options["url"])
        self._secret_file = options.get("secret_file")
        self._server = RemoteServer(self.label(options), ca_file=options.get("ca_file"))

    @staticmethod
    def check(options: Mapping[str, object]) -> list[Problem]:
        example = 'the whole address, like url = "https://example.org/hooks/modemd"'
        problems = check_of.unknown(options, KEYS, "webhook") + check_of.texts(options, KEYS, needed={"url": example})
        return problems + check_of.address(options)

    @staticmethod
    def lacks(options: Mapping[str, object]) -> list[Problem]:
        problems = check_of.missing_file(options, "secret_file", empty="it holds no secret")
        if not problems and "secret_file" in options:
            try:
                _key(secret(options["secret_file"], "secret"))
            except DeliveryError as error:
                if not isinstance(error.__cause__, PermissionError):
                    problems.append(check_of.fault("secret_file", options["secret_file"], error.message))
        return problems + check_of.missing_file(options, "ca_file", empty=check_of.NO_CERTIFICATE)

    @staticmethod
    def label(options: Mapping[str, object]) -> str:
        """Without the path, which may be a secret."""
        return f"webhook:{urlsplit(str(options['url'])).hostname}"

    def send(self, alert: Alert) -> None:
        body = json.dumps(document(alert), ensure_ascii=False, separators=(",", ":"))
        moment = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": alert.id,
            "webhook-timestamp": str(moment),
        }
        if self._secret_file is not None:
            key = _key(secret(self._secret_file, "secret"))
            headers["webhook-signature"] = signature(key, alert.id, moment, body)
        self._server.http(self._url, headers=headers, body=body)

    def cancel(self) -> None:
        self._server.cancel()


def signature(key: bytes, message_id: str, moment: int, body: str) -> str:
    """The header of that name: "v1," and HMAC-SHA256 over "id.seconds.body" in base64."""
    signed = f"{message_id}.{moment}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


# --- helpers


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise DeliveryError(HOW, retry_after_s=PERSON_S) from None
    if not key:
        raise DeliveryError(HOW, retry_after_s=PERSON_S)
    return key
