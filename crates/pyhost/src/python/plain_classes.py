"""Classes whose objects do nothing but what the text of their methods says."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["members", "unfit_class"]

_GIVEN = {
    "__annotations__",
    "__annotations_cache__",
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
    for name, value in vars(cls).items():
        if name in _GIVEN or name in _SHOWN:
            continue
        if name.startswith("__") and name.endswith("__") and not (has_init and name == "__init__"):
            return f"its class has {name}"
        if _takes_assignments(value):
            return f"its class has {name}, which is a property or another descriptor"
    return None


def members(cls: type) -> Iterator[tuple[str, object]]:
    """Give what objects of a class without bases have when they are made, by name."""
    namespace = vars(cls)
    yield from namespace.items()
    for name, value in vars(object).items():
        if name not in namespace:
            yield name, value


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
