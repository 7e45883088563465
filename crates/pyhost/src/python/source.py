"""A function's source, which is what a compiler needs of it: its text and its global names."""

from __future__ import annotations

import builtins
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bindings import Binding, free_names, known_binding
from .definitions import definition
from .texts import first_line

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FunctionSource", "capture"]


@dataclass(frozen=True)
class FunctionSource:
    """One function's part of a text, and what its global names stood for."""

    text: str
    file: str
    start: int
    end: int
    first_line: int
    digest: bytes
    bindings: list[tuple[str, str, object]] = field(default_factory=list)
    """Name, one of constant, builtin, helper, opaque, and the value, name or source of it."""


_Helpers = dict[int, FunctionSource | None]
"""What was captured before by identity, and None for what is being captured."""


def capture(function: Callable[..., Any] | type) -> FunctionSource | None:
    """Capture the source of a function or class, if it is known to be what runs."""
    return _capture(function, {})


def _capture(function: Callable[..., Any] | type, helpers: _Helpers) -> FunctionSource | None:
    """Capture a function. What calls itself, also through others, has no finite source."""
    found = definition(function)
    if found is None:
        return None
    text, node = found
    start, end = text.span(node)
    bindings = []
    if isinstance(function, types.FunctionType):
        helpers[id(function)] = None
        for name, is_global in free_names(function.__code__):
            value: Binding = ("opaque", None)
            if is_global:
                value = _binding(function, name, helpers)
            bindings.append((name, *value))
    return FunctionSource(
        text=text.text,
        file=text.file,
        start=start,
        end=end,
        first_line=first_line(node),
        digest=text.digest,
        bindings=bindings,
    )


def _binding(function: types.FunctionType, name: str, helpers: _Helpers) -> Binding:
    namespace = function.__globals__
    missing = object()
    value = namespace.get(name, getattr(builtins, name, missing))
    known = known_binding(value)
    if known is not None:
        return known
    is_helper = type(value) is types.FunctionType and value.__globals__ is namespace
    if not is_helper:
        return "opaque", None
    if id(value) not in helpers:
        helpers[id(value)] = _capture(value, helpers)
    helper = helpers[id(value)]
    return ("opaque", None) if helper is None else ("helper", helper)
