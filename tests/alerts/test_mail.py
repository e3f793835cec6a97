"""The `email` channel against real servers on loopback: right ones, and refusing, slow and impolite ones."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Any

import pytest

from modemd.alerts.channels import Channel
from modemd.alerts.channels import servers as servers_module
from modemd.records import Alert
from tests.alerts.servers import channel, mail_server, raw_server, refused

MakeAlert = Callable[..., Alert]


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
def test_mail_arrives(
    alert: MakeAlert, tls: ssl.SSLContext, ca_file: str, files: Callable[[str], str], security: str
) -> None:
    context = {"tls": {"tls": tls}, "starttls": {"starttls": tls}}.get(security, {})
    with mail_server(**context, password="pass word") as server:
        one = channel(
            "email",
            server=f"localhost:{server.port}",
            security=security,
            from_="modemd@example.org",
            to=["anna@example.org", "jan@example.org"],
            user="me",
            password_file=files("pass word\n"),
            ca_file=ca_file,
        )
        one.send(alert(title="Мало денег: home", advice="Оплатить <здесь>", url="https://pay.example/?a=1&b=2"))
        one.send(alert("a2", reminds="a1", reminder=1))
    (envelope, first), (_, second) = server.messages
    assert envelope == ("modemd@example.org", ["anna@example.org", "jan@example.org"])
    assert first["Subject"] == "Мало денег: home"
    text, page = (part.get_content() for part in first.iter_parts())
    assert text == "home: мало денег: 48.20 RUB\n\nОплатить <здесь>\n\nhttps://pay.example/?a=1&b=2\n"
    assert "Оплатить &lt;здесь&gt;" in page
    assert "https://pay.example/?a=1&amp;b=2" in page
    assert (first["Message-ID"], second["In-Reply-To"]) == ("<a1@example.org>", "<a1@example.org>")
    assert (second["Message-ID"], first["In-Reply-To"]) == ("<a2@example.org>", None)


def mail_to(port: int, **options: object) -> Channel:
    known = {"security": "none", "from": "a@example.org", "to": ["b@example.org", "c@example.org"]}
    return channel("email", server=f"localhost:{port}", **(known | options))


def test_a_mail_server_that_refuses(alert: MakeAlert, files: Callable[[str], str]) -> None:
    """One address of two refused is no reason to tell the other twice; 5xx lasts, 4xx (greylisting) does not."""
    with mail_server() as server:
        server.refuse = {"b@example.org": "550 no such user"}
        mail_to(server.port).send(alert())
        server.refuse["c@example.org"] = "550 no such user"
        assert refused(mail_to(server.port), alert()).permanent
        server.refuse = dict.fromkeys(("b@example.org", "c@example.org"), "450 come back later")
        assert not refused(mail_to(server.port), alert()).permanent
        server.refuse["b@example.org"] = "550 no such user"
        assert not refused(mail_to(server.port), alert()).permanent, "the other may get it later"
        server.refuse, server.data_answer = {}, "554 this is spam"
        error = refused(mail_to(server.port), alert())
    assert (error.permanent, error.message) == (True, "localhost: 554 this is spam")
    with mail_server(password="right") as server:
        error = refused(mail_to(server.port, user="me", password_file=files("wrong")), alert())
    assert (error.permanent, error.retry_after_s) == (False, servers_module.PERSON_S)
    assert "refuses user or password" in error.message


def test_nothing_goes_out_unencrypted_by_itself(alert: MakeAlert) -> None:
    """A server (or somebody between) that offers no STARTTLS."""
    with mail_server() as server:
        error = refused(mail_to(server.port, security="starttls"), alert())
    assert server.messages == []
    assert "STARTTLS" in error.message


def mail_talk(*, answer_s: float = 0.0, taken_s: float = 0.0, farewell: str = "221 bye") -> Callable[[Any], None]:
    """A mail server that waits before each answer, and before the one to the message."""

    def talk(connection: Any) -> None:
        lines = connection.makefile("rwb")

        def answer(line: str, wait_s: float = answer_s) -> None:
            threading.Event().wait(wait_s)
            lines.write(line.encode() + b"\r\n")
            lines.flush()

        answer("220 hello")
        for raw in lines:
            word = raw.decode()[:4].upper().strip()
            if word == "DATA":
                answer("354 go on")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                answer("250 taken", taken_s)
            else:
                answer(farewell if word == "QUIT" else "250 fine")

    return talk


@pytest.mark.parametrize("farewell", ["500 what?", "421 too late"])
def test_mail_that_was_taken_is_delivered_whatever_the_server_says_to_quit(alert: MakeAlert, farewell: str) -> None:
    with raw_server(mail_talk(farewell=farewell)) as port:
        mail_to(port).send(alert())


def test_a_server_that_thinks_about_a_message_gets_it_once(alert: MakeAlert, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hangs up before the answer to the message sends it again, at each try. Before the message nothing is lost."""
    monkeypatch.setattr(servers_module, "WAIT_S", 0.3)
    with raw_server(mail_talk(taken_s=0.6)) as port:
        mail_to(port).send(alert())
    monkeypatch.setattr(servers_module, "TIME_LIMIT_S", 0.4)
    with raw_server(mail_talk(answer_s=0.2)) as port:
        assert refused(mail_to(port), alert()).message == "localhost: it did not answer in time"


def test_a_server_that_never_says_that_it_has_a_message_gets_it_three_times(
    alert: MakeAlert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reader has it as often, mostly. Then it is said that nobody knows; one that answers 451 has not taken it."""
    monkeypatch.setattr(servers_module, "TAKING_S", 0.2)
    with raw_server(mail_talk(taken_s=30.0)) as port:
        one = mail_to(port)
        errors = [refused(one, alert(id="a1")) for _ in range(3)]
        assert not refused(one, alert(id="a2")).permanent
    assert [error.permanent for error in errors] == [False, False, True]
    assert errors[0].retry_after_s == servers_module.HANDED_OVER_S
    assert "has the message" in errors[0].message
    assert "gets no more" in errors[2].message
    with mail_server() as server:
        server.data_answer = "451 come back later"
        one = mail_to(server.port)
        assert [refused(one, alert(id="a1")).permanent for _ in range(4)] == [False] * 4


@pytest.mark.parametrize("lines", [[b"554 not now\r\n"], [b"220 mail\r\n", b"550 not now\r\n"]])
def test_a_server_that_takes_nobody_says_nothing_of_the_message(alert: MakeAlert, lines: list[bytes]) -> None:
    """Refused before it was told of any: too many at once, a list of bad neighbours. It is tried again."""

    def talk(connection: Any) -> None:
        connection.sendall(lines[0])
        while connection.recv(1 << 16):
            connection.sendall(lines[-1])

    with raw_server(talk) as port:
        error = refused(mail_to(port), alert())
    assert (error.permanent, "not now" in error.message) == (False, True)
