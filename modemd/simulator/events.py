"""What a scenario lets happen by itself: noise, events, and how each of them is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemd.simulator.scenario import Noise, ScenarioEvent

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem


def start(modem: SimulatedModem) -> None:
    """The modem begins: noise and events with a time of their own are put on the clock."""
    for noise in modem.scenario.noise:
        if noise.every_s is not None:
            _repeat(modem, noise, noise.every_s, 0)
    for event in modem.scenario.events:
        if event.at_s is not None:
            _plan(modem, event, event.at_s)


def command_came(modem: SimulatedModem, text: str) -> None:
    """Events that wait for a command line."""
    for event in modem.scenario.events:
        if event.on_command is not None and text.upper().startswith(event.on_command.upper()):
            _plan(modem, event, 0.0)


def query_came(modem: SimulatedModem, count: int) -> None:
    """Events that wait for the n-th USSD request."""
    for event in modem.scenario.events:
        if event.after_queries == count:
            _plan(modem, event, 0.0)


def happen(modem: SimulatedModem, event: ScenarioEvent) -> None:
    """One event, now."""
    match event.do:
        case "unplug":
            modem.unplug(event.for_s)
        case "replug":
            modem.replug()
        case "brownout":
            for turn in range(event.times):
                modem.later(turn * event.every_s, lambda: modem.unplug(event.for_s or 1.0))
        case "hang":
            modem.hung = True
            if event.for_s is not None:
                modem.later(event.for_s, modem.resume)
        case "resume":
            modem.resume()
        case "mad":
            modem.mad = event.mad_until
        case "deaf":
            for port in modem.ports:
                port.deaf = True
        case "line" if event.line is not None:
            modem.say(event.line)
        case "ussd" if event.reply is not None:
            modem.network.push(event.reply)
        case "sms" if event.sms is not None:
            modem.inbox.deliver(event.sms)
        case "sim" if event.sim is not None:
            modem.change_card(event.sim)
        case "registration" if event.registration is not None:
            modem.register(event.registration)
        case _:
            pass


def _plan(modem: SimulatedModem, event: ScenarioEvent, delay_s: float) -> None:
    modem.later(delay_s + event.after_s, lambda: happen(modem, event))


def _repeat(modem: SimulatedModem, noise: Noise, every_s: float, turn: int) -> None:
    def again() -> None:
        if modem.plugged:
            for port in modem.urc_ports:
                port.noise(noise.lines[turn % len(noise.lines)])
        _repeat(modem, noise, every_s, turn + 1)

    modem.later(every_s, again)
