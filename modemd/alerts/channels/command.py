"""The `command` channel: a program of the user's own, with the alert in its environment.

    [[channel]]
    type = "command"
    run = ["/usr/local/bin/on-alert"]

The program is started as it is listed, never through a shell, in a session of its own, with standard input at
/dev/null. It has 30 s; then it and its children are killed. Exit 0 is the receipt; anything else is tried again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from modemd.alerts.channels.child import GRACE_S, Child
from modemd.alerts.channels.options import fault
from modemd.clock import rfc3339
from modemd.errors import DeliveryError, Problem
from modemd.records import Alert

TIME_LIMIT_S = 30.0
NOT_THERE = "{name} does not exist: install it, or correct `run`"

# What a script needs to run. Everything else the daemon has (NOTIFY_SOCKET, WATCHDOG_USEC, CREDENTIALS_DIRECTORY,
# tokens of the unit file) is its own business.
PASSED_ON = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"}
    | {"XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"}
    | {"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}
)


class CommandChannel:
    """One configured program. Options: run, a list of strings; it is looked up on PATH when it has no slash."""

    def __init__(
        self, options: Mapping[str, object], *, time_limit_s: float = TIME_LIMIT_S, grace_s: float = GRACE_S
    ) -> None:
        run = options["run"]
        if not isinstance(run, list | tuple):
            raise TypeError("options that check() did not see")
        self._run = [str(part) for part in run]
        self._child = Child(self._run[0], time_limit_s=time_limit_s, grace_s=grace_s)

    @staticmethod
    def check(options: Mapping[str, object]) -> list[Problem]:
        """What is wrong with these keys. A program that is missing today is no fault: it may come with a mount."""
        problems = [
            fault(key, value, "a command channel has only `run`; remove this")
            for key, value in options.items()
            if key != "run"
        ]
        run = options.get("run")
        cure = 'write the program and its arguments as a list of strings: run = ["/usr/local/bin/on-alert"]'
        if "run" not in options:
            problems.append(fault("run", None, cure))
        elif not isinstance(run, list | tuple) or not run or not all(isinstance(part, str) for part in run):
            problems.append(fault("run", run, cure))
        elif not run[0].strip():
            problems.append(fault("run", run, "the first string names the program"))
        elif any("\0" in part for part in run):
            problems.append(fault("run", run, "remove the NUL character"))
        return problems

    @staticmethod
    def lacks(options: Mapping[str, object]) -> list[Problem]:
        """Whether the program is there and may be run by anybody."""
        run = options["run"]
        name = str(run[0]) if isinstance(run, list | tuple) else ""
        why = _not_runnable(name)
        return [] if why is None else [fault("run", name, why)]

    @staticmethod
    def label(options: Mapping[str, object]) -> str:
        """Type and program: "command:on-alert"."""
        run = options["run"]
        return f"command:{Path(str(run[0])).name}" if isinstance(run, list | tuple) else "command"

    def send(self, alert: Alert) -> None:
        """Run the program for this alert. Raises DeliveryError saying why it was not received, in one line."""
        name = self._run[0]
        try:
            ended = self._child.run(self._run, env=_environment(alert))
        except FileNotFoundError as error:
            raise DeliveryError(NOT_THERE.format(name=name)) from error
        except PermissionError as error:
            raise DeliveryError(f"{name} may not be run by modemd's user: chmod +x, and its folders too") from error
        except OSError as error:
            raise DeliveryError(f"{name} cannot be run: {error.strerror or error}: does it begin with #! ?") from error
        if ended.code != 0:
            raise DeliveryError(f"{name} {ended.how}")

    def cancel(self) -> None:
        """Kill a running program with its children, and start none any more."""
        self._child.cancel()


def _not_runnable(name: str) -> str | None:
    """Why no user could run this program, a line with its cure; None where one could, or this user may not look."""
    if "/" not in name:
        import shutil  # late, like the program itself

        there = shutil.which(name) is not None
        return None if there else f"there is no program {name} on PATH: install it, or write its whole path"
    try:
        mode = Path("/", name).stat().st_mode  # as `send` starts it, in the folder /
    except (FileNotFoundError, NotADirectoryError):
        return NOT_THERE.format(name=name)
    except OSError:
        return None
    if not stat.S_ISREG(mode):
        return f"{name} is no program: correct `run`"
    return None if mode & 0o111 else f"{name} is not executable: sudo chmod 755 {name}"


def _environment(alert: Alert) -> dict[str, bytes]:
    own = {
        "MODEMD_ALERT_ID": alert.id,
        "MODEMD_EVENT": alert.event,
        "MODEMD_LEVEL": alert.level,
        "MODEMD_MODEM": alert.modem,
        "MODEMD_OPERATOR": alert.operator or "",
        "MODEMD_BALANCE": "" if alert.balance is None else format(alert.balance, "f"),
        "MODEMD_CURRENCY": alert.currency or "",
        "MODEMD_TAKEN_AT": rfc3339(alert.taken_at) or "",
        "MODEMD_TEXT": alert.text,
        "MODEMD_ADVICE": alert.advice or "",
        "MODEMD_REMINDER": str(alert.reminder),
    }
    if alert.rehearsal:
        own["MODEMD_REHEARSAL"] = "1"
    passed = {key: os.fsencode(value) for key, value in os.environ.items() if key in PASSED_ON or key[:3] == "LC_"}
    passed.setdefault("PATH", os.fsencode(os.defpath))
    return passed | {key: value.replace("\0", "").encode("utf-8", "replace") for key, value in own.items()}
