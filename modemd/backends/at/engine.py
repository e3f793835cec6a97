"""The pump between an open port and the line reader: one wait on the port and the wake-up pipe, no thread, no sleep.

Owner thread only. A command's answer ends with its final result code (27.007 4.1). After one that never came nothing
can be matched any more, so the engine calls itself unsure and finds its place again before the next command."""

from __future__ import annotations

import errno
import os
import select
import time
from collections.abc import Callable

from modemd.at import impossible
from modemd.at.lines import FinalResult, LineKind, LineReader, classify, final_result
from modemd.at.talk import numeric_result
from modemd.at.vocabulary import is_start
from modemd.backends.at.tap import Tap
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import ModemError, ModemSilent, PortLost
from modemd.explanations import line_of
from modemd.frozen import dataclass

ESC = b"\x1b"  # leaves a stuck "> " prompt (27.005 3.5.1); Ctrl-Z would send what is in it
END_OF_LINE = "\r"
VERBOSE = "ATV1"  # result codes as words (V.250 6.2.6)
CHUNK = 4096
RECORDED = 4096  # octets; a receiver that talks all the time must not fill the memory


class StoppedError(ModemError):
    """The owner wants to end: what is running is given up."""

    code = "shutting down"


@dataclass(frozen=True, slots=True)
class Answer:
    """Information text of one command and its final result code; `final` None = it did not come in time."""

    lines: tuple[str, ...]
    final: FinalResult | None
    final_line: str | None = None
    prompt: bool = False


class Engine:
    """An open, non-blocking descriptor that speaks AT. `on_urc` gets every line that belongs to no command,
    `on_prompt` is told of a "> " that came while no command ran."""

    def __init__(
        self,
        fd: int,
        *,
        lost: Callable[[OSError | None], PortLost],
        on_urc: Callable[[str], None],
        on_prompt: Callable[[], None] = lambda: None,
        wake_fd: int | None = None,
        timeouts: Timeouts,
    ) -> None:
        self.fd = fd
        self.wake_fd = wake_fd
        self.timeouts = timeouts
        self.unsure = False
        self.prompted = False  # a "> " came where none was asked for: commands are swallowed until ESC
        self.echo_seen = False
        self.echo_off = False  # it was switched off: one that comes all the same is that of a modem that started anew
        self.echoes_again = False
        self.numeric = False  # it said its result codes as numbers (ATV0), until it was told otherwise
        self.starts = 0  # how often the modem said that it has just started
        self.restarted = False  # something speaks for a start since this was last set to False
        self.heard: bytearray | None = None  # what came since the record was begun ...
        self.written = bytearray()  # ... and what was sent meanwhile; see record()
        self.damaged = False  # a line had an octet that none can have: the wire damages what goes over it
        self.commands = 0  # how many command lines went out; for the diary and for tests of the budget
        self.stopped: Callable[[], bool] | None = None
        self.tap: Tap | None = None
        self._lost = lost
        self._on_urc = on_urc
        self._on_prompt = on_prompt
        self._owed_until = 0.0
        self._reader = LineReader()
        # poll, not select: a descriptor beyond 1023 must not end the daemon. Made once: they are waited on per line.
        self._port_poll = select.poll()
        self._port_poll.register(fd, select.POLLIN)
        self._both_poll = self._port_poll
        if wake_fd is not None:
            self._both_poll = select.poll()
            self._both_poll.register(fd, select.POLLIN)
            self._both_poll.register(wake_fd, select.POLLIN)

    # --- commands

    def execute(
        self, command: str, *, timeout_s: float, end: str = END_OF_LINE, prompt: bool = False, numeric: bool = False
    ) -> Answer:
        """Sends one command line and reads to its final result code, or with `prompt` to the "> " of 27.005 3.5.1.
        `numeric`: a number counts as one, too.

        Raises PortLost, ModemSilent (it takes no octets, or did not come back after a time-out), StoppedError."""
        self._check_stopped()
        if self.unsure:
            self.synchronise()
        self.flush_idle()
        self.send(command + end)
        lines: list[str] = []
        deadline = time.monotonic() + timeout_s
        while (line := self.read_line(deadline)) is not None:
            kind = classify(line, command)
            if kind is LineKind.FINAL:
                return Answer(tuple(lines), final_result(line), line)
            if numeric and (result := numeric_result(line)) is not None:
                self.numeric = True
                return Answer(tuple(lines), result, line)
            if kind is LineKind.PROMPT and prompt:
                return Answer((*lines, line), None, line, prompt=True)
            if kind is LineKind.INFORMATION:
                lines.append(line)
            elif kind is LineKind.ECHO:
                self.echoed(line, command)
            elif kind is LineKind.PROMPT:
                self.prompted = True
            elif kind is LineKind.URC:
                self._urc(line)
        self.unsure = True
        return Answer(tuple(lines), None)

    def echoed(self, line: str, command: str) -> None:
        """A line was taken for an echo while `command` ran."""
        self.echo_seen = True
        if self.echo_off and line.strip() == command:
            self.restarted = self.echoes_again = True

    def note(self, line: str) -> None:
        """A line that belongs to no command: whether the modem says by it that it has just started."""
        if type(line) is str and is_start(line):
            self.starts += 1
            self.restarted = True

    def send(self, text: str) -> None:
        """Puts a command line on the wire; latin-1, since the octets are the TE character set's. Never blocks longer
        than `write_s`: ModemSilent."""
        self.commands += 1
        self.write(text.encode("latin-1", "replace"))

    def write(self, data: bytes) -> None:
        deadline = time.monotonic() + self.timeouts.write_s
        if self.heard is not None:
            self.written += data
        if self.tap is not None:
            self.tap.pass_on(True, data)
        while data:
            try:
                data = data[os.write(self.fd, data) :]
                continue
            except BlockingIOError:
                pass
            except OSError as error:
                raise self._lost(error) from error
            self._check_stopped()
            left = deadline - time.monotonic()
            if left <= 0:
                self.unsure = True
                raise ModemSilent("the modem takes no more octets (hung, or CTS low): unplug it and plug it in again")
            poller = select.poll()
            poller.register(self.fd, select.POLLOUT)
            poller.poll(min(left, 0.5) * 1000)

    def record(self, on: bool) -> None:
        """Begins a new record of the octets on the wire (the first RECORDED that come), or ends it."""
        self.heard, self.written = bytearray() if on else None, bytearray()

    def synchronise(self, *, probes: int = 2, probe_s: float | None = None) -> FinalResult:
        """Finds the place in the dialogue again: AT, any final result code, then silence; what came is discarded.

        Silence before AT would not do: a stale answer that is still on its way would pass for AT's. ModemSilent when
        `probes` tries brought no final result code. Prefers OK: the first tries may be answered with a stale ERROR. A
        modem that says its result codes as numbers is told to say them as words."""
        self._await_owed()
        found: FinalResult | None = None
        for _ in range(max(1, probes)):
            self.unsure = False
            if self.prompted:
                self.prompted = False
                self.write(ESC)
            answer = self.execute("AT", timeout_s=probe_s or self.timeouts.probe_s, numeric=True)
            if answer.final is None:
                continue
            found = answer.final
            if numeric_result(answer.final_line or "") is not None:
                # A lonely digit may be noise, and ATV0 at the close would take the words from everybody: once more.
                again = self.execute("AT", timeout_s=probe_s or self.timeouts.probe_s, numeric=True)
                self.numeric = numeric_result(again.final_line or "") is not None
            if self.numeric:
                self.execute(VERBOSE, timeout_s=probe_s or self.timeouts.probe_s, numeric=True)
            self.drain()
            if found.ok:
                return found
        if found is None:
            self.unsure = True
            raise ModemSilent(line_of("silent"))
        self.unsure = False
        return found

    def owes_until(self, deadline: float) -> None:
        """A request was given up whose final result code may come with the network's answer until then (monotonic). The
        modem answers no other command meanwhile, and is not dead for that."""
        self._owed_until = deadline

    def drain(self, *, on_line: Callable[[str], None] | None = None) -> None:
        """Reads until `silence_s` passed without a line other than URCs, at most `drain_s`. URCs go where they always
        go, the other lines to `on_line` or nowhere."""
        start = time.monotonic()
        quiet_until = start + self.timeouts.silence_s
        while (line := self.read_line(min(quiet_until, start + self.timeouts.drain_s))) is not None:
            if classify(line, None) is LineKind.URC:
                self._urc(line)
                continue
            if on_line is not None:
                on_line(line)
            quiet_until = time.monotonic() + self.timeouts.silence_s

    def drain_for(self, seconds: float) -> None:
        """Lets time pass while lines are read and handed on. Raises StoppedError."""
        deadline = time.monotonic() + seconds
        while (line := self.read_line(deadline)) is not None:
            self._idle_line(line)

    # --- lines

    def read_line(self, deadline: float, *, woken: Callable[[], bool] | None = None) -> str | None:
        """The next line, or None at `deadline` (time.monotonic), or None as soon as `woken` says so (asked each time
        the wake-up pipe is readable; it must empty the pipe). A line that is already here is handed out even late."""
        gap = self.timeouts.line_gap_s
        while True:
            line = self._next_line()
            if line is not None:
                # Our own ESC comes back in front of the first echo. A DataLine stays what it is: never AT.
                return line.lstrip("\x1b") if type(line) is str else line
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            held = self._reader.holding
            ready, awake = self._wait(min(left, gap) if held else left, watch_wake=bool(woken or self.stopped))
            if awake:
                if woken is not None and woken():
                    return None
                self._check_stopped()
            if ready:
                self._fill()
            elif held and not awake and (line := self._reader.idle()) is not None:
                return line

    def flush_idle(self) -> None:
        """Hands everything that has come so far to `on_urc`: it belongs to no command that is still to be sent."""
        limit = time.monotonic() + self.timeouts.drain_s
        while True:
            self._hand_out()
            if time.monotonic() >= limit:
                return
            held = self._reader.holding
            ready, _ = self._wait(self.timeouts.line_gap_s if held else 0.0, watch_wake=False)
            if ready:
                self._fill()
            elif not held:
                return
            elif (line := self._reader.idle()) is not None:
                self._idle_line(line)

    def wait(self, timeout_s: float | None, *, until: Callable[[], bool] | None = None) -> bool:
        """Idle: until the wake-up pipe is readable (True), the time is over or `until` says so (False); it is asked
        after lines have gone to `on_urc`."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._hand_out()
            if until is not None and until():
                return False
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            held = self._reader.holding
            gap = self.timeouts.line_gap_s
            ready, awake = self._wait(min(gap, gap if left is None else left) if held else left, watch_wake=True)
            if ready:
                self._fill()
            elif held and not awake and (line := self._reader.idle()) is not None:
                self._idle_line(line)
            if awake or (deadline is not None and time.monotonic() >= deadline):
                self._hand_out()
                return awake

    # --- helpers

    def _await_owed(self) -> None:
        """Until the final result code of a request that was given up is here, or need not be waited for any more."""
        while (line := self.read_line(self._owed_until)) is not None:
            self._idle_line(line)

    def _next_line(self) -> str | None:
        line = self._reader.next_line()
        if line is not None and not self.damaged:
            self.damaged = impossible.in_line(line)
        return line

    def _hand_out(self) -> None:
        while (line := self._next_line()) is not None:
            self._idle_line(line)

    def _idle_line(self, line: str) -> None:
        kind = classify(line, None)
        if kind is LineKind.FINAL:
            self._owed_until = 0.0
        if kind is LineKind.PROMPT:
            self._on_prompt()
        elif kind is not LineKind.ECHO:
            self._urc(line)

    def _urc(self, line: str) -> None:
        self.note(line)
        self._on_urc(line)

    def _wait(self, timeout_s: float | None, *, watch_wake: bool) -> tuple[bool, bool]:
        poller = self._both_poll if watch_wake else self._port_poll
        found = [fd for fd, _ in poller.poll(None if timeout_s is None else timeout_s * 1000)]
        return self.fd in found, watch_wake and self.wake_fd in found

    def _fill(self) -> None:
        try:
            data = os.read(self.fd, CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            raise self._lost(error) from error
        if not data:  # readable and empty: hung up
            raise self._lost(OSError(errno.ENODEV, os.strerror(errno.ENODEV)))
        if self.heard is not None and len(self.heard) < RECORDED:
            self.heard += data
        if self.tap is not None:
            self.tap.pass_on(False, data)
        self._reader.receive_data(data)

    def _check_stopped(self) -> None:
        if self.stopped is not None and self.stopped():
            raise StoppedError(line_of("shutting down"))
