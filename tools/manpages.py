"""Writes the manual: modemd(1) and a page for each command below it, from what `--help` says.

    python tools/manpages.py FOLDER [DATE]      # DATE like 2026-11-27 stands at the foot of each page

Runs with click alone. click-man would write names and options; these pages also have exit codes, files and the
environment, and come from the table of commands as it is (cli/main.py imports a command when it is asked for).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import modemd
from modemd.cli.main import COMMANDS, cli

Page = tuple[str, click.Command, click.Context]

EXIT_CODES = (
    ("0", "done"),
    ("1", "the operation failed: one line on stderr says why, and error in the JSON"),
    ("2", "wrong usage or configuration"),
    ("3", "the daemon cannot be reached, or this user may not talk to it; the line names the cure"),
)
EXIT_CODES_OF = {
    "modemd check": (
        ("0", "ok"),
        ("1", "the balance is low"),
        ("2", "the balance is critical"),
        ("3", "unknown or stale, or the daemon cannot be reached"),
    )
}
ENVIRONMENT = (
    ("MODEMD_SOCKET", "the daemon's control socket"),
    ("LANG, LC_ALL, LC_MESSAGES", "the language of the answers: English, Russian or Chinese"),
    ("NO_COLOR", "no colour, also on a terminal"),
    ("MODEMD_DEBUG", "any value: an error shows where it came from"),
)
FILES = (
    ("/etc/modemd/modemd.toml", "the configuration; it explains every key"),
    ("/run/modemd/modemd.sock", "the control socket of the system's daemon"),
    ("/var/lib/modemd", "the history"),
)


def pages() -> Iterator[Page]:
    """modemd, its commands, and theirs: full name, command, context."""
    top = click.Context(cli, info_name="modemd", **cli.context_settings)
    yield "modemd", cli, top
    for name in COMMANDS:
        command = cli.get_command(top, name)
        if command is not None:
            yield from _below(f"modemd {name}", command, click.Context(command, info_name=name, parent=top))


def _below(name: str, command: click.Command, context: click.Context) -> Iterator[Page]:
    yield name, command, context
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None and not found.hidden:
                yield from _below(f"{name} {inner}", found, click.Context(found, info_name=inner, parent=context))


def page(name: str, command: click.Command, context: click.Context, date: str) -> str:
    """One page in man(7)'s macros."""
    title = name.replace(" ", "-")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f'.TH "{_quoted(title.upper())}" 1 "{date}" "modemd {modemd.__version__}" "User commands"',
        ".SH NAME",
        f"{_text(title)} \\- {_text(_summary(command))}",
        ".SH SYNOPSIS",
        f".B {_text(name)}",
        _text(usage),
        ".SH DESCRIPTION",
        *_paragraphs(command.help or ""),
        ".SH OPTIONS",
        *_terms(_options(command, context)),
    ]
    if isinstance(command, click.Group):
        lines += [".SH COMMANDS", *_terms(_commands(command, context))]
    lines += [".SH EXIT STATUS", *_terms(EXIT_CODES_OF.get(name, EXIT_CODES))]
    if name == "modemd":
        lines += [".SH ENVIRONMENT", *_terms(ENVIRONMENT)]
    lines += [".SH FILES", *_terms(FILES), ".SH SEE ALSO", _also(name, command, context)]
    return "\n".join(lines) + "\n"


def write(folder: Path, date: str) -> list[Path]:
    """A file a page, named as man(1) looks for it."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, command, context in pages():
        path = folder / f"{name.replace(' ', '-')}.1"
        path.write_text(page(name, command, context, date), encoding="utf-8")
        written.append(path)
    return written


# --- helpers


def _summary(command: click.Command) -> str:
    text = (command.short_help or (command.help or "").partition("\n\n")[0]).strip()
    return " ".join(text.split()).partition(". ")[0].rstrip(".")


def _options(command: click.Command, context: click.Context) -> list[tuple[str, str]]:
    # Not the arguments: they stand in the synopsis, and click gives their names from 8.2 on, without a word on them.
    options = [option for option in command.get_params(context) if isinstance(option, click.Option)]
    records = [option.get_help_record(context) for option in options]
    return [record for record in records if record]


def _commands(group: click.Group, context: click.Context) -> list[tuple[str, str]]:
    names = group.list_commands(context)
    found = [(name, group.get_command(context, name)) for name in names]
    return [(name, _summary(command)) for name, command in found if command is not None and not command.hidden]


def _also(name: str, command: click.Command, context: click.Context) -> str:
    titles = [] if name == "modemd" else [name.rpartition(" ")[0].replace(" ", "-")]
    if isinstance(command, click.Group):
        titles += [f"{name} {inner}".replace(" ", "-") for inner in command.list_commands(context)]
    return ",\n".join(f"\\fB{_text(title)}\\fR(1)" for title in titles)


def _paragraphs(text: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.replace("\b\n", "").strip().split("\n\n"):
        lines += [".PP", _text(" ".join(paragraph.split()))]
    return lines[1:]


def _terms(pairs: Iterable[tuple[str, str]]) -> list[str]:
    lines: list[str] = []
    for term, text in pairs:
        lines += [".TP", f".B {_text(term)}", _text(" ".join(text.split()))]
    return lines


def _text(text: str) -> str:
    """Words as words: no character of them is one of troff's."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    escaped = escaped.replace("^", "\\(ha").replace("~", "\\(ti")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


def _quoted(text: str) -> str:
    return text.replace('"', "")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    write(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) == 3 else "")
