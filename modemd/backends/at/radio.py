"""The modem's choice of radio access technologies by its make's commands: what a fall-back needs of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from modemd.at import rats
from modemd.at.rat_rows import RatRow
from modemd.at.rats import RatState
from modemd.backends.at import rat_switch, registration
from modemd.backends.at.modem import Modem
from modemd.backends.base import RadioState
from modemd.errors import CommandError


class AtRadio:
    """See backends.base.RadioControl."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._found: RatState | None = None  # as last read

    def state(self) -> RadioState | None:
        for row in rats.rows_for(self._modem.device.manufacturer, self._modem.device.model):
            found = rat_switch.read(self._modem, row)
            if found is None:
                continue
            offers = rat_switch.offers(self._modem, row)
            if row.must_list and offers is None:
                continue
            self._found = rat_switch.with_domain(self._modem, found, offers)
            return _told(self._found)
        return None

    def saved(self, text: str) -> AtSavedRadio | None:
        if self._found is not None and self._found.saved == text:
            return AtSavedRadio(self._modem, self._found.row, self._found.value)
        found = rats.row_of(text)
        return None if found is None else AtSavedRadio(self._modem, *found)

    def ways_to(self, state: RadioState, rat: str) -> Sequence[Callable[[float], bool]]:
        found = self._found
        if found is None or found.saved != state.saved:
            return ()
        return [partial(self._set, found.row, command) for command in rats.enter_commands(found, rat)]

    def allows_only(self, state: RadioState, rat: str) -> bool:
        found = self._found
        if found is None or found.saved != state.saved or not found.row.shows:
            return True
        now = rat_switch.read(self._modem, found.row)
        return now is None or now.allows == frozenset({rat})

    def is_on(self, rat: str) -> bool:
        modem = self._modem
        try:
            report = registration.registration_read(modem.command("AT+CREG?"), "CREG")
            if report is None or not report.registered:
                return False
        except CommandError:
            return False
        seen = report.technology
        if seen is None:
            try:
                seen = registration.operator_read(modem.command("AT+COPS?", modem.timeouts.network_s))[1]
            except CommandError:
                return True
        return seen in (None, rat)

    def _set(self, row: RatRow, command: str, left_s: float) -> bool:
        final = self._modem.execute(command, min(row.final_s, left_s)).final
        return final is None or final.ok


class AtSavedRadio:
    """See backends.base.SavedRadio: one setting, as the modem once told it."""

    def __init__(self, modem: Modem, row: RatRow, value: str) -> None:
        self._modem, self._row, self._value = modem, row, value

    @property
    def can_be_seen(self) -> bool:
        return self._row.shows

    @property
    def by_hand(self) -> str:
        return rat_switch.not_put_back(self._row, self._value)

    def now(self) -> RadioState | None:
        found = rat_switch.read(self._modem, self._row)
        return None if found is None else _told(found)

    def is_set(self) -> bool:
        return rat_switch.shows(self._modem, self._row, self._value)

    def put_back(self, *, timeout_s: float | None = None, again_s: float | None = 1.0) -> bool:
        return rat_switch.put_back(self._modem, self._row, self._value, timeout_s=timeout_s, again_s=again_s)

    def send(self) -> None:
        for command in rats.restore_commands(self._row, self._value)[:1]:
            self._modem.send(command)


def _told(found: RatState) -> RadioState:
    row = found.row
    by_hand = None
    if row.unsupported is not None:
        cure = f"{row.free} allows 3G and 2G by hand" if row.free else "allow 3G and 2G by hand"
        by_hand = f"{row.unsupported}: {cure}"
    return RadioState(
        saved=found.saved,
        allows=found.allows,
        offers=rats.steps(found),
        fault=rats.explain(found),
        by_hand=by_hand,
    )
