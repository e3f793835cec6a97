"""Captures: dialogues between a TE and a modem as they were seen on a wire, one text file each (`*.capture`).

Pure: text in, frozen records out, and back. The format is described in docs/ARCHITECTURE.md, "Captures". The
same file is a test of the AT language, a script for the fake modem and what `modemd record` writes.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass

from modemd.errors import ScenarioError

RESULTS = ("reply", "menu", "error", "timeout", "none")


@dataclass(frozen=True, slots=True)
class Sent:
    """`> `: a command line that the TE sent, without its line end."""

    command: str


@dataclass(frozen=True, slots=True)
class Received:
    """`< ` and `<< `: octets that the modem sent, with the line ends that belong to them.

    `framed` is True for `< `: CR LF stand in front of and behind the line and are part of `data`."""

    data: bytes
    framed: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """`~ `: the modem waits this long before its next octets."""

    seconds: float


Step = Sent | Received | Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One capture file. `expect_*` say what a TE that behaves well makes of it; None = the file does not say.

    `expect_text` is what a person shall read; with `expect_prefix` only its beginning is known (the modem cut it)."""

    id: str
    modem: str | None = None
    source: str | None = None
    expect_result: str | None = None  # one of RESULTS
    expect_text: str | None = None
    expect_error: str | None = None
    expect_prefix: bool = False
    date: str | None = None
    note: str | None = None
    steps: tuple[Step, ...] = ()


def parse_capture(text: str, *, file: str = "capture") -> Capture:
    """Reads a capture. `file` is only named in errors.

    Raises ScenarioError with file, line and cure for the first fault."""
    header: dict[str, str] = {}
    steps: list[Step] = []
    # Not splitlines(): a form feed or U+0085 pasted from a log belongs to its line.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = line.removesuffix("\r")
        where = f"{file}, line {number}"
        if not line.strip():
            continue
        mark, _, rest = line.partition(" ")
        match mark:
            case "#":
                _read_header(rest, header, where)
            case ">":
                steps.append(Sent(_unescape(rest, where).decode("latin-1")))
            case "<":
                steps.append(Received(b"\r\n" + _unescape(rest, where) + b"\r\n"))
            case "<<":
                steps.append(Received(_unescape(rest, where), framed=False))
            case "~":
                steps.append(Pause(_seconds(rest, where)))
            case _:
                raise ScenarioError(
                    f"{where}: starts with {mark[:12]!r}; begin it with '# ', '> ', '< ', '<< ' or '~ '"
                )
    return _capture(header, tuple(steps), file)


def format_capture(capture: Capture) -> str:
    """The file's text, such that parse_capture() gives an equal Capture. Plain ASCII, ends with a newline."""
    lines = [f"# id: {capture.id}"]
    for key, value in (("modem", capture.modem), ("source", capture.source), ("expect-result", capture.expect_result)):
        if value is not None:
            lines.append(f"# {key}: {_one_line(value)}")
    if capture.expect_text is not None:
        lines.append(f"# expect-text: {json.dumps(capture.expect_text)}")
    if capture.expect_error is not None:
        lines.append(f"# expect-error: {_one_line(capture.expect_error)}")
    if capture.expect_prefix:
        lines.append("# expect-prefix: true")
    if capture.date is not None:
        lines.append(f"# date: {_one_line(capture.date)}")
    if capture.note is not None:
        lines.append(f"# note: {_one_line(capture.note)}")
    for step in capture.steps:
        match step:
            case Sent(command):
                lines.append(f"> {_escape(command.encode('latin-1', 'replace'))}")
            case Received(data, True) if len(data) >= 4 and data.startswith(b"\r\n") and data.endswith(b"\r\n"):
                lines.append(f"< {_escape(data[2:-2])}")
            case Received(data, _):
                lines.append(f"<< {_escape(data)}")
            case Pause(seconds):
                lines.append(f"~ {seconds:.6g}s")
    return "\n".join(lines) + "\n"


# --- header -----------------------------------------------------------------------------------------------------------

_KEYS = ("id", "modem", "source", "expect-result", "expect-text", "expect-error", "expect-prefix", "date", "note")


def _read_header(rest: str, header: dict[str, str], where: str) -> None:
    """One `# key: value` line; any other text behind `#` is a remark for people."""
    key, colon, value = rest.partition(":")
    key = key.strip()
    if not colon or " " in key:
        return
    if key not in _KEYS:
        if key.startswith("expect"):
            raise ScenarioError(f"{where}: unknown header {key!r}; known are {', '.join(_KEYS)}")
        return
    if key in header:
        raise ScenarioError(f"{where}: header {key!r} stands here for the second time; keep one of them")
    value = value.strip()
    if key == "expect-result" and value not in RESULTS:
        raise ScenarioError(f"{where}: expect-result is {value!r}; write one of {', '.join(RESULTS)}")
    if key == "expect-prefix" and value not in ("true", "false"):
        raise ScenarioError(f"{where}: expect-prefix is {value!r}; write true or false")
    if key == "expect-text":
        value = _json_string(value, where)
    header[key] = value


def _json_string(value: str, where: str) -> str:
    try:
        text = json.loads(value)
    except ValueError:
        text = None
    if not isinstance(text, str):
        raise ScenarioError(f'{where}: expect-text is no JSON string; write it in double quotes, as "two\\nlines"')
    return text


def _capture(header: dict[str, str], steps: tuple[Step, ...], file: str) -> Capture:
    if not steps:
        raise ScenarioError(f"{file}: no line of a dialogue; add lines that begin with '> ', '< ' or '<< '")
    return Capture(
        id=header.get("id") or re.sub(r"^.*/|\.capture$", "", file),
        modem=header.get("modem"),
        source=header.get("source"),
        expect_result=header.get("expect-result"),
        expect_text=header.get("expect-text"),
        expect_error=header.get("expect-error"),
        expect_prefix=header.get("expect-prefix") == "true",
        date=header.get("date"),
        note=header.get("note"),
        steps=steps,
    )


# --- lines ------------------------------------------------------------------------------------------------------------

_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|[rn\\])|\\")
_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0}


def _unescape(text: str, where: str) -> bytes:
    def octet(found: re.Match[str]) -> str:
        match found[1]:
            case "r":
                return "\r"
            case "n":
                return "\n"
            case "\\":
                return "\\"
            case None:
                raise ScenarioError(
                    f"{where}: a backslash that begins no escape; write \\\\, \\r, \\n or \\x and two digits"
                )
            case code:
                return chr(int(code[1:], 16))

    try:
        return _ESCAPE.sub(octet, text).encode("latin-1")
    except UnicodeEncodeError as fault:
        letter = text[fault.start] if fault.start < len(text) else "?"
        raise ScenarioError(f"{where}: {letter!r} is no octet of a wire; write its octets as \\xNN") from fault


def _escape(data: bytes) -> str:
    named = {13: "\\r", 10: "\\n", 92: "\\\\"}
    # The last space is escaped too: editors remove it.
    text = "".join(named.get(octet) or (chr(octet) if 32 <= octet < 127 else f"\\x{octet:02x}") for octet in data)
    return f"{text[:-1]}\\x20" if text.endswith(" ") else text


def _seconds(text: str, where: str) -> float:
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|)\s*", text)
    if found is None or not math.isfinite(seconds := float(found[1]) * _UNITS[found[2]]):
        raise ScenarioError(f"{where}: {text.strip()[:20]!r} is no duration; write it as 0.8s or 250ms")
    return seconds


def _one_line(value: str) -> str:
    return " ".join(value.split())
