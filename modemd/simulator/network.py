"""USSD as the fake network answers it: codes, menus, sessions, amounts, delays (27.007 7.15, 22.090), and the ways in
which a network or a modem does not answer it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from modemd.simulator import codec, events
from modemd.simulator.scenario import NO_DCS, Reply
from modemd.simulator.wire import Timer

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem
    from modemd.simulator.port import AtPort

# Longest wait of a real network for an answer to its menu; behind it the session is gone without a word.
SESSION_S = 600.0
LOST_S = 30.0  # a modem that is thrown out while it tries: 30 s behind the request comes +CUSD: 4
HELD_S = 60.0  # a modem whose OK waits for the network gives up then


class UssdNetwork:
    """Everything behind AT+CUSD. `queries` holds what was dialled or answered, decoded, in order."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self._turns: Counter[str] = Counter()
        self._menu: Reply | None = None
        self._menu_since = 0.0
        self._droppable: list[Timer] = []
        self._asker: AtPort = modem.at  # the port of the last request
        self.queries: list[str] = []

    @property
    def session_open(self) -> bool:
        return self._menu is not None

    def request(self, port: AtPort, argument: bytes, *, dcs: int | None) -> None:
        """AT+CUSD=1,"argument",dcs: everything from here to the last line goes out by itself."""
        modem, scenario = self._modem, self._modem.scenario
        self._asker = port
        code = self._understand(port, argument)
        if code is None or (scenario.needs_dcs and dcs is None):
            self._play(scenario.wrong_encoding or Reply(error=modem.family.wrong_encoding))
            return
        self.queries.append(code)
        reply = self._answer(code)
        if modem.shared.get("SELINT") in ("0", "1") and reply.error is None:
            # Telit: the final result code comes with the network's answer, or when the modem gives up.
            reply = Reply(error="ERROR", ok_after_s=HELD_S) if reply.silent else replace(reply, cusd_first=True)
        self._play(reply)
        events.query_came(modem, len(self.queries))

    def cancel(self, port: AtPort) -> None:
        """AT+CUSD=2."""
        self._asker = port
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
        self._modem.return_from_fall_back()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _understand(self, port: AtPort, argument: bytes) -> str | None:
        """The first form that gives a text which means something here, else the first that gives any."""
        scenario = self._modem.scenario
        usual: codec.RequestForm = "packed" if port.settings.get("USSDMODE") == "1" else "charset"
        forms = scenario.accepts or (usual,)
        charset = port.settings["CSCS"]
        texts = [text for form in forms if (text := codec.decode_request(argument, form, charset=charset)) is not None]
        known = {ussd.code for ussd in scenario.ussd} | {item.code for item in scenario.balance}
        if self._menu is not None:
            known |= set(self._menu.menu)
        return next((text for text in texts if text in known), texts[0] if texts else None)

    def _answer(self, code: str) -> Reply:
        """What comes of a code here and now."""
        modem, scenario = self._modem, self._modem.scenario
        if modem.mad is not None:
            return Reply(silent=True)
        if modem.registration not in ("home", "roaming"):
            return Reply(error="CME 30")
        if modem.packet_only:
            return self._refusal(scenario.no_ussd or "cme30")
        if scenario.csfb_s is not None and modem.rat in ("LTE", "NR"):
            if not modem.fall_back():
                return self._refusal(scenario.no_ussd or "cusd4")
            reply = self._reply(code)
            return replace(reply, after_s=scenario.csfb_s + (reply.after_s or 0.0))
        if modem.rat not in scenario.ussd_on:
            return self._refusal(scenario.no_ussd or "cusd4")
        return self._reply(code)

    def _refusal(self, how: str) -> Reply:
        """The ways in which a modem without the circuit-switched domain says so."""
        after_s = self._modem.scenario.no_ussd_after_s
        match how:
            case "silence":
                return Reply(silent=True)
            case "cme30":
                return Reply(error="CME 30", ok_after_s=after_s or 0.0)
            case "lost-registration":
                self._modem.lose_registration()
                return Reply(m=4, after_s=LOST_S if after_s is None else after_s)
            case _:
                return Reply(m=4, after_s=after_s)

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
        modem, port = self._modem, self._asker
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
            modem.while_on(ok_s, lambda: port.finish(reply.error))
        else:
            modem.while_on(said_s, port.abandon)
        if not reply.cusd_first and reply.error is None and not reply.silent:
            self._say_later(reply, said_s)
        at_s = said_s
        for further in reply.then:
            at_s += latency_s if further.after_s is None else further.after_s
            self._say_later(further, at_s)
        for sms in reply.sms:
            modem.later(said_s + sms.after_s, lambda sms=sms: modem.inbox.deliver(sms))  # type: ignore[misc]
        if modem.scenario.csfb_s is not None and reply.m != 1:
            modem.while_on(at_s + modem.scenario.csfb_s, modem.return_from_fall_back)

    def _say_later(self, reply: Reply, delay_s: float) -> None:
        timer = self._modem.while_on(delay_s, lambda: self._say(reply))
        if reply.dropped_by_cancel:
            self._droppable.append(timer)

    def _say(self, reply: Reply) -> None:
        modem = self._modem
        if not modem.plugged:
            return
        ports = [self._asker] if modem.scenario.urc_port is None else modem.urc_ports
        if reply.line is not None:
            for port in ports:
                port.say(reply.line)
            return
        self._menu, self._menu_since = (reply if reply.m == 1 else None), modem.now
        for port in ports:
            port.say(_cusd_line(reply, port.settings["CSCS"]))
            if reply.m == 1 and modem.family.menu_prompts:
                self._prompt(port)

    def _prompt(self, port: AtPort) -> None:
        """Cinterion: the menu's answer is typed at a prompt and sent by Ctrl-Z; ESC gives the session up."""

        def taken(text: bytes | None) -> None:
            if text is None:
                self.forget()
                port.finish(None)
            else:
                self.request(port, text, dcs=15)

        port.ask_text(taken)


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
