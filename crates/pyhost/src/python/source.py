"""A function's source, which is what a compiler needs of it: its text and its global names."""

from __future__ import annotations

import types
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .bindings import Binding, constant, free_names, known_binding, math_members
from .defaults import default_values
from .definitions import definition
from .fitness import unfit_function
from .texts import first_line

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FunctionSource", "Live", "capture"]

_OPAQUE: Binding = ("opaque", None)
_MISSING = object()


@dataclass(frozen=True)
class Live:
    """What a function was when it was captured; the host compares it with what it is then."""

    function: types.FunctionType
    code: types.CodeType
    defaults: tuple[object, ...] | None
    keyword_defaults: list[tuple[str, object]]
    namespace: dict[str, Any]
    globals: list[tuple[str, object]]
    """The values of the global names that are known."""
    builtins: list[tuple[str, object]]
    """The same for those that the globals leave to the builtins."""
    members: list[tuple[str, object]]
    """The members of math."""


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
    """Name, one of constant, builtin, helper, itself, opaque, and the value, name or source."""
    defaults: list[tuple[str, str, object]] = field(default_factory=list)
    """The same for the defaults of parameters, which are constant or opaque."""
    live: Live | None = None
    """Of a function."""


_Helpers = dict[int, FunctionSource | None]
"""What was captured before by identity, and None for what is being captured."""


def capture(function: Callable[..., Any] | type) -> FunctionSource | None:
    """Capture the source of a function or class, if it is known to be what runs."""
    return _capture(function, {})


def _capture(function: Callable[..., Any] | type, helpers: _Helpers) -> FunctionSource | None:
    """Capture a function. What calls itself through others has no finite source."""
    found = definition(function)
    if found is None:
        return None
    text, node = found
    start, end = text.span(node)
    source = FunctionSource(
        text=text.text,
        file=text.file,
        start=start,
        end=end,
        first_line=first_line(node),
        digest=text.digest,
    )
    if not isinstance(function, types.FunctionType):
        return source
    helpers[id(function)] = None
    live = _live(function)
    for name, is_global in free_names(function.__code__):
        value = _binding(function, name, live, helpers) if is_global else _OPAQUE
        source.bindings.append((name, *value))
    source.defaults.extend(_defaults(function))
    return replace(source, live=live)


def _live(function: types.FunctionType) -> Live:
    return Live(
        function=function,
        code=function.__code__,
        defaults=function.__defaults__,
        keyword_defaults=list((function.__kwdefaults__ or {}).items()),
        namespace=function.__globals__,
        globals=[],
        builtins=[],
        members=[],
    )


def _binding(function: types.FunctionType, name: str, live: Live, helpers: _Helpers) -> Binding:
    """Tell what a global name stands for, and have its value watched if it is known."""
    value = function.__globals__.get(name, _MISSING)
    watched = live.globals
    if value is _MISSING:
        value, watched = function.__builtins__.get(name, _MISSING), live.builtins
    known = _known(function, name, value, helpers)
    if known == ("builtin", "math"):
        live.members.extend(math_members(function.__code__))
    if known[0] == "itself":
        live.globals.append((name, function))
    elif known[0] != "opaque":
        watched.append((name, value))
    return known


def _known(function: types.FunctionType, name: str, value: object, helpers: _Helpers) -> Binding:
    if value is function:
        return "itself", None
    known = known_binding(value)
    if known is not None:
        return known
    if name == function.__name__ == function.__qualname__:
        # A decorator sees the function before its name is bound, or is bound anew. What the name
        # stands for then is looked at before each query.
        return "itself", None
    return _helper(function, value, helpers)


def _helper(function: types.FunctionType, value: object, helpers: _Helpers) -> Binding:
    """Tell whether a value is a function of the same module that a text is all of."""
    if type(value) is not types.FunctionType or value.__globals__ is not function.__globals__:
        return _OPAQUE
    if unfit_function(value) is not None:
        return _OPAQUE
    if id(value) not in helpers:
        helpers[id(value)] = _capture(value, helpers)
    helper = helpers[id(value)]
    return _OPAQUE if helper is None else ("helper", helper)


def _defaults(function: types.FunctionType) -> list[tuple[str, str, object]]:
    values = default_values(function)
    return [(name, *(constant(value) or _OPAQUE)) for name, value in values.items()]
