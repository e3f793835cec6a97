"""Every limit of this room in one place, in seconds, so that tests can run the real code fast."""

from __future__ import annotations

from dataclasses import dataclass, field

from modemd.modem.healing.recovery import Limits


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
    list_s: float = 30.0  # final result code of +CMGL: a full SIM takes 20 s on a slow stick
    prompt_s: float = 5.0  # the "> " of +CMGS
    send_s: float = 120.0  # final result code of a message behind it: the network has to take it


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTimes:
    """Limits of what the recovery ladder does to a modem."""

    radio_off_s: float = 3.0  # how long the radio stays off
    radio_s: float = 15.0  # final result code of AT+CFUN: the SIM may be started anew
    stop_s: float = 0.8  # the same while the daemon ends
    reset_s: float = 5.0  # final result code of a reset, which some modems never give
    drain_s: float = 2.0  # a hung modem may take octets that it does not answer
    gone_s: float = 15.0  # until a modem that was reset leaves the bus
    back_s: float = 60.0  # until it is there again
    look_s: float = 0.5  # between two looks at the device nodes meanwhile
    usb_off_s: float = 2.0  # how long the device stays off the bus


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackLimits:
    """A query on another radio access technology: how long the modem may be away, and for what."""

    total_s: float = 90.0  # from the first change until the modem is registered again
    reserve_s: float = 20.0  # of these, for the way back
    search_s: float = 30.0  # for a cell of the other RAT
    settle_s: float = 2.0  # +CREG? may tell of the old cell for a moment
    look_s: float = 1.0  # between two looks at the registration, or at a setting that is slow to change
    rest_s: float = 3.0  # SIMCom modems take no USSD sooner after registration
    least_s: float = 5.0  # with less time left nothing is begun
    stop_s: float = 1.2  # one command while the daemon ends


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
    sms_s: float = 90.0  # a message that the operator announced, or that was asked for by one
    sms_more_s: float = 2.0  # behind a message with a balance: another one that contradicts it
    sms_parts_s: float = 60.0  # the parts of a message that came by itself
    sms_step_s: float = 0.2  # between two looks at what has come
    sms_body_s: float = 0.4  # a +CMT in text mode without another line for so long is complete
    watch_s: float = 2.0  # between two looks for the device node of a modem that is not there; never while it is
    ladder: Limits = field(default_factory=Limits)  # when to try harder with a modem that is silent or mad
    power: PowerTimes = field(default_factory=PowerTimes)
    fallback: FallbackLimits = field(default_factory=FallbackLimits)
