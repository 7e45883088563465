"""What aggregates and windows of steps are made of, for a compiler: the text of each part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bindings import constant
from .fitness import unfit_function
from .methods import capture_methods
from .plain_classes import LATE, members, slots, unfit_class
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
    """Its namespace, without what Python may put into it later."""


@dataclass
class StateSource:
    """The texts of the parts, and what else belongs to the class that they are in."""

    form: str
    """``functions``, ``methods`` or ``object``, as the host calls it."""
    parts: list[tuple[str, FunctionSource]] = field(default_factory=list)
    members: list[tuple[str, str, object]] = field(default_factory=list)
    """What the class has beside the parts: name, one of constant, method, static, opaque, and the
    value or source."""
    slots: list[str] | None = None
    """The only attributes of its objects; None if they may have any."""
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
        entries = [(name, value) for name, value in vars(cls).items() if name not in LATE]
        source.live = LiveClass(cls, cls.__bases__, entries)
        functions = _of_class(target, source)
    for name, function in functions.items():
        reason = unfit_function(function)
        captured = None if reason else capture(function)
        if captured is None:
            is_lambda = getattr(function, "__name__", "") == "<lambda>"
            unknown = "its text is not known, or is not what runs"
            reason = reason or ("a lambda, not a def" if is_lambda else unknown)
            source.unfit = source.unfit or f"{_shown(target, name)}: {reason}"
        else:
            source.parts.append((name, captured))
    if source.unfit is None and source.form != "functions":
        _take_members(target, source, functions)
    return source


def _of_class(target: Target, source: StateSource) -> dict[str, Any]:
    """Take the functions out of the class, past what a lookup might do with them."""
    namespace = vars(target.function)
    if target.style == "plain":
        names = {part: _shown(target, part) for part in target.parts}
        return {part: namespace[name] for part, name in names.items() if name in namespace}
    found = {part: namespace.get(part) for part in target.parts}
    static = [part for part, value in found.items() if type(value) is staticmethod]
    if len(static) == len(found):
        source.form = "functions"
    elif static:
        source.unfit = "some of its parts are static methods, and some are not"
    return {part: value.__func__ if part in static else value for part, value in found.items()}


def _take_members(target: Target, source: StateSource, functions: dict[str, Any]) -> None:
    """Take what else the parts may find in their class."""
    cls = target.function
    parts = {_shown(target, part): functions.get(part) for part in target.parts}
    methods = capture_methods(cls, parts)
    for name, value in members(cls):
        if name not in parts:
            known = methods.get(name) or constant(value) or ("opaque", None)
            source.members.append((name, *known))
    source.slots = slots(cls)


def _shown(target: Target, part: str) -> str:
    return _METHODS.get(part, part) if target.style == "plain" else part
