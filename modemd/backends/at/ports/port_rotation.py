"""Which of a modem's AT ports is opened next. With some makes answers to USSD come on one of them alone (Quectel
urcport, capture mf667-reply-on-other-port), so a port is left only for a reason."""

from __future__ import annotations

from modemd.errors import ModemError, NoReplyOnPort
from modemd.explanations import line_of

SILENCES = 3  # openings of one port that end in silence, before another is tried


class PortRotation:
    """`attempt` counts up through the candidates of the configured port. Owner thread only."""

    def __init__(self, setting: str) -> None:
        self.attempt = 0
        self._by_imei = setting.startswith("imei:")
        self._silences = 0
        self._ports = 1
        self._proved: int | None = None  # the attempt whose port brought a USSD answer
        self._unanswered = False
        self._no_replies = 0  # ports left for want of an answer

    def opened(self, ports: int) -> None:
        """One of so many ports is open, and it speaks AT."""
        self._ports, self._silences, self._unanswered = ports, 0, False

    def first(self) -> None:
        """The modem was started anew: from the port on that is known to be good, else the first."""
        self.attempt = self._proved or 0
        self._silences = self._no_replies = 0

    def failed(self, error: ModemError) -> None:
        """The port could not be opened, or was lost. With an IMEI "absent" may be that of another modem."""
        self._silences = self._silences + 1 if error.code == "silent" else 0
        elsewhere = ("blocked", "no reply on port", "not an AT port", "no gsm")
        moved = error.code in elsewhere or (error.code == "absent" and self._by_imei)
        self._no_replies += error.code == "no reply on port"
        if moved or self._silences >= SILENCES:
            self.attempt += 1
            self._silences = 0
        elif error.code == "unplugged":
            self.first()
            self._proved = None  # what is plugged in next may be another modem

    def answered(self) -> None:
        """A text came by USSD."""
        self._proved, self._unanswered, self._no_replies = self.attempt, False, 0

    def unanswered(self) -> None:
        """A USSD request got no answer."""
        self._unanswered = True

    def look(self) -> None:
        """Raises NoReplyOnPort where no port ever brought a USSD answer and the modem has one that was not tried. Where
        none answers, or this one did once, it is not the port's fault."""
        if self._unanswered and self._proved is None and self._no_replies < self._ports - 1:
            raise NoReplyOnPort(line_of("no reply on port"), first=self.attempt == 0)
