"""What an aggregate may be: four functions, or a plain class whose objects are the states."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from .parts import Part, adopt, check_count, has_any, take_parts
from .untrusted import shown

if TYPE_CHECKING:
    from .parameters import ParameterTypes
    from .target import Target

__all__ = ["check_parameters", "look"]

_PARTS = (
    Part("init", ()),
    Part("accumulate", ("state",), takes_row=True),
    Part("merge", ("state", "other")),
    Part("finalize", ("state",)),
    Part("retract", ("state",), takes_row=True, is_optional=True),
)
_METHODS = (
    Part("add", ("self",), takes_row=True),
    Part("merge", ("self", "other")),
    Part("result", ("self",)),
    Part("retract", ("self",), takes_row=True, is_optional=True),
)
_OF_METHODS = {"add": "accumulate", "merge": "merge", "result": "finalize", "retract": "retract"}


def look(target: Target) -> None:
    """Find the functions that an aggregate is made of."""
    function = target.function
    if has_any(function, ("init", "accumulate", "finalize")):
        _four(target)
    elif target.is_class and has_any(function, ("add", "result")):
        _plain(target)
    else:
        names = ", ".join(str(part) for part in _PARTS if not part.is_optional)
        message = f"the aggregate {target.name} is {shown(function)}; it must be a dict, a class"
        raise target.error(
            f"{message} or an object with {names}, or a class with add(*args), merge(other), "
            f"result()"
        )


def _four(target: Target) -> None:
    adopt(target, _PARTS, of_row="accumulate")
    if target.is_class:
        _check_constructor(target)
    target.result = target.parts["finalize"]


def _plain(target: Target) -> None:
    target.style = "plain"
    for part in _METHODS:
        static = inspect.getattr_static(target.function, part.name, None)
        if isinstance(static, (staticmethod, classmethod)):
            message = f"{part.name} of {target.name} must be a method of the object"
            raise target.error(f"{message}, which is the state")
    methods = take_parts(target, _METHODS)
    _check_constructor(target)
    target.parts = {_OF_METHODS[name]: method for name, method in methods.items()}
    target.parts["init"] = target.function
    target.calls(methods["add"], leading=1)
    target.result = methods["result"]


def _check_constructor(target: Target) -> None:
    try:
        signature = inspect.signature(target.function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind()
    except TypeError as error:
        message = f"the class {target.name} must be made without arguments"
        raise target.error(f"{message}: {error}") from None


def check_parameters(target: Target, typed: ParameterTypes, required: int) -> None:
    """Refuse a retract that takes other arguments than the row's."""
    retract = target.parts.get("retract")
    if retract is not None:
        for count in (required, len(typed.names) - typed.variadic):
            check_count(target, _PARTS[-1], retract, count)
