"""Whoever alerts are sent to: a web server on loopback, for the webhook channel and what a `command` channel posts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 8099


class Receiver:
    """Tells `say` of each request when it has come, and answers `hold_s` later with `status`."""

    def __init__(self, say: Callable[..., None]) -> None:
        self.hold_s, self.status = 0.0, 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
                say(event="came", path=self.path, body=body, id=self.headers["webhook-id"])
                time.sleep(receiver.hold_s)
                self.send_response(receiver.status)
                self.end_headers()
                say(event="taken", path=self.path, body=body, id=self.headers["webhook-id"])

            def log_message(self, *args: object) -> None:
                """Nobody reads it."""

        server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
