"""Classes whose objects do nothing but what the text of their methods says."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LATE", "members", "slots", "unfit_class"]

LATE = {"__slotnames__", "__annotations__", "__annotations_cache__"}
"""What Python puts into a class when somebody asks for it, or pickles an object of it."""
_GIVEN = LATE | {
    "__annotate_func__",
    "__conditional_annotations__",
    "__dict__",
    "__doc__",
    "__firstlineno__",
    "__module__",
    "__qualname__",
    "__static_attributes__",
    "__type_params__",
    "__weakref__",
}
"""What Python itself puts into a class."""
_SHOWN = {"__repr__", "__str__"}
"""What only somebody calls who looks at an object."""


def unfit_class(cls: type, *, has_init: bool) -> str | None:
    """Say what a class does beside calling its methods; None if that is all.

    Args:
        cls: The class.
        has_init: Whether `__init__` is a part that is compiled with the others.
    """
    if type(cls) is not type:
        return "its class has a metaclass"
    if cls.__bases__ != (object,):
        return "its class has a base class"
    own = slots(cls)
    if own is None and "__slots__" in vars(cls):
        return "its class has __slots__ with __dict__ among them"
    for name, value in vars(cls).items():
        if name in _GIVEN or name in _SHOWN or name == "__slots__":
            continue
        if name.startswith("__") and name.endswith("__") and not (has_init and name == "__init__"):
            return f"its class has {name}"
        if name not in (own or ()) and _takes_assignments(value):
            return f"its class has {name}, which is a property or another descriptor"
    return None


def members(cls: type) -> Iterator[tuple[str, object]]:
    """Give what objects of a class without bases have when they are made, by name."""
    namespace = vars(cls)
    own = slots(cls) or ()
    yield from ((name, value) for name, value in namespace.items() if name not in own)
    for name, value in vars(object).items():
        if name not in namespace:
            yield name, value


def slots(cls: type) -> list[str] | None:
    """Give the only attributes that objects of a class may have; None if they may have any.

    A class is asked for what it made of its ``__slots__``: these may be another list by now, and
    private names became others.
    """
    if cls.__dictoffset__:
        return None
    return [
        name
        for name, value in vars(cls).items()
        if type(value) is types.MemberDescriptorType
        and value.__objclass__ is cls
        and value.__name__ == name
    ]


def _takes_assignments(value: object) -> bool:
    """Tell whether a value in a class takes what is assigned to an attribute of its objects."""
    # Past what metaclasses may do.
    order: tuple[type, ...] = _ORDER(type(value))
    return any(name in _NAMESPACE(base) for base in order for name in ("__set__", "__delete__"))


def _getter(name: str) -> Any:  # noqa: ANN401 - of any attribute of classes
    descriptor: types.GetSetDescriptorType | types.MemberDescriptorType = type.__dict__[name]
    return descriptor.__get__


_ORDER = _getter("__mro__")
_NAMESPACE = _getter("__dict__")
