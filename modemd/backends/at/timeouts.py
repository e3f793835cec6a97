"""Every limit of a serial port in one place, in seconds, so that tests can run the real code fast."""

from __future__ import annotations

from modemd.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Limits of the engine and of the USSD dialogue. The defaults are for real modems."""

    final_s: float = 10.0  # final result code of a command that does not wait for the network (FIELD: below 10 s)
    owed_s: float = 45.0  # a modem that holds OK back until the network answers is left in peace so long, once given up
    probe_s: float = 1.0  # "AT" alone: nothing to do for the modem but to answer
    probes: int = 5  # how often "AT" is tried at connect; a modem that wakes up drops the first ones
    rate_s: float = 0.1  # "AT" at another rate of a UART; the answer takes 20 ms at 9600
    start_s: float = 5.0  # a request in which the modem says that it has started is over, but for an answer by then
    calm_s: float = 10.0  # a modem that had not started anew is not looked at again for so long, whatever it says
    write_s: float = 3.0  # octets that the modem does not take off the line (CTS low, firmware hung)
    silence_s: float = 0.3  # no line but URCs for so long: the previous exchange is over
    drain_s: float = 1.0  # longest search for that silence
    line_gap_s: float = 0.4  # a +CUSD held open that gets no more octets is complete; packets are 50 ms apart
    settle_s: float = 0.3  # after an m=2 with text: what takes it back (ERROR) or repeats it follows at once
    release_s: float = 1.0  # after an m=2 without readable text: the real answer (capture gsmmodem-14)
    grace_s: float = 1.0  # after an error that came behind OK: the +CUSD that may still explain it
    cancel_s: float = 1.0  # final result code of AT+CUSD=2, and of what is pending when somebody cancels
    restore_s: float = 0.5  # each setting that is put back at close
    identity_s: float = 4.0  # one question who modem or SIM are; some modems never answer one of them (UZ801: +CGMI)
    identities_s: float = 8.0  # all of these that get no answer, of the modem and of the SIM each
    mute_s: float = 25.0  # until one of them that never got an answer is asked again; four times longer each time, ...
    mute_max_s: float = 3600.0  # ... so long at most
    sim_s: float = 20.0  # a SIM that is busy (CME 14, 515) after power-on or PIN entry
    sim_step_s: float = 1.0  # between two looks at a busy SIM
    pin_s: float = 15.0  # final result code of AT+CPIN=
    network_s: float = 15.0  # +COPS? may wait for the network
    list_s: float = 30.0  # final result code of +CMGL: a full SIM takes 20 s on a slow stick
    sms_body_s: float = 0.4  # a +CMT in text mode without another line for so long is complete
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
