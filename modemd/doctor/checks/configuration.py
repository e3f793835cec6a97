"""The configuration file: there, readable, without a fault, and what the daemon runs."""

from __future__ import annotations

import json

from modemd.doctor.facts import ConfigFile, Facts
from modemd.doctor.findings import Finding, Severity, split
from modemd.errors import Problem

CHECK = "configuration"
PIN_FILE = ".pin_file"


def file(facts: Facts) -> list[Finding]:
    """A finding for each fault of the file and each file that it names and that is not there; notes about settings
    without effect."""
    config = facts.config
    if config is None:
        return []
    if config.missing:
        if facts.daemon.mute and not config.named:
            text = "there is no such file, and which one the daemon runs is not known"
            return [Finding(CHECK, "note", config.path, text, "name it with --config FILE")]
        running = facts.daemon.reached
        text = "there is no such file" + (", and the daemon will not start without it" if running else "")
        cure = "write it (config/modemd.toml documents every key), or name another with --config FILE"
        return [Finding(CHECK, "fault", config.path, text, cure)]
    if config.unreadable:
        return [_unreadable(config, facts)]
    found = [
        Finding(
            CHECK, "fault", problem.file, f"{problem.key}{shown} is wrong" if problem.key else "faulty", problem.cure
        )
        for problem in config.problems
        for shown in (f" = {problem.value}" if problem.value else "",)
    ]
    found += [Finding(CHECK, "note", config.path, *split(remark)) for remark in config.remarks]
    found += [_lacking(problem) for problem in config.lacking if not _elsewhere(problem, facts)]
    if config.modems is not None and facts.daemon.reached and not facts.daemon.old and facts.daemon.config is not None:
        found += _not_loaded(config, facts)
    return found or [Finding(CHECK, "ok", config.path, "no fault in it")]


# --- helpers


def _unreadable(config: ConfigFile, facts: Facts) -> Finding:
    # Whoever is outside the file's group gains nothing by other rights of the file.
    cure = "sudo modemd doctor"
    severity: Severity = "note" if facts.daemon.reached else "warning"
    return Finding(CHECK, severity, config.path, "this user may not read it, so it was not checked", cure)


def _lacking(problem: Problem) -> Finding:
    """Without its program a channel warns nobody; a PIN is missed only where the SIM asks for it, which `sim` says."""
    text, cure = split(problem.cure)
    severity: Severity = "warning" if problem.key.endswith(PIN_FILE) else "fault"
    return Finding(CHECK, severity, problem.file, f"{problem.key} = {problem.value}: {text}", cure)


def _elsewhere(problem: Problem, facts: Facts) -> bool:
    """Whether it is a PIN file that the daemon has from elsewhere: a systemd credential."""
    used = [json.dumps(modem.pin_file, ensure_ascii=False) for modem in facts.modems if modem.pin_file is not None]
    return problem.key.endswith(PIN_FILE) and bool(used) and problem.value not in used


def _not_loaded(config: ConfigFile, facts: Facts) -> list[Finding]:
    """Modems and channels that the file has and the daemon does not, or the other way round."""
    running, own = facts.daemon.config, config.path
    if running != own:
        text = f"the daemon runs {running}, not this file"
        return [Finding(CHECK, "note", own, text, "leave --config out to look at what runs")]
    same = set(config.modems or ()) == {modem.name for modem in facts.modems}
    if facts.channels is not None and config.channels is not None:
        same = same and config.channels == len(facts.channels)
    if same:
        return []
    text = "the daemon has not read it since it was changed"
    return [Finding(CHECK, "warning", own, text, "sudo systemctl reload modemd")]
