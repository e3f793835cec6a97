"""Settings that a script asks for, read before they are changed and put back when the port is closed."""

from __future__ import annotations

import re

from modemd.backends.at.modem import Modem
from modemd.compat.errors import of_final
from modemd.compat.upstream import TimeoutException

__all__ = ["ChangedSettings"]


class ChangedSettings:
    """Of one open modem, in its owner thread. Everything raises ModemError; change() also the package's errors."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._owed: set[str] = set()

    def read(self, name: str) -> str | None:
        """What AT<name>? shows behind the name, None = nothing."""
        pattern = re.compile(re.escape(name) + r"\s*:\s*(.*\S)")
        found = (pattern.match(line) for line in self._modem.execute(f"AT{name}?").lines)
        return next((match[1] for match in found if match), None)

    def change(self, name: str, value: str, *, fields: int | None = None) -> None:
        """AT<name>=<value>, unless it is so. What was there comes back at close, its first `fields` fields only."""
        before = self.read(name)
        shown = None if before is None else _fields(before, fields)
        if shown is not None and shown.replace(" ", "") == value:
            return
        if shown is not None:
            self.restore(name, f"AT{name}={shown}")
        line = f"AT{name}={value}"
        final = self._modem.execute(line).final
        if final is None:
            raise TimeoutException()
        if not final.ok:
            raise of_final(line, final)

    def restore(self, name: str, line: str) -> None:
        """Has close() send `line`, unless it already puts `name` back: the first value seen is the user's."""
        if name not in self._owed:
            self._owed.add(name)
            self._modem.restore_at_close(line)


def _fields(shown: str, count: int | None) -> str:
    return shown if count is None else ",".join(field.strip() for field in shown.split(",")[:count])
