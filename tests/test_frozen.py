"""modemd.frozen.dataclass does what the library's does."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from modemd.frozen import dataclass
from modemd.records import Measurement, ModemSnapshot, Reading, Sim


@dataclass(frozen=True, slots=True)
class Ours:
    name: str
    count: int = 3
    seen: list[int] = dataclasses.field(default_factory=list)
    path: str = dataclasses.field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    b: str | None = None
    a: int

    def __repr__(self) -> str:
        return f"<{self.a}>"


def test_made_compared_and_shown() -> None:
    """Defaults, positions, equality by fields that count and by class, and the library's repr."""
    one = Ours("x")
    assert (one.name, one.count, one.seen, one.path) == ("x", 3, [], "")
    assert one == Ours("x", 3, [], "elsewhere")
    assert one != Ours("y")
    assert one != ("x", 3, [])  # type: ignore[comparison-overlap]
    assert one.seen is not Ours("x").seen
    assert repr(one) == "Ours(name='x', count=3, seen=[])"
    assert repr(Named(a=2)) == "<2>"
    assert hash(Named(a=2)) == hash(Named(b=None, a=2))
    assert len({Named(a=2), Named(a=2), Named(a=3)}) == 2
    with pytest.raises(TypeError):
        Named(2)  # type: ignore[call-arg, arg-type]
    with pytest.raises(TypeError):
        hash(one)  # a list in it, as with the library


def test_frozen() -> None:
    """No field is set, deleted or added."""
    one = Ours("x")
    for name in ("name", "path"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, name, "y")
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(one, name)
    with pytest.raises(AttributeError):
        one.other = 1  # type: ignore[attr-defined]
    assert one == Ours("x")
    assert not hasattr(one, "__dict__")


def test_with_the_library_s_functions() -> None:
    """fields(), replace(), asdict(), match, copies and pickles."""
    one, field_name = Ours("x", 4, [1]), "name"
    assert [field.name for field in dataclasses.fields(one)] == ["name", "count", "seen", "path"]
    assert dataclasses.replace(one, count=5) == Ours("x", 5, [1])
    assert dataclasses.asdict(one) == {"name": "x", "count": 4, "seen": [1], "path": ""}
    match one:
        case Ours(name, count):
            assert (name, count) == ("x", 4)
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(other, field_name, "y")


def test_only_for_what_it_does() -> None:
    """A class without slots would quietly get them."""
    with pytest.raises(TypeError):

        @dataclass(frozen=True, slots=False)
        class Loose:
            pass


def test_the_records_are_frozen() -> None:
    """The records that threads exchange."""
    for one in (Sim(), Reading(kind="other"), ModemSnapshot(modem="home")):
        name = dataclasses.fields(one)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, name, "x")
    assert dataclasses.is_dataclass(Measurement)


def test_no_more_than_it_promises() -> None:
    """Inherited fields and `__post_init__` would be lost without a word."""
    with pytest.raises(TypeError):

        @dataclass(frozen=True, slots=True)
        class Derived(Ours):
            more: int = 0

    with pytest.raises(TypeError):

        @dataclass(frozen=True, slots=True)
        class After:
            def __post_init__(self) -> None: ...


@dataclass(slots=True)
class Counter:
    name: str
    seen: list[int] = dataclasses.field(default_factory=list)
    count: int = 0


@dataclass(eq=False, slots=True)
class Ticket:
    number: int


def test_those_that_change() -> None:
    """frozen=False: fields are set, nothing is added; compared by fields and not hashed, or by identity."""
    one = Counter("x")
    one.count += 1
    one.seen.append(1)
    assert one == Counter("x", [1], 1) != Counter("x")
    assert dataclasses.replace(one, name="y") == Counter("y", [1], 1)
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert repr(one) == "Counter(name='x', seen=[1], count=1)"
    with pytest.raises(AttributeError):
        one.other = 1  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        hash(one)
    ticket = Ticket(1)
    assert ticket != Ticket(1)
    assert len({ticket, Ticket(1)}) == 2
