"""Which of a modem's AT ports is opened next. With some makes answers to USSD come on one of them alone (Quectel
urcport, capture mf667-reply-on-other-port), so a port is left only for a reason."""

from __future__ import annotations

from modemd.errors import ModemError

SILENCES = 3  # openings of one port that end in silence, before another is tried


class PortDeaf(ModemError):
    """The modem takes requests on this port, and its answers do not come here."""

    code = "deaf"


class Turns:
    """`attempt` counts up through the candidates of the configured port. Owner thread only."""

    def __init__(self, setting: str) -> None:
        self.attempt = 0
        self._by_imei = setting.startswith("imei:")
        self._silences = 0
        self._ports = 1
        self._answered = self._unanswered = False

    def opened(self, ports: int) -> None:
        """One of so many ports is open, and it speaks AT."""
        self._ports, self._silences = ports, 0
        self._answered = self._unanswered = False

    def first(self) -> None:
        """The modem was started anew: from its first port on."""
        self.attempt = self._silences = 0

    def failed(self, error: ModemError) -> None:
        """The port could not be opened, or was lost. With an IMEI "absent" may be that of another modem."""
        self._silences = self._silences + 1 if error.code == "silent" else 0
        moved = error.code in ("blocked", "deaf") or (error.code == "absent" and self._by_imei)
        if moved or self._silences >= SILENCES:
            self.attempt += 1
            self._silences = 0
        elif error.code == "unplugged":
            self.first()

    def answered(self) -> None:
        """A text came by USSD."""
        self._answered, self._unanswered = True, False

    def unanswered(self) -> None:
        """A USSD request got no answer."""
        self._unanswered = True

    def look(self) -> None:
        """Raises PortDeaf where no USSD answer ever came on this port and the modem has another."""
        if self._unanswered and not self._answered and self._ports > 1:
            raise PortDeaf("no USSD answer came on this port: modemd tries the modem's other AT port")
