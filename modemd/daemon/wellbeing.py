"""Whether all is well, for watchdog and heartbeats: nobody is stuck, and every modem has a fresh balance."""

from __future__ import annotations

from collections.abc import Iterable

from modemd.alerts.outbox import Outbox
from modemd.daemon.alarm import Alarm
from modemd.daemon.fleet import Fleet, Seen


class Wellbeing:
    """Belongs to the main loop's thread. To look at a hundred modems takes some hundredths of a second, on a Pi Zero
    some tenths: done when a ping is due, or when the last one that was in trouble may be out of it."""

    def __init__(self, fleet: Fleet, alarm: Alarm, outbox: Outbox | None = None) -> None:
        self._fleet, self._alarm, self._outbox = fleet, alarm, outbox
        self._troubled: set[str] = set()  # at the last look

    def stuck(self) -> str:
        """Which threads get on no more, a line for people; "" = none, and the daemon is alive."""
        stuck = self._stuck()
        return f"owner thread stuck: {', '.join(stuck)}" if stuck else ""

    def trouble(self) -> str | None:
        """Why not all is well, one line for people; None = it is. Raises StoreError."""
        if stuck := self.stuck():
            self._troubled = set(self._stuck())
            return stuck
        faults = {
            one.snapshot.modem: one.snapshot.error or "no fresh balance"
            for one in self._fleet.seen()
            if not self._is_well(one)
        }
        self._troubled = set(faults)
        lines = [f"{name}: {why}" for name, why in faults.items()]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        return f"{lines[0]}{more}" if lines else None

    def may_be_over(self, seen: Iterable[Seen]) -> bool:
        """What was wrong at the last look is right, as far as these tell, which have just been looked at."""
        if not self._troubled:
            return False
        self._troubled.intersection_update(self._fleet.settings)
        self._troubled.difference_update(one.snapshot.modem for one in seen if self._is_well(one))
        return not self._troubled

    def _is_well(self, one: Seen) -> bool:
        return one.standing.shown is not None and self._alarm.level(one.standing) != "stale"

    def _stuck(self) -> list[str]:
        return [*self._fleet.stuck(), *(["alerts"] if self._outbox is not None and self._outbox.stuck else [])]
