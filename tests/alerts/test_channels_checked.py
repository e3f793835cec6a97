"""What `modemd config check` says of the channels' keys: every fault at its key, with the cure, and no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modemd.alerts.channels import CHANNELS
from modemd.alerts.channels.options import exposed_files, fault

NTFY = {"url": "https://ntfy.sh/topic"}
MAIL = {"server": "smtp.example.org:587", "from": "a@example.org", "to": ["b@example.org"]}
SMS = {"to": ["+79161234567"], "through": "home"}


@pytest.mark.parametrize(
    ("kind", "options", "key", "cure"),
    [
        ("ntfy", {}, "url", "https://ntfy.sh/"),
        ("ntfy", {"url": 7}, "url", "text in quotes"),
        ("ntfy", {"url": "ntfy.sh/topic"}, "url", "whole address"),
        ("ntfy", {"url": "https://ntfy.sh/"}, "url", "the topic is missing"),
        ("ntfy", {"url": "https://me:secret@ntfy.sh/topic"}, "url", "keep the password out"),
        ("ntfy", {"url": "https://ntfy.sh:99999/topic"}, "url", "whole address"),
        ("ntfy", NTFY | {"ack_url": "gopher://x"}, "ack_url", "whole address"),
        ("ntfy", NTFY | {"topic": "x"}, "topic", "known here: url, token_file"),
        ("ntfy", {"url": "https://ntfy.sh/тема"}, "url", "topics of 1 to 64"),
        ("webhook", {"url": "https://exa mple.org"}, "url", "whole address"),
        ("webhook", {"url": "https://example..org/x"}, "url", "whole address"),
        ("webhook", {"url": "ftp://example.org"}, "url", "whole address"),
        ("email", MAIL | {"server": "smtp.example.org:mail"}, "server", "name and port"),
        ("email", MAIL | {"server": "https://example.org"}, "server", "name and port"),
        ("email", MAIL | {"security": "ssl"}, "security", '"starttls", "tls" or "none"'),
        ("email", MAIL | {"to": []}, "to", "list of addresses"),
        ("email", MAIL | {"to": "b@example.org"}, "to", "list of addresses"),
        ("email", MAIL | {"to": ["b.example.org"]}, "to", "no mail address"),
        ("email", MAIL | {"from": "a@b@c"}, "from", "no mail address"),
        ("email", MAIL | {"from": "a@example.org\nBcc: x@example.org"}, "from", "in one line"),
        ("email", MAIL | {"user": "me"}, "password_file", "go together"),
        ("email", MAIL | {"user": "me", "password_file": "x", "security": "none"}, "security", "for all to read"),
        ("apprise", {}, "urls_file", "addresses"),
        ("apprise", {"urls_file": "x", "urls": "tgram://"}, "urls", "no such key"),
        ("sms", SMS | {"to": ["916 123 45 67"]}, "to", "no telephone number"),
        ("sms", SMS | {"per_day": 0}, "per_day", "from 1 to 100"),
        ("sms", SMS | {"per_day": "3"}, "per_day", "from 1 to 100"),
        ("sms", {"to": ["112"]}, "through", "the name of a modem"),
        ("command", {"run": []}, "run", "list of strings"),
    ],
)
def test_one_fault(kind: str, options: dict[str, Any], key: str, cure: str) -> None:
    found = CHANNELS[kind].check(options)
    assert [(problem.key, cure in problem.cure) for problem in found if problem.key == key] == [(key, True)], found
    assert "secret" not in "".join(f"{problem.value}{problem.cure}" for problem in found)


@pytest.mark.parametrize(
    ("key", "value", "seen"),
    [
        ("url", "htps://hooks.example.org/services/S3CRET", '"htps://hooks.example.org/..."'),
        ("url", "https://hooks.example.org:99999/S3CRET?x=S3CRET", '"https://hooks.example.org:99999/..."'),
        ("url", "hooks.example.org/S3CRET", '"hooks.example.org/..."'),
        ("channel[0].url", "https://me:S3CRET@example.org/x", '"https://...@example.org/..."'),
        ("url", "https:/S3CRET", '"https:/..."'),
        ("url", "S3CRET", '"..."'),
        ("url", "https://exa mple.org/S3CRET", '"https://..."'),
        ("urls", ["tgram://S3CRET/chat", "mailto://me:S3CRET@gmail.com"], '["tgram://...", "mailto://...@gmail.com"]'),
        ("heartbeat[0].adress", "https://hc-ping.com/S3CRET", '"https://hc-ping.com/..."'),
        ("password", "S3CRET", '"..."'),
        ("modem[0].pin", "S3CRET", '"..."'),
        ("api_key", "S3CRET", '"..."'),
        (
            "auth",
            {"token": "S3CRET", "url": "https://a.example/S3CRET"},
            '{"token": "...", "url": "https://a.example/..."}',
        ),
        ("modem", {"x": 1}, '{"x": 1}'),
        ("token_file", "ntfy-token", '"ntfy-token"'),
        ("url", "https://ntfy.sh/", '"https://ntfy.sh/"'),
        ("url", "http://[::1]:8080/x", '"http://[::1]:8080/..."'),
        ("name", "дом", '"дом"'),
        ("name", None, ""),
    ],
)
def test_a_fault_shows_no_secret(key: str, value: object, seen: str) -> None:
    """It stands in the log at a reload: what is right, and what was meant to be, is as good as a password."""
    assert fault(key, value, "cure").value == seen


@pytest.mark.parametrize(
    ("kind", "options", "label"),
    [
        ("ntfy", NTFY | {"ack_url": "http://pi.local:8787/ack"}, "ntfy:ntfy.sh"),
        ("webhook", {"url": "http://example.org:8080/s3cret?x=1"}, "webhook:example.org"),
        ("email", MAIL, "email:b@example.org"),
        ("email", MAIL | {"to": ["b@example.org", "c@example.org"], "security": "none"}, "email:b@example.org+1"),
        (
            "email",
            MAIL | {"server": "localhost", "security": "none", "user": "me", "password_file": "x"},
            "email:b@example.org",
        ),
        ("apprise", {"urls_file": "/etc/modemd/family.txt"}, "apprise:family"),
        ("sms", SMS, "sms:home"),
    ],
)
def test_right_options_and_the_name_they_give(kind: str, options: dict[str, Any], label: str) -> None:
    """Lists show no topic, no path and no number: they are as good as passwords, or belong to people."""
    assert CHANNELS[kind].check(options) == []
    assert CHANNELS[kind].label(options) == label


def test_secrets_that_are_missing_empty_or_of_the_wrong_form(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "plain").write_text("not base64!")
    (tmp_path / "right").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    hook = {"url": "https://example.org/x"}
    lacks = CHANNELS["webhook"].lacks
    for name, cure in (("absent", "No such file"), ("empty", "no secret"), ("plain", "whsec_ and base64")):
        (problem,) = lacks(hook | {"secret_file": str(tmp_path / name)})
        assert (problem.key, cure in problem.cure) == ("secret_file", True), problem
    assert lacks(hook | {"secret_file": str(tmp_path / "right")}) == []
    assert lacks(hook) == []


def test_a_secret_that_everybody_may_read(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("t")
    secret.chmod(0o644)
    (problem,) = exposed_files({"token_file": str(secret), "ca_file": str(secret)})
    assert (problem.key, "chmod 640" in problem.cure) == ("token_file", True)
    secret.chmod(0o640)
    assert exposed_files({"token_file": str(secret)}) == []
