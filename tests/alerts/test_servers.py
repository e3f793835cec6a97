"""The channels against real servers on loopback: right ones, and slow, refusing, redirecting, lying and absent ones."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from modemd.alerts.channels import CHANNELS, apprise
from modemd.alerts.channels import servers as servers_module
from modemd.records import Alert, DaysLeft
from tests.alerts.servers import channel, http_server, raw_server, refused

MakeAlert = Callable[..., Alert]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TAKEN: tuple[int, dict[str, str], bytes] = (200, {}, b'{"id":"x","event":"message"}')


# --- ntfy


def test_ntfy_gets_cyrillic_priority_and_the_page_to_pay_at(
    alert: MakeAlert, tls: ssl.SSLContext, ca_file: str, files: Callable[[str], str]
) -> None:
    with http_server(TAKEN, tls=tls) as server:
        one = channel(
            "ntfy", url=server.url("/base/top-up"), token_file=files("tk_1\n"), ca_file=ca_file, ack_url="http://pi/a"
        )
        one.send(alert(level="critical", title="Деньги кончаются", advice="Оплатить: *100#", url="https://pay.example"))
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.headers["authorization"]) == ("POST", "/base/", "Bearer tk_1")
    assert seen.json == {
        "topic": "top-up",
        "title": "Деньги кончаются",
        "message": "home: мало денег: 48.20 RUB\n\nОплатить: *100#",
        "priority": 5,
        "tags": ["rotating_light"],
        "click": "https://pay.example",
        "actions": [{"action": "http", "label": "✓ seen", "url": "http://pi/a", "method": "GET", "clear": True}],
    }


def test_a_login_page_is_no_receipt(alert: MakeAlert) -> None:
    """A captive portal answers 200 to everything."""
    with http_server((200, {"Content-Type": "text/html"}, b"<html>Please log in")) as server:
        error = refused(channel("ntfy", url=server.url("/topic")), alert())
    assert "is this a login page?" in error.message
    assert not error.permanent


# --- webhook


def test_the_webhook_is_what_standard_webhooks_verifies(alert: MakeAlert, files: Callable[[str], str]) -> None:
    sent = alert(days_left=DaysLeft(low=1.5, likely=3.0, high=7.0), advice="оплатить", reminder=2)
    with http_server(204) as server:
        channel("webhook", url=server.url(), secret_file=files(SECRET)).send(sent)
    (seen,) = server.seen
    verified = Webhook(SECRET).verify(seen.body, seen.headers)
    assert seen.headers["webhook-id"] == verified["id"] == "a1"
    assert verified == {
        "id": "a1",
        "event": "low",
        "level": "low",
        "modem": "home",
        "operator": "ru-mts",
        "balance": "48.20",
        "currency": "RUB",
        "taken_at": verified["taken_at"],
        "days_left": {"low": 1.5, "likely": 3.0, "high": 7.0},
        "text": "home: мало денег: 48.20 RUB",
        "advice": "оплатить",
        "raised_at": verified["raised_at"],
        "reminder": 2,
    }
    assert verified["taken_at"].endswith("Z")


def test_several_in_one_message_are_all_there(alert: MakeAlert) -> None:
    """Also more than a pipe holds at once."""
    members = tuple(alert(f"m{number}", text="x" * 400) for number in range(300))
    with http_server(200) as server:
        channel("webhook", url=server.url()).send(replace(alert("all"), balance=None, members=members))
    (seen,) = server.seen
    assert [member["id"] for member in seen.json["alerts"]] == [f"m{number}" for number in range(300)]
    assert "webhook-signature" not in seen.headers


def test_what_was_meant_for_one_server_is_told_to_no_other(alert: MakeAlert, files: Callable[[str], str]) -> None:
    with http_server(200) as other, http_server((307, {"Location": other.url()}, b"")) as server:
        error = refused(channel("webhook", url=server.url(), secret_file=files(SECRET)), alert())
    assert other.seen == []
    assert f"it wants another address ({other.url('')})" in error.message


def test_what_was_taken_is_a_receipt_however_much_the_server_says(alert: MakeAlert) -> None:
    """Octets that are no text, and headers without an end: said again it would arrive twice."""
    headers = {f"X-{number}": "\x01" * 8000 for number in range(80)}
    with http_server((200, headers, b"\0\xff" * 20_000)) as server:
        channel("webhook", url=server.url()).send(alert())


@pytest.mark.parametrize(
    ("answer", "permanent", "retry_s"),
    [(400, True, None), ((429, {"Retry-After": "77"}, b"slow down"), False, 77.0), (502, False, None)],
)
def test_refusals_reach_the_outbox(alert: MakeAlert, answer: Any, permanent: bool, retry_s: float | None) -> None:
    with http_server(answer) as server:
        error = refused(channel("webhook", url=server.url("/s3cret")), alert())
    assert (error.permanent, error.retry_after_s) == (permanent, retry_s)
    assert "s3cret" not in error.message


def test_servers_that_lie(alert: MakeAlert) -> None:
    """A body shorter than its length: the status has come, and counts. What is no HTTP is told."""
    with http_server((200, {"Content-Length": "1000"}, b"short")) as server:
        channel("webhook", url=server.url()).send(alert())

    def gibberish(connection: Any) -> None:
        request = b""
        while not request.endswith(b"}"):
            request += connection.recv(1 << 16)
        connection.sendall(b"220 mail ready\r\n" * 3)

    with raw_server(gibberish) as port:
        error = refused(channel("webhook", url=f"http://localhost:{port}/x"), alert())
    assert "does not speak HTTP" in error.message

    def hang_up(connection: Any) -> None:
        connection.recv(100)

    with raw_server(hang_up) as port:
        assert "webhook:localhost" in refused(channel("webhook", url=f"http://localhost:{port}/x"), alert()).message


def test_nobody_there_and_a_stranger_there(alert: MakeAlert, tls: ssl.SSLContext) -> None:
    with raw_server(lambda _connection: None) as port:
        pass
    error = refused(channel("webhook", url=f"http://localhost:{port}/x"), alert())
    assert error.message == "webhook:localhost: nobody listens there"
    with http_server(tls=tls) as server:
        error = refused(channel("webhook", url=server.url()), alert())
        assert "its certificate is not trusted" in error.message
        error = refused(channel("webhook", url=server.url().replace("https", "http")), alert())
        assert error.message.startswith("webhook:localhost")
    assert server.seen == []


def test_a_server_that_drips_is_left_when_its_time_is_over(alert: MakeAlert) -> None:
    """An octet now and then keeps every wait for the next one alive; the child's time is not."""
    over = threading.Event()

    def drip(connection: Any) -> None:
        while not over.wait(0.1):
            connection.sendall(b"H")

    with raw_server(drip) as port:
        one = channel("webhook", url=f"http://localhost:{port}/x")
        one._server._child._time_limit_s = 1.0  # type: ignore[attr-defined]
        began = time.monotonic()
        error = refused(one, alert())
        over.set()
    assert error.message == "webhook:localhost did not answer in time"
    assert time.monotonic() - began < 5


def test_a_status_is_a_receipt_whatever_becomes_of_the_body(alert: MakeAlert) -> None:
    """Each octet of it keeps the wait for the next one alive."""
    over = threading.Event()

    def drip(connection: Any) -> None:
        connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not over.wait(0.05):
            connection.sendall(b"x")

    with raw_server(drip) as port:
        one = channel("webhook", url=f"http://localhost:{port}/x")
        one._server._wait_s = 0.5  # type: ignore[attr-defined]
        one._server._child._time_limit_s = 8.0  # type: ignore[attr-defined]
        one.send(alert())
        over.set()


def test_a_server_that_says_our_address_is_not_quoted_with_it(alert: MakeAlert) -> None:
    said = (404, {"Content-Type": "application/json"}, b'{"message":"Cannot POST /hooks/0f1e2d3c?key=4b5a"}')
    with http_server(said) as server:
        error = refused(channel("webhook", url=server.url("/hooks/0f1e2d3c?key=4b5a")), alert())
    assert 'answered 404: {"message":"Cannot POST /...?..."}' in error.message


def test_stopping_ends_a_delivery_at_once(alert: MakeAlert) -> None:
    entered, over = threading.Event(), threading.Event()

    def silent(_connection: Any) -> None:
        entered.set()
        over.wait(20)

    with raw_server(silent) as port:
        one = channel("webhook", url=f"http://localhost:{port}/x")

        def stop() -> None:
            entered.wait(20)
            one.cancel()

        threading.Thread(target=stop, daemon=True).start()
        began = time.monotonic()
        assert "modemd is stopping" in refused(one, alert()).message
        assert time.monotonic() - began < 10
        over.set()


def test_ntfy_gets_what_it_takes_as_a_text(alert: MakeAlert) -> None:
    """Many SIMs in one message: what is longer than 4,096 octets is a file there, or refused for good."""
    with http_server(TAKEN) as server:
        channel("ntfy", url=server.url("/topic")).send(alert(text="мало денег\n" * 400))
        channel("ntfy", url=server.url("/topic")).send(alert(text="м" * 2048))
    long, fits = (seen.json["message"] for seen in server.seen)
    assert (len(long.encode()) <= 4096, long.startswith("мало денег\n" * 100), long[-1]) == (True, True, "…")
    assert fits == "м" * 2048


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/hooks/T0001/s3cretWord", (301, {"Location": "https://localhost/hooks/T0001/s3cretWord"}, b"")),
        ("/s3cretWord", (302, {"Location": "/login?next=/s3cretWord"}, b"")),
        ("/a?key=s3cretWord", (404, {}, b'{"message": "Route POST:/a?key=s3cretWord not found"}')),
        ("/сл%20во/s3cretWord", (400, {}, "no /сл во/s3cretWord, Bearer s3cretWord".encode())),
    ],
)
def test_a_servers_words_do_not_tell_the_address_on(alert: MakeAlert, path: str, answer: Any) -> None:
    """They go into the log and the lists, and a path is as good as a password."""
    with http_server(answer) as server:
        error = refused(channel("webhook", url=server.url(path)), alert())
    assert "s3cret" not in error.message
    assert f"answered {answer[0]}" in error.message


@pytest.mark.parametrize("kind", ["webhook", "email"])
def test_an_authority_that_is_missing_or_none(
    alert: MakeAlert, files: Callable[[str], str], tmp_path: Path, kind: str
) -> None:
    mail: dict[str, object] = {
        "server": "localhost:1",
        "security": "tls",
        "from": "a@example.org",
        "to": ["b@example.org"],
    }
    options: dict[str, object] = {"url": "https://localhost:1/x"} if kind == "webhook" else mail
    for ca_file, why in (
        (str(tmp_path / "gone"), "cannot be read: No such file"),
        (files("no"), "holds no certificate"),
    ):
        assert f"{ca_file} {why}" in refused(channel(kind, ca_file=ca_file, **options), alert()).message
    (lack,) = CHANNELS[kind].lacks(options | {"ca_file": str(tmp_path / "gone")})
    assert lack.key == "ca_file"


def test_a_token_in_two_lines_is_refused_without_being_quoted(alert: MakeAlert, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_bytes(b"tk_one\rtk_two")
    with http_server(TAKEN) as server:
        error = refused(channel("ntfy", url=server.url("/topic"), token_file=str(token)), alert())
    assert error.message == f"{token} must hold the token and nothing else"


def test_an_address_in_any_script_is_called_as_the_wire_wants_it(alert: MakeAlert) -> None:
    with http_server(200) as server:
        channel("webhook", url=server.url("/путь/%20?слово=да")).send(alert())
    assert [seen.path for seen in server.seen] == [
        "/%D0%BF%D1%83%D1%82%D1%8C/%20?%D1%81%D0%BB%D0%BE%D0%B2%D0%BE=%D0%B4%D0%B0"
    ]
    assert servers_module.in_ascii("https://Пример.рф:8443/x#y") == "https://xn--e1afmkfd.xn--p1ai:8443/x"
    assert servers_module.in_ascii("http://[::1]:80/x") == "http://[::1]:80/x"


# --- apprise


def test_apprise_gets_text_and_addresses_without_showing_them(alert: MakeAlert, tmp_path: Path) -> None:
    program = tmp_path / "apprise"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/argv; cat > {tmp_path}/stdin; exit ${{EXIT:-0}}\n')
    program.chmod(0o755)
    urls = tmp_path / "urls"
    urls.write_text("tgram://secret")
    one = channel("apprise", urls_file=str(urls), program=str(program))
    one.send(alert(title="Мало", level="critical", advice="Оплатить"))
    argv = (tmp_path / "argv").read_text().splitlines()
    # Everybody on the machine sees these: no name, no number, no amount.
    assert argv == [f"--config={urls}", "--title=modemd: low", "--input-format=text", "--notification-type=failure"]
    assert (tmp_path / "stdin").read_text() == "home: мало денег: 48.20 RUB\n\nОплатить"
    program.write_text("#!/bin/sh\necho ouch >&2; exit 3\n")
    assert "ended with exit 3: ouch" in refused(one, alert()).message
    program.unlink()
    assert "sudo apt install apprise" in refused(one, alert()).message
    urls.unlink()
    assert "write the addresses into it" in refused(one, alert()).message


def test_apprise_leaves_those_in_peace_who_have_heard(alert: MakeAlert, tmp_path: Path) -> None:
    """One of several addresses is dead: the others hear a message twice at most, however often it is tried; the
    addresses are in no argument. A list that only apprise can read goes as a whole."""
    program, urls, dead = tmp_path / "apprise", tmp_path / "urls", tmp_path / "dead"
    program.write_text(
        f"""#!/bin/sh
        while read -r one; do [ -z "$one" ] || echo "$one" >> {tmp_path}/heard; done < "${{1#--config=}}"
        echo "$@" >> {tmp_path}/argv
        ! grep -q dead "${{1#--config=}}" || [ ! -e {dead} ]
        """
    )
    program.chmod(0o755)
    dead.touch()
    urls.write_text("# the family\nmailto://anna:S3CRET@example.org\n\ntgram://dead/S3CRET\njson://jan.example/x\n")
    one = channel("apprise", urls_file=str(urls), program=str(program))
    low = alert(id="a1", level="low")
    lines = [refused(one, low).message for _ in range(4)]
    assert lines == [
        "apprise ended with exit 1: not every address took it",
        *["apprise ended with exit 1: 1 of 3 addresses did not take it"] * 3,
    ]
    dead.unlink()
    one.send(low)
    heard = (tmp_path / "heard").read_text().splitlines()
    assert [heard.count(address) for address in urls.read_text().split()[3:]] == [2, 5, 2]
    assert "S3CRET" not in (tmp_path / "argv").read_text()
    one.send(alert(id="a2"))
    assert len((tmp_path / "heard").read_text().splitlines()) == 14

    dead.touch()
    urls.write_text("urls:\n  - tgram://dead/S3CRET\n  - json://jan.example/x\n")
    assert [refused(one, alert(id="a3")).message for _ in range(2)] == lines[:1] * 2


def test_apprise_that_hangs_on_one_address(alert: MakeAlert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed with its children; from the second try on the others have it, and the hanging one is tried last."""
    program, urls = tmp_path / "apprise", tmp_path / "urls"
    program.write_text(
        f"""#!/bin/sh
        while read -r one; do
            echo "$one" >> {tmp_path}/heard
            case $one in *hang*) sleep 30;; esac
        done < "${{1#--config=}}"
        """
    )
    program.chmod(0o755)
    urls.write_text("tgram://hang/x\njson://jan.example/x\n")
    monkeypatch.setattr(apprise, "TIME_LIMIT_S", 0.2)
    monkeypatch.setattr(apprise, "ONE_LIMIT_S", 1.5)
    one, low = channel("apprise", urls_file=str(urls), program=str(program)), alert(id="a1")
    assert ["was killed" in refused(one, low).message for _ in range(2)] == [True] * 2
    assert (tmp_path / "heard").read_text().split().count("json://jan.example/x") == 1
    refused(one, alert(id="a2"))
    refused(one, alert(id="a2"))
    assert (tmp_path / "heard").read_text().split()[-2:] == ["json://jan.example/x", "tgram://hang/x"]
