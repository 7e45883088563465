"""What a declaration is about: the function, what is called of it, and where it stands."""

from __future__ import annotations

import functools
import inspect
import types
from typing import TYPE_CHECKING, Any

from .definitions import definition
from .errors import PluginLoadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .plugin import Declaration

__all__ = ["Target"]


class Target:
    """The function, class or object that one declaration declares; its errors know the place."""

    def __init__(self, declaration: Declaration) -> None:
        """Look at what was declared, which may raise anything."""
        self.declaration = declaration
        self.function = declaration.function
        self.is_class = isinstance(self.function, type)
        self.called = _called(self.function)
        """What is called for a row: the function, or the `__call__` of a class or object."""
        self.found = definition(self.called)
        """The text and the definition of what is called, if they are known."""
        self.file, self.line = self._place()
        self.name = declaration.name
        if self.name is None:
            self.name = getattr(self.function, "__name__", "")

    def error(self, message: str) -> PluginLoadError:
        """Make the error for a mistake in the declaration."""
        return PluginLoadError(message, self.file, self.line)

    def _place(self) -> tuple[str | None, int | None]:
        """File and line of the ``def``, else where the decorator stands."""
        own = definition(self.function) if self.is_class else self.found
        if own is not None:
            return own[0].file, own[1].lineno
        code = getattr(self.function, "__code__", None)
        if isinstance(code, types.CodeType):
            return code.co_filename, code.co_firstlineno
        return self.declaration.file, self.declaration.line


def _called(function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isroutine(function) or isinstance(function, functools.partial):
        return function
    owner = function if isinstance(function, type) else type(function)
    return getattr(owner, "__call__", function)  # noqa: B004 - the function itself is wanted
