"""What the command line prints: hostile text made harmless, colour, widths, ages and amounts for people, JSON.

Text that came from an operator or a modem may hold control sequences, bidirectional overrides and anything else; it
goes through `one_line`, `lines` or `to_json` before it reaches a terminal, and through nothing less.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

import click

from modemd.explanations import EXPLANATIONS, line_of
from modemd.language import N_, of_environment, words

# The longest piece of an operator's text on one line of people's output: a USSD text has at most 182 characters
# (23.038), an SMS of several parts more.
ONE_LINE_LIMIT = 240
# Combining marks that may follow one letter: real scripts need three; a pile of them paints over neighbouring lines.
MARKS_LIMIT = 3

STDIN_BYTES = 1 << 20
LEAST_CELLS = 5  # of a column that is cut
WIDEST = 1000  # cells; no terminal has more, and a picture of the balance fills them all

GENERATIONS = {"UMTS": "3G", "GSM": "2G"}  # what people call them

LEVEL_COLOURS = {
    N_("ok"): "green",
    N_("low"): "yellow",
    N_("critical"): "red",
    N_("stale"): "yellow",
    N_("unknown"): "yellow",
}
ALERT_COLOURS = {
    **dict.fromkeys((N_("recovered"), N_("topup"), N_("test")), "green"),
    **dict.fromkeys((N_("critical"), N_("sim"), N_("absent")), "red"),
    **dict.fromkeys(
        (N_("low"), N_("stale"), N_("unreadable"), N_("days_left"), N_("expiring"), N_("data_low")), "yellow"
    ),
    **dict.fromkeys((N_("spend"), N_("idle"), N_("subscription"), N_("sim_changed"), N_("started")), "cyan"),
}
STATE_COLOURS = {
    N_("ready"): "green",
    N_("busy"): "cyan",
    N_("starting"): "cyan",
    N_("quarantine"): "yellow",
    **dict.fromkeys((N_("absent"), N_("blocked"), N_("sim"), N_("offline"), N_("failed")), "red"),
}


def _(text: str) -> str:
    """In the language of this person's shell."""
    return words(of_environment())(text)


def plural(one: str, many: str, number: int) -> str:
    """The same for what is counted, filled in: plural("{n} day", "{n} days", 5)."""
    return words(of_environment()).plural(one, many, number).format(n=number)


def lines(text: str | None) -> list[str]:
    """The text's own lines with every character that does not print taken out: C0, C1, bidi, zero width, surrogates.

    Blanks of every kind become one space, empty lines at the ends go.
    """
    found = [_printable(line) for line in (text or "").splitlines()]
    while found and not found[-1]:
        found.pop()
    while found and not found[0]:
        found.pop(0)
    return found


def why(error: object, hint: object = None) -> str:
    """The line on a failure: the daemon's, which knows more, else the table's."""
    return told(one_line(hint, 400) or line_of(one_line(error, 120) or "failed"))


def told(line: str) -> str:
    """A line of the table of explanations, which the daemon and this program write in English, in the language of this
    person's shell. What is not in the table, or knows more than it, stays as it is."""
    if of_environment() == "en":
        return line
    for happened, do in EXPLANATIONS.values():
        if not line.startswith(happened) or not line.endswith(f": {do}"):
            continue
        about = line[len(happened) : -len(do) - 2]
        if not about or (about.startswith(" (") and about.endswith(")")):
            return _("{happened}: {do}").format(happened=f"{_(happened)}{about}", do=_(do))
    return line


def one_line(text: object, limit: int = ONE_LINE_LIMIT) -> str:
    """The text on one line, its lines joined by " / ", cut at `limit` characters; "" for None."""
    joined = " / ".join(line for line in lines(None if text is None else str(text)) if line)
    return joined if len(joined) <= limit else joined[: limit - 3].rstrip() + "..."


def to_json(value: object) -> str:
    """One line of JSON. Characters that a terminal may act on, or that no encoding carries, are \\u escapes."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    if not speaks("я€中"):
        return json.dumps(value, ensure_ascii=True, separators=(", ", ": "))
    if text.isprintable():
        return text
    return "".join(_escaped(char) for char in text)


def say(text: str = "") -> None:
    """One line of the command's answer, on stdout; letters that the locale cannot print become question marks."""
    click.echo(_encodable(text, sys.stdout), color=None if colour_wanted() else False)


def complain(text: str) -> None:
    """One line for people beside the answer, on stderr. Where nobody can read it, the exit code has to do."""
    try:
        click.echo(_encodable(one_line(text, 1000), sys.stderr), err=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: IO[str]) -> None:
    """Lets a stream that cannot be written (a full disk, a reader that is gone) end in /dev/null: Python writes what is
    left in it once more at its end, and would exit with 120 for it."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # a stream without a descriptor needs none of it
        return


def read_stdin() -> str:
    """What is given on stdin, up to its end. Raises click.UsageError where it is more than any text of an operator."""
    data = sys.stdin.buffer.read(STDIN_BYTES + 1)
    if len(data) > STDIN_BYTES:
        raise click.UsageError("stdin gives more than 1 MiB: that is no reply of an operator.")
    return data.decode("utf-8", "replace")


def shown(path: object) -> str:
    """A path whole, as a script takes it; one with characters that a terminal may act on has them as escapes."""
    text = str(path)
    return text if text.isprintable() else "".join(_escaped(char) for char in text)


def colour_wanted(stream: IO[str] | None = None) -> bool:
    """True where `stream` (stdout) is a terminal that shows colour and NO_COLOR (no-color.org) is not set."""
    stream = sys.stdout if stream is None else stream
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def paint(text: str, colour: str | None, *, bold: bool = False, dim: bool = False) -> str:
    """`text` in a colour where colour is wanted, else as it is. Alignment must be done before."""
    if not text or not colour_wanted() or not (colour or bold or dim):
        return text
    return click.style(text, fg=colour, bold=bold or None, dim=dim or None)


def speaks(sample: str) -> bool:
    """True if stdout's encoding can print every character of `sample`; the plain ASCII form is used where it cannot."""
    try:
        sample.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def columns() -> int:
    """Width of the terminal in cells; COLUMNS overrides, 80 where there is none."""
    try:
        return min(max(40, int(os.environ["COLUMNS"])), WIDEST)
    except (KeyError, ValueError):
        pass
    for stream in (sys.stdout, sys.stderr):
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError, AttributeError):
            continue
        if width:
            return min(max(40, width), WIDEST)
    return 80


def width(text: str) -> int:
    """Cells that `text` takes on a terminal: two for East Asian wide letters, none for combining marks."""
    if text.isascii():
        return len(text)
    import unicodedata  # a megabyte of tables that most calls do not need

    cells = 0
    for char in text:
        if not unicodedata.combining(char):
            cells += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return cells


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `cells`, at its left if `right`."""
    blank = " " * max(0, cells - width(text))
    return blank + text if right else text + blank


def fit(text: str, cells: int) -> str:
    """`text` cut to `cells` with an ellipsis."""
    if width(text) <= cells:
        return text
    while text and width(text) > cells - 3:
        text = text[:-1]
    return text.rstrip() + "..."


def wrapped(text: str, cells: int) -> list[str]:
    """Lines of at most `cells`, cut at blanks; a longer word (a path, a udev rule) stays whole, so it can be copied."""
    if text.isascii():
        import textwrap  # late: `balance` needs none

        return textwrap.wrap(text, cells, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width(longer) > cells:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[str] = (),
    colours: Mapping[str, Mapping[str, str]] | None = None,
    spare: Sequence[str] = (),
    translated: bool = False,
) -> list[str]:
    """Aligned lines, the header first. Columns that are empty in every row are left out; `right` names those that are
    aligned to the right, `colours` maps a column's values to colours. On a terminal that is too narrow the columns of
    `spare` go, one after the other, and then the end of the last one. `translated`: heads, and values that have a
    colour, are words of ours and told in the person's language."""
    rows = [list(row) for row in rows]
    if not rows:
        return []
    known = colours or {}
    told = [list(heads), *rows]
    if translated:
        told = [[_(head) for head in heads]]
        for row in rows:
            told.append(
                [_(text) if text in known.get(head, ()) else text for head, text in zip(heads, row, strict=True)]
            )
    wide = {i: max(width(row[i]) for row in told) for i in range(len(heads))}
    shown = [i for i in range(len(heads)) if any(row[i] for row in rows)]
    if sys.stdout.isatty():
        room = columns()
        for head in spare:
            if _cells(shown, wide) > room:
                shown = [i for i in shown if heads[i] != head]
        if (over := _cells(shown, wide) - room) > 0:
            last = shown[-1]
            wide[last] = max(LEAST_CELLS, wide[last] - over)
            told = [[fit(text, wide[last]) if i == last else text for i, text in enumerate(row)] for row in told]
    result = []
    for number, row in enumerate(told):
        cells = []
        for i in shown:
            last = i == shown[-1] and heads[i] not in right
            text = row[i] if last else pad(row[i], wide[i], right=heads[i] in right)
            colour = known.get(heads[i], {}).get(rows[number - 1][i]) if number else None
            cells.append(paint(text, colour, dim=not number))
        result.append("  ".join(cells).rstrip())
    return result


def _cells(shown: Sequence[int], wide: Mapping[int, int]) -> int:
    return sum(wide[i] + 2 for i in shown) - 2


def ago(age_s: float | None) -> str:
    """An age in words: "just now", "5 min ago", "3 h ago", "2 days ago"; "" for None."""
    if age_s is None:
        return ""
    return _("just now") if age_s < 60 else _("{span} ago").format(span=span(age_s))


def span(seconds: float) -> str:
    """A length of time in words, rounded down: "40 s", "5 min", "3 h", "2 days"."""
    seconds = max(0.0, seconds)
    if seconds < 60:
        return _("{n} s").format(n=int(seconds))
    if seconds < 3600:
        return _("{n} min").format(n=int(seconds // 60))
    if seconds < 48 * 3600:
        return _("{n} h").format(n=int(seconds // 3600))
    return plural("{n} day", "{n} days", int(seconds // 86400))


def lasting(days_left: object) -> str:
    """ "lasts about 12 days, 9 to 16", out of {"low", "likely", "high"}; "" where nothing is known."""
    days = as_mapping(days_left)
    values = [value for key in ("low", "likely", "high") if isinstance(value := days.get(key), int | float)]
    if len(values) != 3:
        return ""
    low, likely, high = values
    if likely < 1:
        about = _("lasts less than a day") if high > 0 else _("lasts no longer")
    else:
        about = plural("lasts about {n} day", "lasts about {n} days", int(likely))
    return (
        about if high <= 1 else _("{about}, {low} to {high}").format(about=about, low=int(low), high=-int(-high // 1))
    )


def money(balance: object, currency: object) -> str:
    """ "123.40 RUB", or "" where there is no balance."""
    return "" if balance is None else one_line(f"{balance} {currency or ''}", 40)


def data_size(megabytes: float | None) -> str:
    """ "350 MB", "1.5 GB" (1 GB = 1024 MB), or "" for None."""
    if megabytes is None:
        return ""
    if abs(megabytes) < 1024:
        return f"{megabytes:.10g} MB" if megabytes == int(megabytes) else f"{megabytes:.2f} MB"
    return f"{megabytes / 1024:.2f}".rstrip("0").rstrip(".") + " GB"


def quoted(text: object, limit: int = ONE_LINE_LIMIT) -> str:
    """The operator's text as a quotation on one line, or "" where there is none."""
    shown = one_line(text, limit)
    return f'"{shown}"' if shown else ""


def masked(number: object) -> str:
    """The last four digits of an IMSI, ICCID or IMEI, for tables that people show to each other."""
    digits = one_line(number, 40)
    return f"..{digits[-4:]}" if len(digits) > 4 else digits


def as_mapping(value: object) -> Mapping[str, Any]:
    """`value` if it is a JSON object, else an empty one: what the daemon says is data, not a promise."""
    return value if isinstance(value, Mapping) else {}


def _printable(line: str) -> str:
    if line.isascii() and line.isprintable():
        return " ".join(line.split())
    kept: list[str] = []
    marks = 0
    for char in line:
        if char.isspace():
            kept.append(" ")
            continue
        if not char.isprintable():
            continue
        if not char.isascii() and not width(char):
            marks += 1
            if marks > MARKS_LIMIT:
                continue
        else:
            marks = 0
        kept.append(char)
    return " ".join("".join(kept).split())


def _escaped(char: str) -> str:
    return char if char.isprintable() else json.dumps(char, ensure_ascii=True)[1:-1]


def _encodable(text: str, stream: IO[str]) -> str:
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        return text.encode(encoding, "replace").decode(encoding)
    except LookupError:
        return text.encode("ascii", "replace").decode("ascii")
