"""The `apprise` channel: Telegram, Matrix, Discord and a hundred more, by the program `apprise`.

    [[channel]]
    type = "apprise"
    urls_file = "apprise-urls"        # one address a line, as the apprise documentation gives them
    program = "apprise"               # where it is, if not on PATH

The program is a child: imported, it would take more memory than all of modemd. It reads the addresses, which hold
passwords, from the file, and the text from its standard input. The list of processes shows the kind of event alone.

It does not say which address took a message. So where one of several fails, each next try is address by address, and
those that took it are left in peace.
"""

from __future__ import annotations

import os
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

from modemd.alerts.channels import options as check_of
from modemd.alerts.channels.child import Child, Ended, TookTooLong
from modemd.alerts.channels.message import paragraphs, urgency
from modemd.errors import DeliveryError, Problem
from modemd.records import Alert

KEYS = ("urls_file", "program")
TIME_LIMIT_S = 120.0  # it takes seconds to start on a small machine, and sends to one address after the other
ONE_LIMIT_S = 40.0  # for one address
# No address is begun later than this: what goes through other channels waits for the end.
BEGIN_S = 80.0
REMEMBERED = 64  # messages of which only some addresses have heard
# A list of addresses that can be taken apart; with tags, includes or as YAML only apprise knows what it means.
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S.*")
KIND = {"high": "failure", "normal": "warning", "low": "info"}
INSTALL = 'sudo apt install apprise, or name its place: program = "/path/to/apprise"'


class AppriseChannel:
    """One file of addresses."""

    def __init__(self, options: Mapping[str, object], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._urls_file = str(options["urls_file"])
        self._program = str(options.get("program", "apprise"))
        self._child = Child("apprise", time_limit_s=TIME_LIMIT_S)
        self._monotonic = monotonic
        # By alert: which addresses have it, of those that failed together; the one that failed last is tried last.
        self._heard: OrderedDict[str, set[str]] = OrderedDict()
        self._failed: dict[str, int] = {}

    @staticmethod
    def check(options: Mapping[str, object]) -> list[Problem]:
        example = 'the file with the addresses, like urls_file = "apprise-urls"'
        return check_of.unknown(options, KEYS, "apprise") + check_of.texts(options, KEYS, needed={"urls_file": example})

    @staticmethod
    def lacks(options: Mapping[str, object]) -> list[Problem]:
        import shutil  # late: for a check alone

        problems = check_of.missing_file(options, "urls_file", empty="it holds no address")
        program = str(options.get("program", "apprise"))
        if shutil.which(program) is None:
            problems.append(check_of.fault("program", program, f"it is not there: {INSTALL}"))
        return problems

    @staticmethod
    def label(options: Mapping[str, object]) -> str:
        return f"apprise:{Path(str(options['urls_file'])).stem}"

    def send(self, alert: Alert) -> None:
        place = Path(self._urls_file)
        if not place.is_file():
            raise DeliveryError(f"{place} is not there: write the addresses into it, one a line", retry_after_s=600.0)
        addresses = addresses_of(place)
        if alert.id in self._heard and addresses:
            self._to_each(alert, addresses)
            return
        try:
            ended = self._run(alert, str(place))
            if ended.code == 0:
                return
            why = f"apprise {ended.how}: not every address took it"
        except TookTooLong as error:
            why = error.message
        if len(addresses) > 1 and not alert.on_request:
            self._heard[alert.id] = set()
            if len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
        raise DeliveryError(why)

    def cancel(self) -> None:
        self._child.cancel()

    # --- helpers

    def _to_each(self, alert: Alert, addresses: list[str]) -> None:
        """Each address that has not heard of it by itself, until it is time for other channels."""
        heard, began, why = self._heard[alert.id], self._monotonic(), ""
        waiting = [one for one in dict.fromkeys(addresses) if one not in heard]
        for one in sorted(waiting, key=lambda one: self._failed.get(one, 0)):
            if self._monotonic() - began > BEGIN_S:
                why = why or "there was no time for all addresses"
                break
            file = os.memfd_create("address")  # neither on a disk nor in the list of processes
            try:
                os.write(file, f"{one}\n".encode())
                ended = self._run(alert, f"/proc/self/fd/{file}", files=(file,))
            except TookTooLong as error:
                why = error.message
            else:
                if ended.code == 0:
                    heard.add(one)
                    self._failed.pop(one, None)
                    continue
                why = f"apprise {ended.how}"
            finally:
                os.close(file)
            self._failed[one] = self._failed.get(one, 0) + 1
        left = sum(one not in heard for one in waiting)
        if left:
            raise DeliveryError(f"{why}: {left} of {len(addresses)} addresses did not take it")
        del self._heard[alert.id]

    def _run(self, alert: Alert, place: str, *, files: tuple[int, ...] = ()) -> Ended:
        what = "rehearsal" if alert.rehearsal else alert.event
        kind = "success" if alert.event in ("recovered", "topup") else KIND[urgency(alert)]
        argv = [self._program, f"--config={place}", f"--title=modemd: {what}", "--input-format=text"]
        argv.append(f"--notification-type={kind}")
        limit_s = ONE_LIMIT_S if files else None
        try:
            said = "\n\n".join(paragraphs(alert)).encode()
            return self._child.run(argv, stdin=said, files=files, time_limit_s=limit_s)
        except FileNotFoundError as error:
            raise DeliveryError(f"{self._program} is not there: {INSTALL}", retry_after_s=3600.0) from error
        except OSError as error:
            raise DeliveryError(f"{self._program} cannot be run: {error.strerror}", retry_after_s=3600.0) from error


def addresses_of(place: Path) -> list[str]:
    """The addresses of a file that is a plain list of them; [] where it is more than that, or cannot be read."""
    try:
        lines = [line.strip() for line in place.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return []
    found = [line for line in lines if line and line[0] not in "#;"]
    return found if all(map(ADDRESS.fullmatch, found)) else []
