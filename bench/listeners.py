"""The other sides of channels on loopback: each notes which alerts it was told, by a word that its message holds."""

from __future__ import annotations

import contextlib
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUSY_EVERY = 7  # requests of which the server refuses one: what is refused must come again


@dataclass
class Told:
    """What each channel was told, each message once: webhook and mail by the alert's id, ntfy by its first line."""

    webhook: list[str] = field(default_factory=list)
    ntfy: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    requests: int = 0


@contextlib.contextmanager
def listeners(told: Told) -> Iterator[tuple[int, int]]:
    """The ports of a web server (/hook, /topic) and of a mail server."""

    class Web(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
            told.requests += 1
            refused = told.requests % BUSY_EVERY == 0
            if not refused and self.path.endswith("/hook"):
                told.webhook.append(str(body["id"]))
            elif not refused:
                told.ntfy.append(str(body["message"]).splitlines()[0])
            answer = b'{"id": "x"}'
            self.send_response(503 if refused else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            pass

    class Post(socketserver.StreamRequestHandler):
        """Enough of SMTP (RFC 5321) for a client that sends plain mail."""

        def handle(self) -> None:
            self._say("220 here")
            for line in self.rfile:
                verb = line[:4].upper()
                if verb == b"DATA":
                    self._say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n")).decode("utf-8", "replace")
                    if (found := re.search(r"(?im)^message-id:\s*<([^@]+)@", text)) is not None:
                        told.mail.append(found[1])
                self._say("221 bye" if verb == b"QUIT" else "250 OK")
                if verb == b"QUIT":
                    return

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A killed daemon's child was cut off."""

    class WebServer(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """As above."""

    with WebServer(("127.0.0.1", 0), Web) as web, Server(("127.0.0.1", 0), Post) as mail:
        for server in (web, mail):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        yield web.server_address[1], mail.server_address[1]
        web.shutdown()
        mail.shutdown()
