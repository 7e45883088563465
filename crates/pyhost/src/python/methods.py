"""The functions of a class that others of its functions call, for a compiler."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

from .fitness import unfit_function
from .source import FunctionSource, capture
from .texts import nested_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["capture_methods"]

Method = tuple[str, FunctionSource]
"""Method or static, and the source of it."""


def capture_methods(cls: type, parts: dict[str, object]) -> dict[str, Method]:
    """Capture what the parts may call by a name of their class, and what that calls in turn.

    What nobody names is left out, so that nothing of it is watched.
    """
    namespace = vars(cls)
    found: dict[str, Method] = {}
    looked_at = set(parts)
    names = [*_names(parts.values())]
    while names:
        name = names.pop()
        if name in looked_at:
            continue
        looked_at.add(name)
        value = namespace.get(name)
        is_static = type(value) is staticmethod
        function = value.__func__ if is_static else value
        # Each by itself: a method is another function than a global of the same code.
        source = capture(function) if unfit_function(function) is None else None
        if source is not None:
            found[name] = ("static" if is_static else "method", source)
            names.extend(_names([function]))
    return found


def _names(functions: Iterable[object]) -> Iterator[str]:
    """Give the names of attributes that the functions ask for, with those of globals."""
    for function in functions:
        if type(function) is types.FunctionType:
            for code in nested_codes(function.__code__):
                yield from code.co_names
