"""The child program that speaks to one server for one message: a job as JSON on standard input, how it went as JSON on
standard output. What it went like is judged by the channel (channels/servers.py); secrets are in neither its arguments
nor its environment.

    {"way": "http", "method", "url", "headers", "body", "ca_file", "timeout_s"} -> {"status", "headers", "body"}
    {"way": "smtp", "host", "port", "security", "user", "password", "sender", "to", "message", "ca_file", "timeout_s",
     "greeting_s", "taking_s"}
        -> {"refused": {address: line}}
or  -> {"error": line for people, "code": the server's number or null, "handed_over": true where a mail server has the
    message and did not say what becomes of it}
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import smtplib
    import ssl

# Escaped as JSON an octet takes six characters at most, and all of it has to fit into what channels/child.py keeps.
BODY_LIMIT = 1 << 13
# What channels/servers.py asks for.
HEADERS = ("retry-after", "location", "date", "content-type")
HEADER_LIMIT = 500
# Behind a receipt nothing may take what is left of the child's time: killed then, it would not have told of it.
BODY_S, FAREWELL_S = 5.0, 2.0
Job = dict[str, Any]
Outcome = dict[str, Any]


def main() -> None:
    job = json.load(sys.stdin)
    outcome = _http(job) if job["way"] == "http" else _smtp(job)
    json.dump(outcome, sys.stdout)


def _http(job: Job) -> Outcome:
    import http.client
    import urllib.error
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        """What was meant for one server is told to no other."""

        def redirect_request(self, *_args: Any) -> None:
            return None

    body = job.get("body")
    request = urllib.request.Request(  # noqa: S310 (the configuration allows http and https alone)
        job["url"], None if body is None else body.encode(), job["headers"], method=job["method"]
    )
    try:
        opener = urllib.request.build_opener(Stay, urllib.request.HTTPSHandler(context=_trusting(job.get("ca_file"))))
        try:
            response = opener.open(request, timeout=job["timeout_s"])
        except urllib.error.HTTPError as error:
            response = error
        with response:
            headers = {key: response.headers[key][:HEADER_LIMIT] for key in HEADERS if key in response.headers}
            data = _body(response, min(BODY_S, job["timeout_s"]))
        return {"status": response.status, "headers": headers, "body": data.decode("utf-8", "replace")}
    except urllib.error.URLError as error:
        return _failed(error.reason if isinstance(error.reason, OSError) else error)
    except http.client.HTTPException as error:
        return {"error": f"it does not speak HTTP ({type(error).__name__})", "code": None}
    except (OSError, ValueError) as error:
        return _failed(error)


def _smtp(job: Job) -> Outcome:
    """All before the message has `greeting_s`; a message that went out is waited for longer (RFC 5321 4.5.3.2.6): who
    hangs up then is sent it again, and its reader has it twice."""
    import smtplib

    def all_by(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    handed_over = False

    class Patient:
        sock: Any

        def data(self, message: Any) -> Any:
            all_by(job["taking_s"])
            self.sock.settimeout(job["taking_s"])
            return super().data(message)  # type: ignore[misc]  # of smtplib's classes

        def send(self, data: Any) -> None:
            nonlocal handed_over
            super().send(data)  # type: ignore[misc]
            handed_over |= isinstance(data, bytes) and data.endswith(_END_OF_MESSAGE)

    class Plain(Patient, smtplib.SMTP): ...

    class Encrypted(Patient, smtplib.SMTP_SSL): ...

    signal.signal(signal.SIGALRM, _too_late)
    all_by(job["greeting_s"])
    try:
        context = None if job["security"] == "none" else _trusting(job.get("ca_file"))
        if job["security"] == "tls" and context is not None:
            server: smtplib.SMTP = Encrypted(job["host"], job["port"], timeout=job["timeout_s"], context=context)
        else:
            server = Plain(job["host"], job["port"], timeout=job["timeout_s"])
        try:
            if job["security"] == "starttls":
                server.starttls(context=context)
            if job.get("user"):
                server.login(job["user"], job["password"])
            refused = server.sendmail(job["sender"], job["to"], job["message"].encode("utf-8"))
        finally:
            all_by(0.0)
            _leave(server)
        return {"refused": {to: _said(*answer) for to, answer in refused.items()}}
    except smtplib.SMTPRecipientsRefused as error:
        # Where one may come back later, all may.
        to, (number, line) = min(error.recipients.items(), key=lambda one: one[1][0])
        return {"error": f"it takes no mail for {to}: {_said(number, line)}", "code": number}
    except smtplib.SMTPNotSupportedError as error:
        return {"error": f"it cannot do what is wanted: {error}", "code": None}
    except smtplib.SMTPAuthenticationError as error:
        return {"error": f"it refuses user or password: {_said(*error.args)}", "code": error.smtp_code}
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:  # it knows nothing of the message yet
        return {"error": _said(error.smtp_code, error.smtp_error), "code": None}
    except smtplib.SMTPResponseException as error:
        return {"error": _said(error.smtp_code, error.smtp_error), "code": error.smtp_code}
    except smtplib.SMTPServerDisconnected as error:
        late = isinstance(error.__context__, TimeoutError)
        ended = _failed(TimeoutError()) if late else {"error": "it hung up before it took the message", "code": None}
        return {**ended, "handed_over": handed_over}
    except smtplib.SMTPException as error:
        return {"error": f"it does not speak SMTP as it should: {error}", "code": None}
    except (OSError, ValueError) as error:
        return {**_failed(error), "handed_over": handed_over}


# --- helpers

_END_OF_MESSAGE = b"\r\n.\r\n"  # RFC 5321 4.1.1.4


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """Raises ValueError with a line for people."""
    import ssl

    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as error:
        raise ValueError(f"{ca_file} holds no certificate: ca_file wants PEM") from error
    except OSError as error:
        raise ValueError(f"{ca_file} cannot be read: {error.strerror}") from error


def _too_late(*_signal: Any) -> None:
    raise TimeoutError


def _leave(server: smtplib.SMTP) -> None:
    """Politely, but what it says to that changes nothing any more."""
    with contextlib.suppress(Exception):
        if server.sock is not None:
            server.sock.settimeout(FAREWELL_S)
            server.quit()
    server.close()


def _body(response: Any, timeout_s: float) -> bytes:
    """What comes of it in this time. The status has come: that is the answer, whatever becomes of the body."""
    import http.client

    data, until = b"", time.monotonic() + timeout_s
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        while len(data) < BODY_LIMIT and time.monotonic() < until:
            piece = response.read1(BODY_LIMIT - len(data))
            if not piece:
                break
            data += piece
    return data


def _said(number: int, line: bytes | str) -> str:
    text = line.decode("utf-8", "replace") if isinstance(line, bytes) else str(line)
    return " ".join(f"{number} {text}".split())


def _failed(error: BaseException) -> Outcome:
    """No answer: why, for people."""
    import socket
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        line = f"its certificate is not trusted: {error.verify_message}"
    elif isinstance(error, ssl.SSLError):
        line = f"TLS failed: {error.reason or error}"
    elif isinstance(error, socket.gaierror):
        line = "there is no such name, or no name server answers: is the network up?"
    elif isinstance(error, TimeoutError):
        line = "it did not answer in time"
    elif isinstance(error, ConnectionRefusedError):
        line = "nobody listens there"
    else:
        line = getattr(error, "strerror", None) or str(error)
    return {"error": line, "code": None}


if __name__ == "__main__":
    main()
