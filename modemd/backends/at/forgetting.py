"""What gives a modem away that has started anew without a word, with its echo off by itself: it has forgotten what was
set. No command is sent for this; what is suspected is looked at by has_started_anew()."""

from __future__ import annotations

import re

from modemd.backends.at.engine import Answer


class Memory:
    """What a modem has answered since it was set up. Of one open modem."""

    def __init__(self) -> None:
        self._worked: set[str] = set()  # read commands that it has answered
        self._words = False  # it has given an error in words
        self._reports = 0  # <n> of +CREG, another program's

    def is_lost(self, line: str, answer: Answer) -> bool:
        """Whether this answer to a command is one that a modem gives which has forgotten AT+CMEE=1 (27.007 9.1): an
        error in words, or without a number where there was an answer before; or +CREG's reports are off that were on
        (7.2). Each of them counts once, until the modem has shown the contrary: some never heed the command."""
        final = answer.final
        if final is None:
            return False
        if final.ok:
            if line.endswith("?") or line == "AT+CIMI":
                self._worked.add(line)
            return line == "AT+CREG?" and self._are_reports_off(answer)
        if final.kind == "CME":
            before, self._words = self._words, final.code is None and final.text is not None
            return self._words and not before
        if final.kind == "ERROR" and line in self._worked:
            self._worked.remove(line)
            return True
        return False

    def _are_reports_off(self, answer: Answer) -> bool:
        found = next((hit for text in answer.lines if (hit := re.match(r"\+CREG:\s*([0-5])\s*,", text))), None)
        before, self._reports = self._reports, self._reports if found is None else int(found[1])
        return before > 0 and self._reports == 0
