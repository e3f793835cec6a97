"""Checks of the Debian package: installed, upgraded from an older version, purged."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.vm.initrd import SHARE
from tests.vm.trial import FailedError, Trial

OLDER = "0.0.9"
KEPT = 'name = "home"'  # of the configuration that the user wrote
APT = "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0"


def older(package: Path, folder: Path) -> Path:
    """The same package under an earlier version's number: what an upgrade starts from."""
    root = folder / "older"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", str(package), str(root)], check=True)
    control = root / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {OLDER}", control.read_text(), flags=re.M))
    target = folder / f"modemd_{OLDER}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(root), str(target)], check=True, capture_output=True)
    shutil.rmtree(root)
    return target


def install(trial: Trial, file: str) -> str:
    """apt installs it without a network; the service is enabled."""
    trial.run(f"{APT} install {SHARE}/{file}", timeout=600.0)
    # It is on the disk for packages that need it. Refused for one that says so; else what was forgotten shows here.
    trial.run("dpkg --purge procps", code=None)
    enabled = trial.run("systemctl is-enabled modemd", code=None).text
    if enabled != "enabled":
        raise FailedError(f"the service is {enabled}")
    return trial.run("modemd --version").text


def settle(trial: Trial) -> str:
    """What a user does next: the configuration, and a group for who asks."""
    trial.configure()
    trial.run("useradd -m ann && useradd -m eve")
    trial.run("usermod -aG modemd ann && systemctl restart modemd", timeout=240.0)
    return f"READY {trial.wait_active():.0f} s into the boot"


def upgrade(trial: Trial) -> str:
    """The new version comes over the old one: history and configuration stay, the service runs on."""
    before = trial.history()
    pid = trial.run("systemctl show modemd -p MainPID --value").text
    trial.run(f"{APT} install {SHARE}/{trial.package.name}", timeout=600.0)
    version = trial.run("dpkg-query -W -f '${Version}' modemd").text
    if version == OLDER:
        raise FailedError("the old version is still there")
    trial.wait_active()
    trial.wait_state("ready", "quarantine")
    if trial.run("systemctl show modemd -p MainPID --value").text == pid:
        raise FailedError("the old process still runs")
    if not before <= trial.history():
        raise FailedError(f"lost from the history: {before - trial.history()}")
    trial.run(f"grep -q '{KEPT}' /etc/modemd/modemd.toml")
    return f"{OLDER} to {version}, {len(before)} rows kept"


def purge(trial: Trial) -> str:
    """Nothing is left: no process, file, user or group."""
    trial.run(f"{APT} purge modemd", timeout=600.0)
    left = trial.run(
        "ls -d /etc/modemd /var/lib/modemd /run/modemd /usr/bin/modemd 2>/dev/null; grep -l 'modemd' /proc/[0-9]*/comm;"
        "getent passwd modemd; getent group modemd; systemctl list-unit-files --no-legend 'modemd*';"
        "find / -xdev -name '*modemd*' -not -path '/proc/*' -not -path '/var/cache/*' -not -path '/var/lib/apt/*'"
        " -not -path '/var/log/*'",
        code=None,
    ).lines
    if left:
        raise FailedError(f"left behind: {', '.join(left)}")
    trial.run("test -x /usr/bin/python3 && ! systemctl --failed --no-legend | grep modemd")
    return "no process, file, user, group or unit"
