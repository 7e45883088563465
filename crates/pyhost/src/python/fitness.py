"""Whether there is something to compile at all, before anybody reads the text."""

from __future__ import annotations

import builtins
import sys
import types
from typing import TYPE_CHECKING

from .defaults import has_defaults_of_text
from .definitions import definition
from .options import mode

if TYPE_CHECKING:
    from .source import FunctionSource
    from .states import StateSource
    from .target import Target

__all__ = ["unfit", "unfit_function"]

def unfit(
    target: Target, source: FunctionSource | None, states: StateSource | None
) -> str | None:
    """Say in words what keeps a declared function with the interpreter; None if nothing does."""
    if target.declaration.kind == "procedure":
        return "a procedure"
    if mode(target) != "row":
        return "vectorized"
    if target.style == "generator":
        return "a generator"
    if states is not None:
        return states.unfit
    if target.is_class:
        return "a class"
    reason = unfit_function(target.function)
    if reason is None and source is None:
        return "its text is not known, or is not what runs"
    return reason


def unfit_function(function: object) -> str | None:
    """Say why a function is more than its text; None if the text is all."""
    if type(function) is not types.FunctionType:
        return "not a plain function"
    found = definition(function)
    node = None if found is None else found[1]
    reasons = {
        "it has a closure": function.__closure__ is not None,
        "it wraps another function": "__wrapped__" in vars(function),
        "its globals are not a plain dict": type(function.__globals__) is not dict,
        "it has builtins of its own": function.__builtins__ is not vars(builtins),
        "its defaults are not those of its text": not has_defaults_of_text(function, node),
        "Python runs with -O": bool(sys.flags.optimize),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
