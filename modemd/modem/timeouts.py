"""Every limit of this room in one place, in seconds, so that tests can run the real code fast."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Limits of the engine and of the USSD dialogue. The defaults are for real modems."""

    final_s: float = 10.0  # final result code of a command that does not wait for the network (FIELD: below 10 s)
    probe_s: float = 1.0  # "AT" alone: nothing to do for the modem but to answer
    probes: int = 5  # how often "AT" is tried at connect; a modem that wakes up drops the first ones
    write_s: float = 3.0  # octets that the modem does not take off the line (CTS low, firmware hung)
    silence_s: float = 0.3  # no line but URCs for so long: the previous exchange is over
    drain_s: float = 1.0  # longest search for that silence
    line_gap_s: float = 0.4  # a +CUSD held open that gets no more octets is complete; packets are 50 ms apart
    settle_s: float = 0.3  # after an m=2 with text: what takes it back (ERROR) or repeats it follows at once
    release_s: float = 1.0  # after an m=2 without readable text: the real answer (capture gsmmodem-14)
    grace_s: float = 1.0  # after an error that came behind OK: the +CUSD that may still explain it
    cancel_s: float = 1.0  # final result code of AT+CUSD=2, and of what is pending when somebody cancels
    restore_s: float = 0.5  # each setting that is put back at close
    sim_s: float = 20.0  # a SIM that is busy (CME 14, 515) after power-on or PIN entry
    sim_step_s: float = 1.0  # between two looks at a busy SIM
    pin_s: float = 15.0  # final result code of AT+CPIN=
    network_s: float = 15.0  # +COPS? may wait for the network


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How the owner thread moves: back-off, polls and limits of a whole query."""

    reopen_min_s: float = 1.0
    reopen_max_s: float = 60.0
    poll_s: float = 30.0  # +CREG? while not registered; never while registered
    fresh_s: float = 10.0  # a registration read so recently is not read again
    look_min_s: float = 1.0  # between two looks that URCs ask for: a modem may chatter
    details_s: float = 5.0  # operator and signal are read when the modem has been idle for so long after opening
    turn_s: float = 60.0  # waiting for one's turn or for the quarantine, then "busy"
    query_s: float = 170.0  # a balance query in all; INTERFACE promises 180 s
    menu_s: float = 60.0  # an open menu nobody answers
    late_s: float = 600.0  # a +CUSD that comes so long after a timeout is still that request's late answer
    mend_s: float = 300.0  # another look at a SIM that needs a person
    crash_min_s: float = 5.0
    crash_max_s: float = 300.0
    stop_s: float = 3.0
