"""The names that code takes from outside, and those of their values that are known everywhere."""

from __future__ import annotations

import builtins
import dis
import math
import types
from typing import TYPE_CHECKING

from .texts import nested_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Binding", "constant", "free_names", "known_binding", "known_function", "math_members"]

Binding = tuple[str, object]
"""One of constant, builtin, helper, itself, opaque, and the value, name or source of it."""

_INT64 = range(-(2**63), 2**63)
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that Python code made


def free_names(code: types.CodeType) -> Iterator[tuple[str, bool]]:
    """Names that the code and its nested code take from outside, in order of first use.

    With each, whether it is a global that the code does not change.
    """
    seen = set()
    stored = {
        step.argval
        for nested in nested_codes(code)
        for step in dis.get_instructions(nested)
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")
    }
    for nested in nested_codes(code):
        for step in dis.get_instructions(nested):
            is_global = step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
            is_closure = nested is code and step.argval in code.co_freevars
            if (is_global or is_closure) and step.argval not in seen:
                seen.add(step.argval)
                yield step.argval, is_global and step.argval not in stored


def math_members(code: types.CodeType) -> list[tuple[str, object]]:
    """Members of math by whose names the code may ask for them, as they were at the start."""
    names = {name for nested in nested_codes(code) for name in nested.co_names}
    return [(name, value) for name, value in _MATH.items() if name in names]


def known_binding(value: object) -> Binding | None:
    """Tell what a plain constant, a builtin or a member of math is; None for everything else."""
    canonical = _KNOWN.get(id(value))
    return constant(value) if canonical is None else ("builtin", canonical)


def known_function(name: str) -> object:
    """Give a function of math by its canonical name, whatever the module holds by now."""
    return _MATH.get(name.removeprefix("math."))


def constant(value: object) -> Binding | None:
    """Give a plain constant that Rust can hold; None for everything else."""
    # By its class alone: a lazy proxy may not bear to be asked for more.
    kind = type(value)
    if kind is bool or kind is float or value is None:
        return "constant", value
    if (kind is int and value in _INT64) or (kind is str and _is_text(value)):
        return "constant", value
    return None


def _is_text(value: object) -> bool:
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _members(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """Functions, classes and floats that the interpreter itself put into the module."""
    for name, value in vars(module).items():
        kind = type(value)
        if kind is float:
            yield name, value
        elif kind is types.BuiltinFunctionType:
            if value.__self__ is module and value.__name__ == name:
                yield name, value
        elif kind is type and value.__name__ == name and not value.__flags__ & _HEAP_TYPE:
            yield name, value


# Read once, before plugins can put something else in their places.
_MATH = dict(_members(math))
_KNOWN = {id(math): "math"}
_KNOWN |= {id(value): name for name, value in _members(builtins)}
_KNOWN |= {id(value): f"math.{name}" for name, value in _MATH.items() if callable(value)}
