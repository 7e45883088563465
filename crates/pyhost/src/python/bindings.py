"""The names that code takes from outside, and those of their values that are known everywhere."""

from __future__ import annotations

import builtins
import dis
import functools
import inspect
import math
from typing import TYPE_CHECKING

from .texts import nested_codes

if TYPE_CHECKING:
    import types
    from collections.abc import Iterator

__all__ = ["Binding", "free_names", "known_binding"]

Binding = tuple[str, object]
"""One of constant, builtin, helper, opaque, and the value, name or source of it."""

_INT64 = range(-(2**63), 2**63)


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


def known_binding(value: object) -> Binding | None:
    """Tell what a plain constant, a builtin or a member of math is; None for everything else."""
    # By its class alone: a lazy proxy may not bear to be asked for more.
    kind = type(value)
    if kind is bool or kind is float or kind is str or value is None:
        return _plain_constant(value)
    if kind is int and value in _INT64:
        return "constant", value
    canonical = _known_objects().get(id(value))
    return None if canonical is None else ("builtin", canonical)


def _plain_constant(value: object) -> Binding:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "opaque", None
    return "constant", value


@functools.cache
def _known_objects() -> dict[int, str]:
    """Builtins and members of math by identity; the modules live as long as the process."""
    known = {id(math): "math"}
    for name, value in vars(math).items():
        if callable(value):
            known[id(value)] = f"math.{name}"
    for name, value in vars(builtins).items():
        if callable(value) and not inspect.ismodule(value):
            known[id(value)] = name
    return known
