"""Who answers `modemd setup`: options first, then a person on a terminal, or (`--yes`) the answers that it proposes.

A question has a key, which is the name of its option. Whatever an answer comes from, the same check looks at it: it
gives the value, or raises BadValueError with what to write instead.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import click

from modemd.cli.terminal import _, columns, one_line, say, wrapped
from modemd.daemon.fields import BadValueError
from modemd.errors import ModemdError

T = TypeVar("T")
Check = Callable[[str], T]

LONGEST_ANSWER = 4096


class Dialog(Protocol):
    asks: bool  # a person is there

    def ask(self, key: str, question: str, *, default: str | None, check: Check[T]) -> T: ...
    def secret(self, key: str, question: str) -> str | None: ...
    def yes(self, question: str, *, default: bool) -> bool: ...
    def note(self, text: str) -> None: ...
    def given(self, key: str) -> Any: ...


class Unasked:
    """The options, and for everything else what is proposed. What has no proposal is a fault of the command line."""

    asks = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options

    def given(self, key: str) -> Any:
        """What the option says; None where it is not there. Several values (of an option that may be repeated) are a
        tuple."""
        return self._options.get(key) or None

    def ask(self, key: str, question: str, *, default: str | None, check: Check[T]) -> T:
        option, answer = _option(key), self.given(key)
        if answer is None and default is None:
            raise click.UsageError(_("{option} is missing: {question}").format(option=option, question=question))
        proposed = str(default) if answer is None else " ".join(answer) if isinstance(answer, tuple) else str(answer)
        try:
            return check(proposed)
        except BadValueError as error:
            raise click.UsageError(f"{option}: {error}") from error

    def secret(self, key: str, question: str) -> str | None:  # noqa: ARG002
        """The first line of stdin, where the option of its file says "-"; else there is none to be written."""
        return sys.stdin.readline(LONGEST_ANSWER).strip() or None if self.given(key) == "-" else None

    def yes(self, question: str, *, default: bool) -> bool:  # noqa: ARG002
        return default

    def note(self, text: str) -> None:
        for line in text.splitlines():
            say(" " * (len(line) - len(line.lstrip(" "))) + one_line(line, 1000))


class Person(Unasked):
    """A person on a terminal, who is asked for what no option says."""

    asks = True

    def ask(self, key: str, question: str, *, default: str | None, check: Check[T]) -> T:
        if self.given(key) is not None:
            return super().ask(key, question, default=default, check=check)
        while True:
            answer = self._line(f"{question} [{default}]: " if default else f"{question}: ").strip() or default
            if answer is None:
                self.note(_("An answer is needed here; Ctrl-C ends without writing anything."))
                continue
            try:
                return check(answer)
            except BadValueError as error:
                self.note(f"{one_line(answer, 80)}: {error}")

    def secret(self, key: str, question: str) -> str | None:
        if self.given(key) is not None:
            return super().secret(key, question)
        while True:
            answer = self._hidden(f"{question}: ").strip()
            if answer.isascii() and answer.isprintable() and len(answer) <= LONGEST_ANSWER:
                return answer or None
            self.note(_("Something in it is no letter, digit or sign of a password: type it again."))

    def yes(self, question: str, *, default: bool) -> bool:
        while True:
            answer = self._line(f"{question} [{'Y/n' if default else 'y/N'}]: ").strip().lower()
            if not answer:
                return default
            agrees = _agrees(answer)
            if agrees is not None:
                return agrees
            self.note(_("Write y or n."))

    def note(self, text: str) -> None:
        for line in text.splitlines():
            blank = len(line) - len(line.lstrip(" "))
            first, *rest = wrapped(one_line(line, 1000), columns() - 2 * blank)
            say(" " * blank + first)
            for part in rest:
                say(" " * 2 * blank + part)

    def _line(self, prompt: str) -> str:
        click.echo(prompt, nl=False)
        return self._read(input)

    def _hidden(self, prompt: str) -> str:
        return self._read(lambda: getpass.getpass(prompt))

    @staticmethod
    def _read(read: Callable[[], str]) -> str:
        try:
            return read()
        except EOFError:
            say()
            raise ModemdError(_("the answers ended before the questions: nothing was written")) from None
        except UnicodeDecodeError:
            return "\x00"  # keys of another encoding than the terminal's: no check takes it
        except KeyboardInterrupt:
            say()
            raise


def _agrees(answer: str) -> bool | None:
    """Yes or no in any of the languages, a letter or the word; None for anything else."""
    if answer in ("y", "yes") or answer[0] in ("д", "是", "好"):
        return True
    return False if answer in ("n", "no") or answer[0] in ("н", "否", "不") else None


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"
