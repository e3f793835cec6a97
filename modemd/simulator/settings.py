"""The settings of the fake modem: what each AT port has for itself, what all ports share, what outlives a power cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping

from modemd.simulator.profiles import COMMON, FAMILIES, Family
from modemd.simulator.scenario import SERVICE_CENTRE, Scenario

# By command name without prefix. Qualcomm's and others' stacks keep these for each port.
OWN_OF_A_PORT = frozenset({"E", "V", "Q", "CMEE", "CSCS", "CMGF", "CSDH"})
# What ATZ leaves alone: it sets parameters, it does not switch radio or registration.
_NOT_RESET = frozenset({"CFUN", "COPS", "COPS_FORMAT", "CUSD", "CPMS", "CSCA"})


class Settings(MutableMapping[str, str]):
    """One view on several tables: a value is written where its name is, a new one into the table of all ports."""

    def __init__(self, own: dict[str, str], shared: dict[str, str], nvram: dict[str, str]) -> None:
        self.own = own
        self._shared = shared
        self._nvram = nvram

    def __getitem__(self, name: str) -> str:
        return self._table(name)[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._table(name)[name] = value

    def __delitem__(self, name: str) -> None:
        del self._table(name)[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._shared, **self._nvram, **self.own})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _table(self, name: str) -> dict[str, str]:
        tables = (self.own, self._nvram, self._shared)
        return next((table for table in tables if name in table), self._shared)


def first_nvram(scenario: Scenario, family: Family) -> dict[str, str]:
    """What the modem keeps for good, as somebody left it before the start."""
    kept = {name[1:]: family.settings[name][0] for name in family.nvram}
    if family.rat is not None:
        kept |= family.rat.defaults
    return kept | {name: value for name, value in _given(scenario).items() if name in kept}


def rat_setting_fault(scenario: Scenario) -> str | None:
    """Which of [settings] is no value that the family's RAT command could have written; None = all are."""
    family = FAMILIES[scenario.profile]
    if family.rat is None:
        return None
    kept = first_nvram(scenario, family)
    try:
        family.rat.allows(kept)
        family.rat.packet_only(kept)
    except (KeyError, IndexError):
        return next((name for name in family.rat.defaults if name in _given(scenario)), None)
    return None


def fresh_own(scenario: Scenario, family: Family) -> dict[str, str]:
    """What a port begins with."""
    own = {name[1:]: COMMON[name][0] for name in COMMON if name[1:] in OWN_OF_A_PORT}
    own |= {
        "E": "1" if scenario.echo else "0",
        "V": "1",
        "Q": "0",
        "CSCS": scenario.charset or family.charset,
        "CMGF": "1" if scenario.sms_mode == "text" else "0",
    }
    return own | {name: value for name, value in _given(scenario).items() if name in own}


def fresh_shared(scenario: Scenario, family: Family) -> dict[str, str]:
    """What power-on gives: the family's defaults, and the scenario's own values over them."""
    kept = first_nvram(scenario, family)
    shared = {name[1:]: value for name, (value, _) in {**COMMON, **family.settings}.items()}
    shared |= {
        "CPMS": ",".join([f'"{scenario.storages[0]}"'] * 3),
        "CNMI": scenario.cnmi or shared["CNMI"],
        "CREG": "0",
        "CGREG": "0",
        "CEREG": "0",
        "COPS": "0",
        "COPS_FORMAT": "0",
        "CFUN": "1",
        "CUSD": "0",
        "CSCA": SERVICE_CENTRE,
    }
    shared |= _given(scenario)
    return {name: value for name, value in shared.items() if name not in OWN_OF_A_PORT and name not in kept}


def after_reset(scenario: Scenario, family: Family) -> dict[str, str]:
    """What ATZ and AT&F set of what all ports share."""
    fresh = fresh_shared(scenario, family)
    return {name: value for name, value in fresh.items() if name not in _NOT_RESET}


def _given(scenario: Scenario) -> Mapping[str, str]:
    """[settings] by the names used here."""
    return {name.lstrip("+^#!").upper(): value for name, value in scenario.settings.items()}
