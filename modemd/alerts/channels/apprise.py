"""The `apprise` channel: Telegram, Matrix, Discord and a hundred more, by the program `apprise`.

    [[channel]]
    type = "apprise"
    urls_file = "apprise-urls"        # one address a line, as the apprise documentation gives them
    program = "apprise"               # where it is, if not on PATH

The program is a child: imported, it would take more memory than all of modemd. It reads the addresses, which hold
passwords, from the file, and the text from its standard input; neither shows in the list of processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from modemd.alerts.channels import options as check_of
from modemd.alerts.channels.child import Child
from modemd.alerts.channels.message import paragraphs, title, urgency
from modemd.errors import DeliveryError, Problem
from modemd.records import Alert

KEYS = ("urls_file", "program")
TIME_LIMIT_S = 120.0  # it takes seconds to start on a small machine, and sends to one address after the other
KIND = {"high": "failure", "normal": "warning", "low": "info"}
INSTALL = 'sudo apt install apprise, or name its place: program = "/path/to/apprise"'


class AppriseChannel:
    """One file of addresses."""

    def __init__(self, options: Mapping[str, object]) -> None:
        self._urls_file = str(options["urls_file"])
        self._program = str(options.get("program", "apprise"))
        self._child = Child("apprise", time_limit_s=TIME_LIMIT_S)

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
        argv = [self._program, f"--config={place}", f"--title={title(alert)}", "--input-format=text"]
        argv.append(
            f"--notification-type={'success' if alert.event in ('recovered', 'topup') else KIND[urgency(alert)]}"
        )
        if not place.is_file():
            raise DeliveryError(f"{place} is not there: write the addresses into it, one a line", retry_after_s=600.0)
        try:
            ended = self._child.run(argv, stdin="\n\n".join(paragraphs(alert)).encode())
        except FileNotFoundError as error:
            raise DeliveryError(f"{self._program} is not there: {INSTALL}", retry_after_s=3600.0) from error
        except OSError as error:
            raise DeliveryError(f"{self._program} cannot be run: {error.strerror}", retry_after_s=3600.0) from error
        if ended.code != 0:
            raise DeliveryError(f"apprise {ended.how}: not every address took it")

    def cancel(self) -> None:
        self._child.cancel()
