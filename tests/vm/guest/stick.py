"""The modem of the virtual stick: the project's fake modem on the gadget's ports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from modemd.simulator.pty import FakeModem
from modemd.simulator.start import open_modem


class Stick:
    """Tells `say` of each code that reaches its network, as it does."""

    def __init__(self, scenario: str, ports: Sequence[str], say: Callable[..., None]) -> None:
        self._ports, self._say = ports, say
        self._modem: FakeModem | None = None
        self.play(scenario)

    def play(self, scenario: str) -> None:
        """Another modem on the same stick."""
        if self._modem is not None:
            self._modem.stop()
        modem = self._modem = open_modem(scenario, on=self._ports)
        threading.Thread(target=self._tell, args=(modem,), daemon=True).start()

    def seen(self) -> dict[str, Any]:
        """What a host may ask about it."""
        modem = self._modem
        assert modem is not None
        settings = {f"{role} {key}": value for role in ("at", "at2") for key, value in modem.settings_on(role).items()}
        return {"queries": modem.queries, "settings": settings, "touched": modem.sms_touched}

    def _tell(self, modem: FakeModem) -> None:
        told: list[str] = []
        while modem is self._modem:
            modem.wait_for(lambda fake: len(fake.queries) > len(told), timeout=3600.0)
            for code in modem.queries[len(told) :]:
                told.append(code)
                self._say(event="dialled", code=code)
