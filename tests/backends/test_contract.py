"""What modem/ relies on in every back end. Each test runs on each of them (subjects.py)."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from modemd.backends import base
from modemd.backends.base import Backend, UssdRequest
from modemd.errors import ModemdError, ModemError, ModemSilent, PortAbsent, PortLost, SimError
from modemd.records import Cause, Device, Network, Sim, UssdMessage
from tests.backends.subjects import SUBJECTS, Owner, Subject

CAPABILITIES = {
    "pin": base.PinEntry,
    "sms": base.SmsAccess,
    "radio": base.RadioControl,
    "power": base.PowerControl,
    "tap": base.WireTap,
}
BOUND_S = 5.0  # what a request of TIMEOUT_S may take in all, on the clock of its back end
TIMEOUT_S = 0.6


@pytest.fixture
def owner() -> Iterator[Owner]:
    owner = Owner()
    yield owner
    owner.close()


@pytest.fixture(params=list(SUBJECTS.values()), ids=list(SUBJECTS))
def subject(request: pytest.FixtureRequest, tmp_path: Path, owner: Owner) -> Iterator[Subject]:
    made: Subject = request.param(tmp_path, owner.host)
    yield made
    made.close()


@pytest.fixture
def backend(subject: Subject) -> Backend:
    """Open, on a modem that has said who it is."""
    subject.backend.open()
    subject.backend.identify()
    return subject.backend


def wanted(code: str = "*100#", **options: Any) -> UssdRequest:
    return UssdRequest(code=code, **{"timeout_s": TIMEOUT_S, **options})


# --- life


def test_open_and_close_may_come_twice(subject: Subject) -> None:
    backend = subject.backend
    backend.open()
    backend.open()
    assert backend.registration().registered is True
    backend.close()
    backend.close()
    backend.open()
    assert backend.registration().registered is True


def test_closed_before_it_was_open(subject: Subject) -> None:
    subject.backend.close()
    subject.backend.open()


def test_absent(subject: Subject) -> None:
    """PortAbsent, with what to do; and open() finds the modem when it is there."""
    subject.unplug()
    with pytest.raises(PortAbsent, match=r"\w+ .*: \w+"):
        subject.backend.open()
    subject.backend.close()
    subject.plug()
    subject.backend.open()


def test_present_tells_coming_from_going(subject: Subject) -> None:
    """Without the modem it is false; what stands for one that came back is not what stood for none."""
    backend = subject.backend
    assert backend.present()
    subject.unplug()
    gone = backend.present()
    assert not gone
    subject.plug()
    assert backend.present()
    assert backend.present() != gone


def test_unplugged_while_it_is_open(subject: Subject, backend: Backend) -> None:
    """PortLost from the wait, and whatever else is asked is a ModemError until it is opened again."""
    subject.unplug()
    with pytest.raises(PortLost):
        backend.wait(2.0)
    with pytest.raises(ModemError):
        backend.registration()
    backend.close()
    subject.plug()
    backend.open()
    assert backend.registration().registered is True


def test_it_says_where_it_is(subject: Subject, backend: Backend) -> None:
    """Also after it could not be opened: people are told of it."""
    assert backend.address
    subject.unplug()
    backend.close()
    with pytest.raises(PortAbsent):
        backend.open()
    assert backend.address


# --- who and where


def test_identify(subject: Subject) -> None:
    backend = subject.backend
    backend.open()
    device, sim = backend.identify()
    assert isinstance(device, Device)
    assert isinstance(sim, Sim)
    assert (device, sim) == (backend.device, backend.sim)
    assert device.imei is not None
    assert (backend.imei(), backend.imsi()) == (device.imei, sim.imsi)


def test_without_a_sim(subject: Subject) -> None:
    """The reason by its stable code, and the modem is known all the same."""
    subject.without_sim()
    backend = subject.backend
    backend.open()
    with pytest.raises(SimError) as raised:
        backend.identify()
    assert raised.value.code == "no sim"
    assert backend.device.imei is not None
    assert backend.sim.imsi is None


@pytest.mark.parametrize("yes", [True, False])
def test_registration(subject: Subject, backend: Backend, yes: bool) -> None:
    subject.registered(yes)
    found = backend.registration()
    assert isinstance(found, Network)
    assert found.registered is yes
    assert isinstance(backend.details(found), Network)


# --- USSD


def test_an_answer(subject: Subject, backend: Backend) -> None:
    subject.answers("*100#", (0, "Balance 12.50"))
    result = backend.ussd(wanted())
    assert (result.status, result.text, result.turns) == ("done", "Balance 12.50", ("Balance 12.50",))
    assert (result.code, result.error, result.cause, result.hint) == ("*100#", None, None, None)
    assert result.raw
    assert backend.answers_due == 0
    assert isinstance(backend.explain(result), tuple)


def test_a_menu_that_is_answered(subject: Subject, backend: Backend) -> None:
    """`ask` gets the menu while the session is open, and its answer goes into it."""
    subject.answers("*100#", (1, "1 Balance"))
    subject.answers("1", (0, "Balance 12.50"))
    seen: list[tuple[str | None, bool]] = []

    def ask(message: UssdMessage) -> str | None:
        seen.append((message.text, backend.menu_open))
        return "1"

    result = backend.ussd(wanted(ask=ask))
    assert seen == [("1 Balance", True)]
    assert (result.status, result.text, result.turns) == ("done", "Balance 12.50", ("1 Balance", "Balance 12.50"))


def test_a_menu_that_is_not(subject: Subject, backend: Backend) -> None:
    """It is the result, and the session is over: the next request is answered."""
    subject.answers("*100#", (1, "1 Balance"))
    result = backend.ussd(wanted())
    assert (result.status, result.text, result.error) == ("action_required", "1 Balance", None)
    assert not backend.menu_open
    subject.answers("*101#", (0, "Fine"))
    assert backend.ussd(wanted("*101#")).text == "Fine"


def test_the_network_ends_the_session(subject: Subject, backend: Backend) -> None:
    subject.answers("*100#", (2, "Balance 12.50"))
    result = backend.ussd(wanted())
    assert (result.status, result.text, result.error) == ("terminated", "Balance 12.50", None)


def test_no_answer(subject: Subject, backend: Backend) -> None:
    """In bounded time, with the cause that policy reads, the line that people read, and one answer due."""
    subject.answers("*100#", None)
    began = subject.now()
    result = backend.ussd(wanted())
    assert TIMEOUT_S * 0.9 <= subject.now() - began < BOUND_S
    assert (result.status, result.error, result.cause, result.text) == ("timeout", "no answer", Cause.NO_ANSWER, None)
    assert result.hint
    assert backend.answers_due == 1


def test_total_s_ends_it_before_timeout_s(subject: Subject, backend: Backend) -> None:
    subject.answers("*100#", None)
    began = subject.now()
    assert backend.ussd(wanted(timeout_s=60.0, total_s=TIMEOUT_S)).cause is Cause.NO_ANSWER
    assert subject.now() - began < BOUND_S


def test_a_late_text_is_an_event(subject: Subject, backend: Backend, owner: Owner) -> None:
    """Never the next request's answer, whether it comes between two requests or right before one."""
    subject.answers("*100#", None, (0, "mine"), (0, "mine too"))
    backend.ussd(wanted())
    subject.says("late")
    backend.wait(3.0, until=lambda: bool(owner.events))
    assert owner.texts == ["late"]
    assert backend.ussd(wanted()).text == "mine"
    assert backend.answers_due == 0
    subject.says("late again")
    assert backend.ussd(wanted()).text == "mine too"
    assert owner.texts == ["late", "late again"]


def test_a_cancelled_request(subject: Subject, backend: Backend, owner: Owner) -> None:
    """`cancelled` is asked when the pipe is readable, and empties it."""
    subject.answers("*100#", None)
    owner.wake()
    began = subject.now()
    result = backend.ussd(wanted(timeout_s=60.0, cancelled=owner.woken))
    assert subject.now() - began < BOUND_S
    assert (result.error, result.cause, result.text) == ("cancelled", Cause.CANCELLED, None)
    assert not backend.menu_open


def test_cancelled_in_a_menu(subject: Subject, backend: Backend, owner: Owner) -> None:
    """Who asked goes away while the menu is open: the session is ended."""
    subject.answers("*100#", (1, "1 Balance"))
    subject.answers("1", None)

    def ask(_message: UssdMessage) -> str | None:
        owner.wake()
        return "1"

    result = backend.ussd(wanted(timeout_s=60.0, ask=ask, cancelled=owner.woken))
    assert (result.cause, result.turns) == (Cause.CANCELLED, ("1 Balance",))
    subject.answers("*101#", (0, "Fine"))
    assert backend.ussd(wanted("*101#")).text == "Fine"


# --- waiting


def test_wait_ends_by_the_pipe(backend: Backend, owner: Owner) -> None:
    """At once, also without a limit; the pipe is left as it is."""
    owner.wake()
    assert backend.wait(None) is True
    assert backend.wait(60.0) is True
    assert owner.woken()


def test_wait_is_woken_by_another_thread(backend: Backend, owner: Owner) -> None:
    thread = threading.Timer(0.05, owner.wake)
    thread.start()
    assert backend.wait(None) is True
    thread.join()


def test_wait_ends_with_its_time(subject: Subject, backend: Backend) -> None:
    began = subject.now()
    assert backend.wait(0.2) is False
    assert 0.19 <= subject.now() - began < BOUND_S
    assert backend.wait(0.0) is False


def test_wait_hands_events_over(subject: Subject, backend: Backend, owner: Owner) -> None:
    """In the thread that waits; `until` ends it."""
    threads: list[int] = []
    events = owner.events

    def until() -> bool:
        threads.append(threading.get_ident())
        return bool(events)

    subject.says("Hello")
    assert backend.wait(3.0, until=until) is False
    assert owner.texts == ["Hello"]
    assert set(threads) == {threading.get_ident()}


def test_interrupted(subject: Subject, backend: Backend, owner: Owner) -> None:
    """An owner that is to end is not held up by a modem that hangs; without its wish the modem is silent."""
    subject.hangs()
    backend.interrupt_by(lambda: True)
    owner.wake()
    with pytest.raises(ModemError) as raised:
        backend.registration()
    assert raised.value.code == "shutting down"
    owner.woken()
    backend.interrupt_by(None)
    began = subject.now()
    with pytest.raises(ModemSilent):
        backend.registration()
    assert subject.now() - began < BOUND_S


# --- capabilities, and errors


@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_capability_is_none_or_whole(subject: Subject, backend: Backend, name: str) -> None:
    """Each method of its protocol, to be called as there."""
    found = getattr(backend, name)
    if found is None:
        return
    for member, declared in vars(CAPABILITIES[name]).items():
        if member.startswith("_"):
            continue
        assert hasattr(found, member), member
        if callable(declared):
            expected = list(inspect.signature(declared).parameters)[1:]
            assert list(inspect.signature(getattr(found, member)).parameters) == expected, member


def calls(backend: Backend) -> dict[str, Callable[[], object]]:
    """Everything that reads something."""
    found: dict[str, Callable[[], object]] = {
        "identify": backend.identify,
        "registration": backend.registration,
        "details": partial(backend.details, Network()),
        "imei": backend.imei,
        "imsi": backend.imsi,
        "spn": backend.spn,
        "uplink": backend.uplink,
        "ussd": partial(backend.ussd, wanted()),
        "wait": partial(backend.wait, 0.0),
        "check": backend.check,
        "began": backend.began,
        "failed": partial(backend.failed, ModemError("it failed")),
        "restarted": backend.restarted,
        "answered": backend.answered,
        "unanswered": backend.unanswered,
    }
    if backend.sms is not None:
        found |= {
            "storages": backend.sms.storages,
            "announces": backend.sms.announces,
            "list": partial(backend.sms.list, may_mark=False),
        }
    if backend.radio is not None:
        found |= {"radio": backend.radio.state, "saved": partial(backend.radio.saved, "nonsense")}
    if backend.power is not None:
        found |= {"why_not": partial(backend.power.why_not, "usb", silent=True), "radio_off": backend.power.radio_off}
    if backend.pin is not None:
        found |= {"pin state": backend.pin.state, "tries": backend.pin.tries_left}
    return found


@pytest.mark.parametrize("when", ["never open", "closed", "unplugged"])
def test_nothing_raises_anything_else(subject: Subject, when: str) -> None:
    """Whatever is asked of a modem that is not there: a ModemdError of one line, or an answer."""
    backend = subject.backend
    if when != "never open":
        backend.open()
        backend.identify()
    if when == "closed":
        backend.close()
    if when == "unplugged":
        subject.unplug()
    said: list[str] = []
    for call in calls(backend).values():
        try:
            call()
        except ModemdError as error:
            said.append(error.message)
    assert all(said), said
    assert not any("\n" in line for line in said), said
    backend.close()
    with pytest.raises(ModemError):
        backend.ussd(wanted())
