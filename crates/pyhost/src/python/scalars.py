"""What a scalar function may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .untrusted import shown

if TYPE_CHECKING:
    from .target import Target

__all__ = ["check_callable", "look"]


def look(target: Target) -> None:
    """Refuse what is no function of values."""
    check_callable(target)
    target.refuse_async("a scalar function gives its value at once")
    if target.is_generator():
        raise target.error(f"{target.name} is a generator; a scalar function returns one value")


def check_callable(target: Target) -> None:
    """Refuse what can't be called, and a class whose objects can't."""
    if not callable(target.function):
        given = shown(target.function)
        raise target.error(f"the {target.declaration.kind} {target.name} is {given}, no function")
    if target.is_class and "__call__" not in dir(target.function):
        raise target.error(f"the class {target.name} has no __call__")
