"""Functions that are made of several: the parts of aggregates and windows."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .untrusted import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from .target import Target

__all__ = ["Part", "adopt", "check_count", "has_any", "take_parts"]


@dataclass(frozen=True)
class Part:
    """One function of several."""

    name: str
    parameters: tuple[str, ...]
    """Those that are always there."""
    takes_row: bool = False
    """Whether the arguments of a row follow."""
    is_optional: bool = False

    def __str__(self) -> str:
        """Show how it is called."""
        row = ("*args",) if self.takes_row else ()
        return f"{self.name}({', '.join(self.parameters + row)})"


def has_any(function: object, names: tuple[str, ...]) -> bool:
    """Whether a class or an object has one of these parts. A mapping is nothing else than parts."""
    return isinstance(function, Mapping) or any(hasattr(function, name) for name in names)


def take_parts(target: Target, parts: tuple[Part, ...]) -> dict[str, Callable[..., Any]]:
    """Take the parts out of what was declared, and check that each is a function of its kind.

    Raises:
        PluginLoadError: For parts that are missing, unknown, async, generators, or that take
            another number of arguments.
    """
    found = _found(target, parts)
    missing = [part.name for part in parts if part.name not in found and not part.is_optional]
    if missing:
        needed = ", ".join(str(part) for part in parts if not part.is_optional)
        kind = target.declaration.kind
        message = f"the {kind} {target.name} has no {' and no '.join(missing)}"
        raise target.error(f"{message}; it needs {needed}")
    for part in parts:
        if part.name in found:
            _check(target, part, found[part.name])
    return found


def adopt(target: Target, parts: tuple[Part, ...], of_row: str) -> None:
    """Take a target apart, and call the part of that name for a row, behind the state."""
    target.parts = take_parts(target, parts)
    if not target.is_class:
        target.style = "parts"
    target.calls(target.parts[of_row], leading=1 + _selves(target, of_row))


def check_count(target: Target, part: Part, function: object, values: int) -> None:
    """Refuse a part that can't be called with so many arguments of a row."""
    count = len(part.parameters) + values
    try:
        signature = inspect.signature(function)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return  # a builtin that tells nothing about itself
    try:
        signature.bind(*[None] * (count + _selves(target, part.name)))
    except TypeError as error:
        takes = _takes(target, part.name, signature)
        noun = "argument" if count == 1 else "arguments"
        message = f"{part.name} of {target.name} takes {takes}, but {part} gets {count} {noun}"
        raise target.error(f"{message}: {error}") from None


def _found(target: Target, parts: tuple[Part, ...]) -> dict[str, Callable[..., Any]]:
    function = target.function
    names = [part.name for part in parts]
    if isinstance(function, Mapping):
        for key in function:
            if key not in names:
                message = f"unknown part {shown(key)} of {target.name}"
                raise target.error(f"{message}; the parts are {', '.join(names)}")
        return {str(key): value for key, value in function.items()}
    return {name: getattr(function, name) for name in names if hasattr(function, name)}


def _check(target: Target, part: Part, function: object) -> None:
    what = f"{part.name} of {target.name}"
    if not callable(function):
        raise target.error(f"{what} must be a function, {part}, not {shown(function)}")
    inner = inspect.unwrap(function)
    if inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner):
        raise target.error(f"{what} is async; it must give its answer at once")
    if inspect.isgeneratorfunction(inner):
        raise target.error(f"{what} is a generator; it must return its answer")
    if not part.takes_row:
        check_count(target, part, function, 0)


def _selves(target: Target, name: str) -> int:
    """How many parameters of a class's function are the object itself."""
    if not target.is_class or target.style == "plain":
        # Of a plain class the object is the state, which is counted already.
        return 0
    static = inspect.getattr_static(target.function, name, None)
    return 0 if isinstance(static, (staticmethod, classmethod)) else 1


def _takes(target: Target, name: str, signature: inspect.Signature) -> str:
    own = list(signature.parameters.values())[_selves(target, name) :]
    return f"({', '.join(map(str, own))})"
