"""Where USSD is known to work: a code that fails there is no reason to advise another RAT."""

from __future__ import annotations

from modemd.explanations import situation
from modemd.modem.context import Owner
from modemd.modem.radio.fallback_policy import NO_USSD, SILENT
from modemd.records import UssdResult


class AnsweredOn:
    """The RATs on which the network has answered this SIM since the modem was opened. Owner thread only."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._known: set[tuple[str | None, str]] = set()

    def note(self, result: UssdResult) -> None:
        """A request that was made where the modem stands by itself, and not on a fall-back, has ended."""
        key = self._here()
        if key is not None and result.error is None and result.text is not None:
            self._known.add(key)

    def line(self, result: UssdResult) -> str | None:
        """What to tell people of a request that ended as it does where there is no USSD, on a RAT that has it; else
        None."""
        key = self._here()
        if key not in self._known or key is None or result.cause not in NO_USSD:
            return None
        if result.cause in SILENT:
            return situation("silent after answers", rat=key[1])
        return situation("refused after answers", phrase=result.error, rat=key[1])

    def _here(self) -> tuple[str | None, str] | None:
        snapshot = self._owner.snapshot()
        return None if snapshot.network.rat is None else (snapshot.sim_key, snapshot.network.rat)
