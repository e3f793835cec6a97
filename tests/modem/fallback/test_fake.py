"""The same on the fake modem, which knows the makes' commands from their manuals and not from at/makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modemd.backends.at.backend import AtBackend
from modemd.modem.timeouts import FallbackLimits
from modemd.store import Store

SCENARIO = """
[modem]
profile = "{profile}"
rat = "LTE"
ussd_on = ["UMTS", "GSM"]
{more}
[[ussd]]
code = "*100#"
replies = ["Balance 7.50"]
"""
PROFILES = ("huawei", "quectel", "quectel-5g", "simcom", "zte", "sierra", "telit", "fibocom", "cinterion", "mediatek")


@pytest.fixture
def play(
    fake_modem: Any, new_bench: Any, new_backend: Any, store: Store, limits: FallbackLimits
) -> Iterator[Callable[..., tuple[Any, Any]]]:
    """play(profile, more): a fake modem with further keys of [modem], and a bench on it."""
    backends: list[AtBackend] = []

    def start(profile: str, more: str = "") -> tuple[Any, Any]:
        fake = fake_modem(SCENARIO.format(profile=profile, more=more))
        backend = new_backend(fake.path)
        backends.append(backend)
        return fake, new_bench(None, backend, store, limits=limits)

    yield start
    for backend in backends:
        backend.close()


def choice(fake: Any) -> dict[str, str]:
    """All settings of the modem, but for whether +CUSD is shown, which a request turns on (27.007 7.15)."""
    return {name: value for name, value in fake.settings.items() if name != "CUSD"}


@pytest.mark.parametrize("profile", PROFILES)
def test_there_and_back(profile: str, play: Any) -> None:
    """Every family gets its answer on another RAT, and has its own setting and LTE again."""
    fake, bench = play(profile)
    before = choice(fake)
    trip = bench.query()
    assert (trip.answer.text, trip.hint) == ("Balance 7.50", None)
    assert (choice(fake), fake.rat) == (before, "LTE")


@pytest.mark.parametrize("how", ["cme30", "silence", "cusd4", "lost-registration"])
def test_each_way_to_have_no_ussd(how: str, play: Any) -> None:
    """However LTE says that it has no USSD, also where the modem is thrown off the network for having asked."""
    after = 'no_ussd_after = "50ms"' if how == "lost-registration" else ""
    fake, bench = play("telit", f'no_ussd = "{how}"\n{after}')
    before = choice(fake)
    trip = bench.query()
    assert (trip.answer.text, trip.rat) == ("Balance 7.50", "UMTS")
    assert (choice(fake), fake.rat) == (before, "LTE")


@pytest.mark.parametrize("switch", ["ignored", "refused"])
def test_command_without_effect(switch: str, play: Any) -> None:
    """Firmware that writes nothing, or refuses: no second request, no change."""
    fake, bench = play("huawei", f'rat_switch = "{switch}"')
    before = choice(fake)
    trip = bench.query()
    assert trip.answer is None
    assert "does not heed" in trip.hint
    assert (choice(fake), fake.rat, fake.queries) == (before, "LTE", ["*100#"])


def test_kill(play: Any) -> None:
    """The process is gone while the modem is on UMTS; the modem has lost its power since. The next one mends it."""
    fake, bench = play("huawei")
    own = fake.settings["SYSCFGEX"]
    assert bench.enter("UMTS")
    assert fake.rat == "UMTS"
    bench.backend.close()
    fake.unplug()
    fake.replug()
    bench.backend.open()
    assert fake.rat == "UMTS"
    assert bench.recover() is None
    assert (fake.settings["SYSCFGEX"], fake.rat) == (own, "LTE")


def test_domain(play: Any) -> None:
    """A modem set to data only is recognised on the wire."""
    _, bench = play("quectel")
    bench.modem.command('AT+QCFG="servicedomain",1,1')
    assert "data only" in bench.query().hint
