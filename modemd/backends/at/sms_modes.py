"""The settings that short messages need, borrowed for one use: +CMGF, and mem1 of +CPMS (27.005 3.2.2, 3.2.3). Read
first, changed only where needed, put back at the end, also after an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from modemd.at.sms import counts_of, storages_of
from modemd.backends.at.engine import Answer
from modemd.backends.at.modem import Modem
from modemd.errors import ModemError
from modemd.records import SmsStorage

UNTOLD = 255
"""Taken for the places of a storage that does not say how many it has."""


class Modes:
    """The settings of one modem that messages need. Everything here raises ModemError only."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem

    def value(self, line: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What a read command answers, if it fits."""
        return next((found for text in self._modem.execute(line).lines if (found := pattern.match(text))), None)

    @contextmanager
    def borrowed(self, changes: Iterable[tuple[str, str]]) -> Iterator[Answer | None]:
        """A setting changed by the first command line that the modem takes, and put back at the end by the other of its
        pair; gives the answer, None = the modem refuses them all. Where nobody knows whether it took one it is put back
        as well, and what cannot be put back here is by close() of the modem."""
        for change, back in changes:
            self._modem.restore_at_close(back)
            answer = self._modem.execute(change)
            if answer.final is not None and not answer.final.ok:
                self._modem.restored(back)
                continue
            done = False
            try:
                yield answer if answer.final is not None else None
                done = True
            finally:
                with suppress(*(() if done else (ModemError,))):  # the error that is under way says more
                    self._put_back(back)
            return
        yield None

    @contextmanager
    def pdu_mode(self) -> Iterator[bool]:
        """PDU mode while this is open: True. False = the modem has text mode only."""
        found = self.value("AT+CMGF?", _CMGF)
        if found is None or found[1] == "0":
            yield True
            return
        with self.borrowed([("AT+CMGF=0", f"AT+CMGF={found[1]}")]) as answer:
            yield answer is not None

    def memories(self) -> tuple[SmsStorage, ...]:
        """mem1 to mem3; () where the modem will not say."""
        return storages_of(self._modem.execute("AT+CPMS?").lines)

    @contextmanager
    def storage(self, name: str, memories: Sequence[SmsStorage]) -> Iterator[SmsStorage | None]:
        """That storage as mem1 while this is open, with how full it is; None = there is none of that name. "" is mem1
        itself."""
        if not memories:  # no +CPMS: there is one storage, and it is the SIM
            yield SmsStorage(name=name or "SM", used=UNTOLD, places=UNTOLD) if name in ("", "SM") else None
            return
        if name in ("", memories[0].name):
            yield memories[0]
            return
        # mem1 alone, so that the others stay what they are; where a modem wants all of them, as they are.
        changes = [(_line([name]), _line([memories[0].name]))]
        if len(memories) > 1:
            others = [other.name for other in memories[1:]]
            changes.append((_line([name, *others]), _line([memories[0].name, *others])))
        with self.borrowed(changes) as answer:
            if answer is None:
                yield None
                return
            used, places = counts_of(answer.lines) or (UNTOLD, UNTOLD)
            yield SmsStorage(name=name, used=used, places=places)

    # --- helpers

    def _put_back(self, line: str) -> None:
        final = self._modem.execute(line).final
        if final is not None and final.ok:
            self._modem.restored(line)


def _line(names: Sequence[str]) -> str:
    return "AT+CPMS=" + ",".join(f'"{name}"' for name in names)


_CMGF = re.compile(r"\+CMGF:\s*(\d)")
