"""The fake modem on a pseudo-terminal: a thread that carries octets between SimulatedModem and whoever opens it.

    with FakeModem(scenario) as modem:
        ...                       # any program opens modem.path
        assert modem.wait_for(lambda fake: "AT+CUSD=2" in fake.commands)

The thread sleeps in one select(); nothing is polled. The path is a symbolic link that survives unplug and replug, while
the pseudo-terminal behind it changes as the device of a real modem does.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import tempfile
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from modemd.errors import ScenarioError
from modemd.simulator.messages import Stored
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.scenario import Registration, Reply, Scenario, Sms
from modemd.simulator.watch import OpenWatch

READ_SIZE = 4096
DEADLINE_S = 5.0  # of wait_for(), when the caller names none; long because the machine may be busy


class FakeModem:
    """A running fake modem. Its properties are copies and may be read from any thread."""

    def __init__(
        self,
        modem: Scenario | Callable[[float], SimulatedModem],
        link: Path | str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`link`: where the port shall appear; None = in a new temporary folder.

        Raises ScenarioError where something else than an old link of a simulator is in that place."""
        self._clock = clock
        self._folder = tempfile.TemporaryDirectory(prefix="fake-modem-") if link is None else None
        self._link = Path(self._folder.name, "ttyFAKE0") if self._folder is not None else Path(str(link))
        self._modem = SimulatedModem(modem, now=clock()) if isinstance(modem, Scenario) else modem(clock())
        self._changed = threading.Condition()
        self._closing = False
        self._asked = self._done = 0  # acts of other threads, and how many of them the pseudo-terminal shows
        self._terminal: _Terminal | None = None
        self._unplugs = 0
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            check_link(self._link)
            self._follow_plug()
        except BaseException:
            self._release()
            raise
        self._thread = threading.Thread(target=self._run, name=f"fake-modem {self._link.name}", daemon=True)
        self._thread.start()

    # --- what happened ------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The port to open."""
        return str(self._link)

    @property
    def commands(self) -> list[str]:
        """Every command line that came, in order, without its CR."""
        with self._changed:
            return list(self._modem.commands)

    @property
    def queries(self) -> list[str]:
        """Every code and menu answer that reached the network, decoded."""
        with self._changed:
            return list(self._modem.network.queries)

    @property
    def settings(self) -> dict[str, str]:
        """What commands have set, by the command's name without prefix: {"E": "1", "CSCS": "IRA", "CMGF": "0", ...}."""
        with self._changed:
            return dict(self._modem.settings)

    @property
    def sms(self) -> dict[int, Stored]:
        """The messages on the SIM by place; Stored.status tells whether somebody read one."""
        with self._changed:
            return dict(self._modem.inbox.places)

    @property
    def sms_sent(self) -> list[tuple[str, str]]:
        """(first parameter of AT+CMGS, what came behind the prompt)."""
        with self._changed:
            return list(self._modem.inbox.sent)

    @property
    def session_open(self) -> bool:
        """Whether the network waits for an answer to a menu."""
        with self._changed:
            return self._modem.network.session_open

    @property
    def pin_tries(self) -> int:
        with self._changed:
            return self._modem.pin_tries

    @property
    def rat(self) -> str | None:
        with self._changed:
            return self._modem.rat

    @property
    def opened(self) -> bool:
        """Whether a program holds the port open now."""
        with self._changed:
            return self._terminal is not None and self._terminal.watch.holders > 0

    def wait_for(self, condition: Callable[[FakeModem], bool], timeout: float = DEADLINE_S) -> bool:
        """Waits until the condition holds for this modem; False when it does not in time. No polling: it is looked at
        whenever something came in, went out or happened."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout)

    # --- what the test makes happen -----------------------------------------------------------------------------------

    def unplug(self) -> None:
        """The device leaves the bus: whoever has the port open gets a hang-up, and the path is gone."""
        self._do(lambda: self._modem.unplug())

    def replug(self) -> None:
        """The device is back under the same path, with fresh settings."""
        self._do(lambda: self._modem.replug())

    def hang(self) -> None:
        """The firmware stops: nothing is read, nothing is answered."""
        self._do(lambda: setattr(self._modem, "hung", True))

    def resume(self) -> None:
        self._do(lambda: self._modem.resume())

    def send_line(self, line: str | bytes) -> None:
        """An unsolicited line, CR LF around it; a str holds octets (latin-1)."""
        self._do(lambda: self._modem.say(line))

    def send_bytes(self, data: bytes) -> None:
        """Octets as they are."""
        self._do(lambda: self._modem.put(data))

    def push_ussd(self, reply: Reply) -> None:
        """A +CUSD line that the network sends by itself."""
        self._do(lambda: self._modem.network.push(reply))

    def deliver_sms(self, text: str, sender: str = "Operator") -> None:
        """A message for the SIM."""
        self._do(lambda: self._modem.inbox.deliver(Sms(text=text, sender=sender)))

    def register(self, registration: Registration) -> None:
        self._do(lambda: self._modem.register(registration))

    def stop(self) -> None:
        """Ends the thread, closes the pseudo-terminal, removes the link. May be called again."""
        with self._changed:
            self._closing = True
        self._wake()
        self._thread.join()
        self._release()

    def __enter__(self) -> FakeModem:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _do(self, act: Callable[[], None]) -> None:
        """Lets something happen to the modem, and does not return before the pseudo-terminal shows it. The thread
        alone touches the pseudo-terminal: it may be about to select() on a descriptor that another would close."""
        with self._changed:
            self._modem.now = max(self._modem.now, self._clock())
            act()
            self._asked += 1
            asked = self._asked
            self._wake()
            if not self._changed.wait_for(lambda: self._done >= asked or self._closing, DEADLINE_S):
                raise RuntimeError("the thread of the fake modem does not run any more")

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):  # a full pipe wakes as well
            os.write(self._wake_write, b"!")

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                self._done = self._asked
                self._work()
                at = self._modem.next_at
                wanted = [self._wake_read]
                if self._terminal is not None:
                    wanted += self._terminal.watch.descriptors
                    if not self._modem.hung:
                        wanted.append(self._terminal.master)
            wait_s = None if at is None else max(0.0, at - self._clock())
            ready = set(select.select(wanted, [], [], wait_s)[0])
            with self._changed:
                if self._wake_read in ready:
                    os.read(self._wake_read, READ_SIZE)
                if self._terminal is not None:
                    self._terminal.look(ready)
                    if self._terminal.master in ready and not self._modem.hung:
                        self._modem.receive(self._terminal.read(), self._clock())

    def _work(self) -> None:
        """What is due happens, leaves, and is announced to those who wait."""
        pieces = self._modem.due(self._clock())
        self._follow_plug()
        if self._terminal is not None:
            for piece in pieces:
                self._terminal.write(piece)
        self._changed.notify_all()

    def _follow_plug(self) -> None:
        if self._terminal is not None and self._unplugs != self._modem.unplugs:  # it may be back already
            self._terminal.close()
            self._terminal = None
            remove_link(self._link)
        self._unplugs = self._modem.unplugs
        if self._terminal is None and self._modem.plugged:
            self._terminal = _Terminal()
            point_link(self._link, self._terminal.name)

    def _release(self) -> None:
        if self._terminal is not None:
            name = self._terminal.name
            self._terminal.close()
            self._terminal = None
            remove_link(self._link, only_to=name)
        for descriptor in (self._wake_read, self._wake_write):
            if descriptor >= 0:
                os.close(descriptor)
        self._wake_read = self._wake_write = -1
        if self._folder is not None:
            self._folder.cleanup()


class _Terminal:
    """One pseudo-terminal: ours is the master; a descriptor of the other side is kept, so that a program which closes
    it does not hang the master up."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        self.name = os.ttyname(self._slave)
        os.set_blocking(self.master, False)
        self._make_raw()
        self.watch = OpenWatch(self.name)

    def look(self, ready: set[int]) -> None:
        """Programs opened or closed the port. TIOCEXCL would outlive the program that set it, because we hold the
        terminal open, and lock out the next one; so does what a program did to the line discipline."""
        if self.watch.changed(ready) and self.watch.holders == 0:
            fcntl.ioctl(self._slave, termios.TIOCNXCL)
            self._make_raw()

    def read(self) -> bytes:
        try:
            return os.read(self.master, READ_SIZE)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """What does not fit is lost, as with a port that nobody reads."""
        with contextlib.suppress(BlockingIOError):
            while data:
                data = data[os.write(self.master, data) :]

    def close(self) -> None:
        self.watch.close()
        os.close(self._slave)
        os.close(self.master)

    def _make_raw(self) -> None:
        tty.setraw(self._slave, termios.TCSANOW)


def check_link(link: Path) -> None:
    """Raises ScenarioError unless a link may be put there: nothing is in its place, or what a simulator left behind."""
    if not link.parent.is_dir():
        raise ScenarioError(f"{link}: the folder {link.parent} does not exist; create it or name another place")
    if link.is_symlink():
        target = str(link.readlink())
        if not target.startswith("/dev/pts/"):
            raise ScenarioError(f"{link}: is a link to {target}; name another place for the port")
        if link.exists():
            raise ScenarioError(f"{link}: {target} is in use, by another simulator perhaps; end it or remove the link")
    elif link.exists():
        raise ScenarioError(f"{link}: exists and is not a simulator's link; name another place for the port")


def point_link(link: Path, target: str) -> None:
    """Makes or replaces the link in one step, so that no program ever sees half of it."""
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    try:
        fresh.symlink_to(target)
        fresh.replace(link)
    except OSError as fault:
        raise ScenarioError(f"{link}: cannot be made ({fault.strerror}); name a place where you may write") from fault


def remove_link(link: Path, *, only_to: str | None = None) -> None:
    """Removes the link, with `only_to` unless another took its place."""
    with contextlib.suppress(OSError):
        if link.is_symlink() and (only_to is None or str(link.readlink()) == only_to):
            link.unlink()
