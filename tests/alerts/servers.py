"""Real servers on loopback that behave as they are told, and the certificates to speak TLS with them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socketserver
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from modemd.alerts.channels import CHANNELS, Channel
from modemd.errors import DeliveryError
from modemd.records import Alert

NO_TLS = None


def channel(kind: str, **options: object) -> Channel:
    named = {key.rstrip("_"): value for key, value in options.items()}
    assert CHANNELS[kind].check(named) == []
    return CHANNELS[kind](named)


def refused(one: Channel, alert: Alert) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        one.send(alert)
    return caught.value


@dataclass
class Seen:
    """One request as the server got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class HttpServer:
    """`answers` are given one after the other, the last for ever: a status, or (status, headers, body)."""

    port: int
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)
    answers: list[Any] = field(default_factory=lambda: [200])

    def url(self, path: str = "/hook") -> str:
        return f"{self.scheme}://localhost:{self.port}{path}"


@contextlib.contextmanager
def http_server(*answers: Any, tls: ssl.SSLContext | None = NO_TLS) -> Iterator[HttpServer]:
    known = HttpServer(port=0, scheme="http" if tls is None else "https", answers=list(answers) or [200])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            known.seen.append(Seen(self.command, self.path, headers, body))
            answer = known.answers.pop(0) if len(known.answers) > 1 else known.answers[0]
            status, more, data = answer if isinstance(answer, tuple) else (answer, {}, b"{}")
            self.send_response(status)
            for key, value in ({"Content-Length": str(len(data)), "Connection": "close"} | more).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(data)
            self.close_connection = True

        do_POST = do_GET = answer  # noqa: N815 (http.server's names)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    known.port = server.server_address[1]
    with serving(server):
        yield known


@contextlib.contextmanager
def raw_server(talk: Callable[[Any], None]) -> Iterator[int]:
    """A server that does whatever `talk` does with the connection; gives its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                talk(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    with serving(server):
        yield server.server_address[1]


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Mail:
    """What a mail server got: `envelope` is (from, to), `message` parsed."""

    port: int
    messages: list[tuple[tuple[str, list[str]], EmailMessage]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)  # address -> line
    data_answer: str = "250 taken"


@contextlib.contextmanager
def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, password: str | None = None
) -> Iterator[Mail]:
    """SMTP on loopback; with `password`, for the user "me"."""
    known = Mail(port=0)

    class Handler:
        async def handle_RCPT(  # noqa: N802 (aiosmtpd's names)
            self, _server: Any, session: Any, envelope: Any, address: str, _options: Any
        ) -> str:
            if password is not None and not session.authenticated:
                return "530 who are you?"
            if address in known.refuse:
                return known.refuse[address]
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            if known.data_answer.startswith("250"):
                parsed = message_from_bytes(envelope.content, policy=policy.default)
                assert isinstance(parsed, EmailMessage)
                known.messages.append(((envelope.mail_from, list(envelope.rcpt_tos)), parsed))
            return known.data_answer

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == (password or "").encode()
        return AuthResult(success=right, handled=right)

    settings: dict[str, Any] = {
        "tls_context": starttls,
        "require_starttls": starttls is not None,
        "authenticator": authenticate if password is not None else None,
        "auth_require_tls": False,
    }
    spoken: list[SMTP] = []

    def protocol() -> SMTP:
        with warnings.catch_warnings():  # it finds AUTH without TLS daring, and so it is
            warnings.simplefilter("ignore")
            spoken.append(SMTP(Handler(), loop=loop, **settings))
        return spoken[-1]

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    known.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        server.close()
        for one in spoken:
            if one.transport is not None:
                one.transport.close()
        loop.run_until_complete(_cancel_all())
        loop.close()


async def _cancel_all() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
