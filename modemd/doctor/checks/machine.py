"""State folder, clock, and what could not be looked at."""

from __future__ import annotations

from modemd.doctor.facts import Facts
from modemd.doctor.findings import Finding, Severity

LITTLE_BYTES = 50 << 20  # the history grows by some kilobytes a day; what fills a card fills it with megabytes
NOTHING_BYTES = 1 << 20  # SQLite needs room for its journal to write at all
FIRST_YEAR = 2026  # before this program was made: a Pi without a battery starts in the past


def folder(facts: Facts) -> list[Finding]:
    """Room on the disk, and whether the state folder is there, writable and private."""
    state = facts.folder
    if state is None:
        return []
    found = []
    if state.read_only:
        text = "its file system is read only, so nothing is remembered"
        cure = "mend it (dmesg shows why; SD cards end like this), then: sudo mount -o remount,rw /"
        found.append(Finding("state", "fault", state.path, text, cure))
    if state.free_bytes is not None and state.free_bytes < LITTLE_BYTES:
        severity: Severity = "fault" if state.free_bytes < NOTHING_BYTES else "warning"
        text = f"{state.free_bytes >> 20} MB are free on its disk"
        found.append(Finding("state", severity, state.path, text, "free some space: sudo journalctl --vacuum-size=50M"))
    if state.missing and facts.daemon.reached:
        text, cure = "the daemon's state folder is gone", "sudo systemctl restart modemd"
        found.append(Finding("state", "fault", state.path, text, cure))
    if not state.missing and state.mode is not None and state.mode & 0o077:
        text = f"others may look into it (mode {state.mode:04o})"
        found.append(Finding("state", "warning", state.path, text, f"sudo chmod 700 {state.path}"))
    return found or [Finding("state", "ok", state.path, f"{(state.free_bytes or 0) >> 20} MB are free")]


def clock(facts: Facts) -> list[Finding]:
    """A clock that was never set, or that nothing keeps right."""
    if facts.now.year < FIRST_YEAR:
        text = f"it says {facts.now:%Y-%m-%d}: it was not set, so ages and schedules are wrong"
        return [
            Finding("clock", "fault", "clock", text, "connect to the internet, or: sudo date -s '2026-01-31 12:00'")
        ]
    if facts.synchronized is False:
        text = "it is not set from the network, so ages and schedules may be wrong"
        cure = "sudo timedatectl set-ntp true, and give the machine a way to a time server, or a clock with a battery"
        return [Finding("clock", "warning", "clock", text, cure)]
    known = "set from the network" if facts.synchronized else "it looks right"
    return [Finding("clock", "ok", "clock", known)]


def unseen(facts: Facts) -> list[Finding]:
    """What could not be looked at."""
    root = any(user.role == "you" and user.uid == 0 for user in facts.users)
    cure = "" if root else "sudo modemd doctor may see more"
    return [Finding("look", "note", look.what, f"could not be looked at: {look.why}", cure) for look in facts.unseen]
