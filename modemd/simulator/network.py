"""USSD as the fake network answers it: codes, menus, sessions, amounts, delays (27.007 7.15, 22.090)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from modemd.simulator import codec
from modemd.simulator.scenario import NO_DCS, Reply
from modemd.simulator.wire import Timer

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem

# Longest wait of a real network for an answer to its menu; behind it the session is gone without a word.
SESSION_S = 600.0


class UssdNetwork:
    """Everything behind AT+CUSD. `queries` holds what was dialled or answered, decoded, in order."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self._turns: Counter[str] = Counter()
        self._menu: Reply | None = None
        self._menu_since = 0.0
        self._droppable: list[Timer] = []
        self.queries: list[str] = []

    @property
    def session_open(self) -> bool:
        return self._menu is not None

    def request(self, argument: bytes, *, dcs: int | None) -> None:
        """AT+CUSD=1,"argument",dcs: everything from here to the last line goes out by itself."""
        modem, scenario = self._modem, self._modem.scenario
        code = self._understand(argument)
        if code is None or (scenario.needs_dcs and dcs is None):
            self._play(scenario.wrong_encoding or Reply(error=modem.family.wrong_encoding))
            return
        self.queries.append(code)
        if modem.registration not in ("home", "roaming") or modem.settings["CFUN"] != "1":
            reply = Reply(error="CME 30")
        elif modem.rat not in scenario.ussd_on:
            reply = Reply(m=4)
        else:
            reply = self._reply(code)
        self._play(reply)
        for event in scenario.events:
            if event.after_queries == len(self.queries):
                modem.later(event.after_s, lambda event=event: modem.happen(event))  # type: ignore[misc]

    def cancel(self) -> None:
        """AT+CUSD=2."""
        self.forget()
        cancel = self._modem.scenario.cancel
        bare = cancel.text is None and cancel.raw is None and cancel.line is None and cancel.m == 0
        self._play(Reply(error=cancel.error, silent=True, ok_after_s=cancel.ok_after_s) if bare else cancel)

    def push(self, reply: Reply) -> None:
        """A +CUSD line that nobody asked for."""
        self._say(reply)

    def forget(self) -> None:
        """The session is over; replies that a cancel stops do not come."""
        self._menu = None
        for timer in self._droppable:
            timer.cancelled = True
        self._droppable.clear()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _understand(self, argument: bytes) -> str | None:
        """The first form that gives a text which means something here, else the first that gives any."""
        modem = self._modem
        usual: codec.RequestForm = "packed" if modem.settings.get("USSDMODE") == "1" else "charset"
        forms = modem.scenario.accepts or (usual,)
        charset = modem.settings["CSCS"]
        texts = [text for form in forms if (text := codec.decode_request(argument, form, charset=charset)) is not None]
        known = {ussd.code for ussd in modem.scenario.ussd} | {item.code for item in modem.scenario.balance}
        if self._menu is not None:
            known |= set(self._menu.menu)
        return next((text for text in texts if text in known), texts[0] if texts else None)

    def _reply(self, code: str) -> Reply:
        if self._menu is not None and self._modem.now - self._menu_since < SESSION_S:
            # While a session is open whatever is sent is an answer; a wrong one shows the menu again.
            return self._menu.menu.get(code) or self._menu.menu.get("else") or self._menu
        turn = self._turns[code]
        self._turns[code] += 1
        for balance in self._modem.scenario.balance:
            if balance.code == code:
                return replace(balance.reply, text=balance.text(turn))
        for ussd in self._modem.scenario.ussd:
            if ussd.code == code:
                return ussd.replies[min(turn, len(ussd.replies) - 1)]
        return self._modem.scenario.unknown_code

    def _play(self, reply: Reply) -> None:
        modem = self._modem
        latency_s = modem.scenario.latency_s
        ok_s = latency_s + reply.ok_after_s
        if reply.cusd_first:
            said_s = latency_s if reply.after_s is None else reply.after_s
            ok_s = said_s + reply.ok_after_s
        else:
            said_s = max(ok_s, ok_s + latency_s if reply.after_s is None else reply.after_s)
        if reply.cusd_first and reply.error is None and not reply.silent:
            self._say_later(reply, said_s)
        if reply.ok or reply.error is not None:
            modem.later(ok_s, lambda: modem.finish(reply.error))
        else:
            modem.later(said_s, modem.abandon)
        if not reply.cusd_first and reply.error is None and not reply.silent:
            self._say_later(reply, said_s)
        at_s = said_s
        for further in reply.then:
            at_s += latency_s if further.after_s is None else further.after_s
            self._say_later(further, at_s)
        for sms in reply.sms:
            modem.later(said_s + sms.after_s, lambda sms=sms: modem.inbox.deliver(sms))  # type: ignore[misc]

    def _say_later(self, reply: Reply, delay_s: float) -> None:
        timer = self._modem.later(delay_s, lambda: self._say(reply))
        if reply.dropped_by_cancel:
            self._droppable.append(timer)

    def _say(self, reply: Reply) -> None:
        if not self._modem.plugged:
            return
        if reply.line is not None:
            self._modem.say(reply.line)
            return
        self._menu, self._menu_since = (reply if reply.m == 1 else None), self._modem.now
        self._modem.say(_cusd_line(reply, self._modem.settings["CSCS"]))


def _cusd_line(reply: Reply, charset: str) -> bytes:
    """`+CUSD: m[,"text"[,dcs]]`."""
    head = b"+CUSD: %d" % reply.m
    if reply.raw is not None:
        payload, dcs = reply.raw, 15
    elif reply.text is not None:
        payload, dcs = codec.encode(reply.text, reply.encoding, charset=charset)
    else:
        return head
    quote = b'"' if reply.quotes else b""
    line = head + b"," + quote + payload + quote
    if reply.dcs == NO_DCS:
        return line
    return line + b"," + reply.space.encode("latin-1") + b"%d" % (dcs if reply.dcs is None else reply.dcs)
