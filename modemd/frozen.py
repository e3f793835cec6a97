"""dataclass(frozen=True, slots=True) in a thirteenth of the time.

The library writes and compiles six methods for each such class: 100 classes are 50 ms of every start here, and half a
second on a Pi Zero. Five of them are the same for all and are written once, here. `__init__` differs from class to
class: it is written when the first record of a class is made, which most classes never see. What they do is the
library's contract, and fields(), replace(), asdict(), match, copies and pickles work as ever. The few records that
do change are made here too, with frozen=False.
"""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import MISSING, FrozenInstanceError
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


def _setattr(_self: Any, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[object]:
    return [getattr(self, name) for name in self.__dataclass_fields__]


def _setstate(self: Any, state: list[object]) -> None:
    for name, value in zip(self.__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, value)


_SHARED = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}


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

    @dataclasses.dataclass(init=False, repr=False, eq=False)
    class _Model:
        """By the library itself, which writes no method for this one: its marks, by which its functions know a
        dataclass, are taken from here."""

        one: int

    _FIELD_TYPE = dataclasses.fields(_Model)[0]._field_type

    @cache
    def _marks(frozen: bool, kw_only: bool, eq: bool) -> dict[str, Any]:
        params = copy.copy(vars(_Model)["__dataclass_params__"])
        told = {"init": True, "repr": True, "eq": eq, "frozen": frozen, "kw_only": kw_only, "slots": True}
        for name, value in told.items():
            if hasattr(params, name):  # older Pythons tell less
                setattr(params, name, value)
        rest = {name: vars(_Model)[name] for name in ("__replace__",) if name in vars(_Model)}
        return {"__dataclass_params__": params, **rest}

    def dataclass(*, slots: bool, frozen: bool = False, kw_only: bool = False, eq: bool = True) -> Any:
        """As the library's, of classes with slots alone, which inherit no field and have no ClassVar, InitVar or
        `__post_init__`; a frozen one is compared. What a class defines itself stays its own."""
        if not slots or (frozen and not eq):
            raise TypeError("for classes with slots; take the library's dataclass")

        def make(cls: type) -> type:
            own = dict(vars(cls))
            fields = {name: _field(name, kind, own.pop(name, MISSING), kw_only) for name, kind in _annotated(cls)}
            for unwanted in ("__dict__", "__weakref__"):
                own.pop(unwanted, None)
            made = type(cls)(
                cls.__name__,
                cls.__bases__,
                {
                    **(_SHARED if frozen else _changeable(eq)),
                    **own,
                    **_marks(frozen, kw_only, eq),
                    "__slots__": tuple(fields),
                    "__match_args__": () if kw_only else tuple(fields),
                    "__dataclass_fields__": fields,
                },
            )

            def first(self: Any, /, *values: Any, **named: Any) -> None:
                made.__init__ = _init(made)
                made.__init__(self, *values, **named)

            made.__init__ = first
            return made

        return make

    def _changeable(eq: bool) -> dict[str, Any]:
        return {"__repr__": _repr} | ({"__eq__": _eq, "__hash__": None} if eq else {})

    def _annotated(cls: type) -> list[tuple[str, str]]:
        """The fields that a class declares."""
        if "__post_init__" in vars(cls) or any(hasattr(base, "__dataclass_fields__") for base in cls.__bases__):
            raise TypeError("no __post_init__ and no inherited fields here; take the library's dataclass")
        return list(cls.__annotations__.items())

    def _field(name: str, kind: str, default: object, kw_only: bool) -> dataclasses.Field:
        field = default if isinstance(default, dataclasses.Field) else dataclasses.field(default=default)
        field.name, field.type, field.kw_only, field._field_type = name, kind, kw_only, _FIELD_TYPE
        return field

    def _init(cls: type) -> Any:
        """`__init__` as a person would write it, but for the way past `__setattr__`: the slots set themselves."""
        names: dict[str, object] = {"MISSING": MISSING}
        parameters, lines = ["*"] if cls.__match_args__ == () and cls.__slots__ else [], ["pass"]
        for name, field in cls.__dataclass_fields__.items():
            names[f"set_{name}"] = vars(cls)[name].__set__
            value = name
            if field.default_factory is not MISSING:
                names[f"new_{name}"] = field.default_factory
                value = f"new_{name}() if {name} is MISSING else {name}"
                parameters.append(f"{name}=MISSING")
            elif field.default is not MISSING:
                names[f"default_{name}"] = field.default
                parameters.append(f"{name}=default_{name}")
            else:
                parameters.append(name)
            lines.append(f"set_{name}(self, {value})")
        body = "\n    ".join(lines)
        exec(f"def __init__(self, {', '.join(parameters)}):\n    {body}", names)  # noqa: S102 (as the library does)
        made = names["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        return made
