"""Every limit of this room in one place, in seconds, so that tests can run the real code fast."""

from __future__ import annotations

import os
from dataclasses import field

from modemd.frozen import dataclass
from modemd.modem.recovery.ladder import Limits

QUERIES_PER_DAY = 24  # of the schedule, per SIM; operators block numbers that dial more


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
    query_s: float = 170.0  # a balance query in all, from when it was asked for; INTERFACE promises 180 s
    overrun_s: float = 7.0  # behind that who asked is told, whatever command still waits for the modem
    menu_s: float = 60.0  # an open menu nobody answers
    late_s: float = 600.0  # a +CUSD that comes so long after a timeout is still that request's late answer
    boot_s: float = 120.0  # behind the opening, or news of the SIM: a card may be started slowly, and say nothing of it
    boot_look_s: float = 3.0  # between two looks at a missing or failing SIM meanwhile
    imsi_looks_s: tuple[float, ...] = (30.0, 120.0, 480.0)  # between looks at a SIM whose IMSI could not be read
    mend_s: float = 300.0  # another look at a SIM that needs a person
    crash_min_s: float = 5.0
    crash_max_s: float = 300.0
    stop_s: float = 3.0
    sms_s: float = 90.0  # a message that the operator announced, or that was asked for by one
    sms_more_s: float = 2.0  # behind a message with a balance: another one that contradicts it
    sms_parts_s: float = 60.0  # the parts of a message that came by itself
    sms_step_s: float = 0.2  # between two looks at what has come
    watch_s: float = 2.0  # between two looks for the device node of a modem that is not there; never while it is
    ladder: Limits = field(default_factory=Limits)  # when to try harder with a modem that is silent or no use
    fallback: FallbackLimits = field(default_factory=FallbackLimits)


def spread(least_s: float, most_s: float) -> float:
    """Any time between: the modems of one hub shall not all be opened at once. It guards nothing, and the library's
    random has to be loaded first."""
    return least_s + (most_s - least_s) * int.from_bytes(os.urandom(4), "big") / 2**32
