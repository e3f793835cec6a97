"""Who may open the modem's port: the daemon's user, and whoever asks."""

from __future__ import annotations

from modemd.doctor.facts import Access, Facts, ModemFacts, User
from modemd.doctor.findings import Finding, Severity

READ_WRITE = 0o6


def ports(facts: Facts) -> list[Finding]:
    """For each modem whose port is there: may the daemon's user open it? Without a daemon also: may this user?"""
    found = []
    for modem in facts.modems:
        if modem.access is None or modem.state == "blocked":
            continue  # a daemon that is kept out says so itself, and says why
        for user in facts.users:
            if user.role == "you" and facts.daemon.reached:
                continue
            found.append(_finding(modem, modem.access, user))
    return found


def may_open(user: User, access: Access) -> bool:
    """By owner, group and permission bits, as the kernel decides (path_resolution(7))."""
    if user.uid == 0:
        return True
    if user.uid == access.uid:
        return access.mode >> 6 & READ_WRITE == READ_WRITE
    if access.gid in user.gids:
        return access.mode >> 3 & READ_WRITE == READ_WRITE
    return access.mode & READ_WRITE == READ_WRITE


# --- helpers


def _finding(modem: ModemFacts, access: Access, user: User) -> Finding:
    if may_open(user, access):
        return Finding("rights", "ok", modem.name, f"{user.name} may open {access.path}")
    text = f"{user.name} may not open {access.path}, which belongs to the group {access.group}"
    cure = f"sudo usermod -aG {access.group} {user.name}, then restart modemd (or log in again)"
    if access.gid == 0 or access.mode >> 3 & READ_WRITE != READ_WRITE:
        text = f"{user.name} may not open {access.path} (owner {access.uid}, group {access.group}, {access.mode:04o})"
        cure = f'give it to dialout with a udev rule: SUBSYSTEM=="tty", KERNEL=="{_kernel(access)}", GROUP="dialout"'
    # The service gets the group from its unit; somebody who looks may not need the port at all.
    severity: Severity = "fault" if user.role == "daemon" and modem.state is not None else "note"
    return Finding("rights", severity, modem.name, text, cure)


def _kernel(access: Access) -> str:
    return access.path.rpartition("/")[2].rstrip("0123456789") + "*"
