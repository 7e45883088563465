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

    from .declaration import Declaration

__all__ = ["Target"]


class Target:
    """The function, class or object that one declaration declares; its errors know the place."""

    def __init__(self, declaration: Declaration) -> None:
        """Look at what was declared, which may raise anything."""
        self.declaration = declaration
        self.function = declaration.function
        self.is_class = isinstance(self.function, type)
        self.style = "class" if self.is_class else "function"
        """How it is called; each kind has more of these."""
        self.parts: dict[str, Callable[..., Any]] = {}
        """The functions that it is made of, where they are several."""
        self.calls(_called(self.function))
        self.leading = int(self._takes_self())
        self.file, self.line = self._place()
        self.name = declaration.own_name

    def calls(self, called: Callable[..., Any], leading: int = 0) -> None:
        """Say what is called for a row, and how many of its parameters are not the row's."""
        self.called = called
        self.result = called
        """What has the annotation of the result."""
        self.leading = leading
        self.found = definition(called)
        """The text and the definition of what is called, if they are known."""

    def error(self, message: str) -> PluginLoadError:
        """Make the error for a mistake in the declaration."""
        return PluginLoadError(message, self.file, self.line)

    def refuse_async(self, wanted: str) -> None:
        """Refuse a function that gives something to be awaited."""
        function = inspect.unwrap(self.called)
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise self.error(f"{self.name} is async; {wanted}")

    def is_generator(self) -> bool:
        """Whether what is called for a row is a generator function."""
        return inspect.isgeneratorfunction(inspect.unwrap(self.called))

    def _takes_self(self) -> bool:
        """Whether the first parameter of what is called is the object itself."""
        if self.called is self.function or isinstance(self.function, functools.partial):
            return False
        owner = self.function if self.is_class else type(self.function)
        return not isinstance(inspect.getattr_static(owner, "__call__", None), staticmethod)

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
