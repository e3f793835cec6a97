"""Does the daemon run, may this user ask it, and is it of this version?"""

from __future__ import annotations

from modemd.doctor.facts import Facts
from modemd.doctor.findings import Finding, split

RESTART = "sudo systemctl restart modemd"


def service(facts: Facts) -> list[Finding]:
    """One finding "daemon"."""
    daemon = facts.daemon
    if daemon.line is not None:
        text, cure = split(daemon.line, cure="look at journalctl -u modemd -e")
        return [Finding("daemon", "fault", "daemon", text, cure)]
    if daemon.old or (daemon.version and daemon.version != daemon.own_version):
        text = f"the daemon is version {daemon.version or '?'}, this program is {daemon.own_version}"
        return [Finding("daemon", "warning", "daemon", text, RESTART)]
    if daemon.store is not None:
        text, cure = split(daemon.store, cure="free some space on its disk")
        return [Finding("daemon", "fault", "daemon", text, cure)]
    return [Finding("daemon", "ok", "daemon", f"it runs, version {daemon.version}")]
