"""One pseudo-terminal of the fake modem."""

from __future__ import annotations

import contextlib
import fcntl
import os
import termios
import tty

from modemd.simulator.watch import OpenWatch

READ_SIZE = 4096


class Terminal:
    """One pseudo-terminal: ours is the master; a descriptor of the other side is kept, so that a program which closes
    it does not hang the master up."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        self.name = os.ttyname(self._slave)
        os.set_blocking(self.master, False)
        self._make_raw()
        self.watch = OpenWatch(self.name)

    hung_up = False  # the other side is kept

    @property
    def watched(self) -> list[int]:
        """What to select() on beside the master."""
        return self.watch.descriptors

    @property
    def opened(self) -> bool:
        """Whether a program holds the other side."""
        return self.watch.holders > 0

    def look(self, ready: set[int]) -> bool:
        """Programs opened or closed the port; True if the last one has closed it.

        TIOCEXCL would outlive the program that set it, because we hold the terminal open, and lock out the next one;
        so does what a program did to the line discipline."""
        if self.watch.changed(ready) and self.watch.holders == 0:
            fcntl.ioctl(self._slave, termios.TIOCNXCL)
            self._make_raw()
            return True
        return False

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
