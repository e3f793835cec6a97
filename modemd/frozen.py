"""dataclass(frozen=True, slots=True) in a quarter of the time.

The library writes and compiles six methods for each such class: 80 classes are 50 ms of every start here, and half a
second on a Pi Zero. Only `__init__` differs from class to class; the other five are written once, here. What they do is
the library's contract, and fields(), replace(), asdict() and copies work as ever.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]


def _repr(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in _shown(self.__class__))
    return f"{type(self).__qualname__}({values})"


def _eq(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _setattr(self: Any, name: str, value: object) -> None:
    """Each field once, by `__init__`."""
    if hasattr(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _delattr(_self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


_SHARED = {"__repr__": _repr, "__eq__": _eq, "__hash__": _hash, "__setattr__": _setattr, "__delattr__": _delattr}


def _values(one: Any) -> tuple[object, ...]:
    return tuple([getattr(one, name) for name in _compared(one.__class__)])


@cache
def _shown(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls) if field.repr)


@cache
def _compared(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls) if field.compare)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Any:
        """As the library's, of frozen classes with slots alone. What a class defines itself stays its own."""
        if not (frozen and slots):
            raise TypeError("for frozen classes with slots; take the library's dataclass")

        def make(cls: type) -> type:
            shared = {name: method for name, method in _SHARED.items() if name not in vars(cls)}
            made = dataclasses.dataclass(slots=True, kw_only=kw_only, repr=False, eq=False)(cls)
            for name, method in shared.items():
                setattr(made, name, method)
            return made

        return make
