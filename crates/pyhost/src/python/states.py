"""What aggregates and windows of steps are made of, for a compiler: the text of each part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bindings import constant
from .fitness import unfit_function
from .plain_classes import members, unfit_class
from .source import FunctionSource, capture

if TYPE_CHECKING:
    from .target import Target

__all__ = ["LiveClass", "StateSource", "capture_parts"]

_METHODS = {"accumulate": "add", "finalize": "result", "init": "__init__"}
"""What a plain class calls the parts of an aggregate, where it is something else."""


@dataclass(frozen=True)
class LiveClass:
    """What a class was when it was captured; the host compares it with what it is then."""

    cls: type
    bases: tuple[type, ...]
    entries: list[tuple[str, object]]
    """Its namespace."""


@dataclass
class StateSource:
    """The texts of the parts, and what else belongs to the class that they are in."""

    form: str
    """``functions``, ``methods`` or ``object``, as the host calls it."""
    parts: list[tuple[str, FunctionSource]] = field(default_factory=list)
    members: list[tuple[str, str, object]] = field(default_factory=list)
    """What the class of states has beside its methods: name, constant or opaque, and the value."""
    live: LiveClass | None = None
    """Of a class."""
    unfit: str | None = None
    """What keeps it with the interpreter, in words; None if the texts decide."""


def capture_parts(target: Target) -> StateSource | None:
    """Capture the parts of a target; None for what has none, or is made of arrays."""
    if not target.parts or target.declaration.vectorized is not False:
        return None
    forms = {"parts": "functions", "class": "methods", "plain": "object"}
    source = StateSource(form=forms[target.style])
    functions = dict(target.parts)
    if target.style != "parts":
        cls = target.function
        source.unfit = unfit_class(cls, has_init=target.style == "plain")
        if source.unfit is not None:
            # A metaclass may make more of a look at the class than it bears.
            return source
        source.live = LiveClass(cls, cls.__bases__, list(vars(cls).items()))
        functions = _of_class(target, source)
    for name, function in functions.items():
        reason = unfit_function(function)
        captured = None if reason else capture(function)
        if captured is None:
            reason = reason or "its text is not known, or is not what runs"
            source.unfit = source.unfit or f"{_shown(target, name)}: {reason}"
        else:
            source.parts.append((name, captured))
    return source


def _of_class(target: Target, source: StateSource) -> dict[str, Any]:
    """Take the functions out of the class, past what a lookup might do with them."""
    namespace = vars(target.function)
    if target.style == "plain":
        names = {part: _METHODS.get(part, part) for part in target.parts}
        source.members = _members(target.function, set(names.values()))
        return {part: namespace[name] for part, name in names.items() if name in namespace}
    found = {part: namespace.get(part) for part in target.parts}
    static = [part for part, value in found.items() if type(value) is staticmethod]
    if len(static) == len(found):
        source.form = "functions"
    elif static:
        source.unfit = "some of its parts are static methods, and some are not"
    return {part: value.__func__ if part in static else value for part, value in found.items()}


def _members(cls: type, methods: set[str]) -> list[tuple[str, str, object]]:
    found = ((name, constant(value)) for name, value in members(cls) if name not in methods)
    return [(name, *(known or ("opaque", None))) for name, known in found]


def _shown(target: Target, part: str) -> str:
    return _METHODS.get(part, part) if target.style == "plain" else part
