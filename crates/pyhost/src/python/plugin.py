"""What a plugin file talks to: the injected ``db`` is a `Plugin`.

Decorators only record what they are given; the loader checks it, so that every mistake is
reported in one way, with file and line.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .errors import PluginLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Declaration", "Plugin"]

F = TypeVar("F", bound="Callable[..., Any]")


@dataclass(frozen=True)
class Declaration:
    """One use of a decorator, as it was written."""

    kind: str
    name: str | None
    function: Callable[..., Any]
    args: Sequence[object] | None
    returns: object
    vectorized: object
    determinism: str | None
    nulls: str | Mapping[str, str]
    tier: str
    on_error: object
    timeout: object
    thread_safe: object
    file: str | None
    """Where the decorator stands, for functions that do not know their own place."""
    line: int | None


class Plugin:
    """An id, a version and functions.

    A plugin file finds one as ``db``. A module that plain Python should import as well makes its
    own, with the same methods.

    Examples:
        >>> plugin = Plugin("ai.example.prices", "1.0.0")
        >>> @plugin.scalar_fn
        ... def gross(net: float, rate: float) -> float:
        ...     return net * (1 + rate)
        >>> gross(100.0, 0.5)
        150.0
    """

    def __init__(self, id: str | None = None, version: str | None = None) -> None:  # noqa: A002
        """Make a plugin without functions.

        Args:
            id: Segments joined by dots; the file's stem where it is left out.
            version: Any text; ``0.0.0`` where it is left out.
        """
        self._id: str | None = None
        self._version: str | None = None
        self._determinism = "auto"
        self._declarations: list[Declaration] = []
        if id is not None:
            self._id = _checked("plugin id", id)
        if version is not None:
            self._version = _checked("plugin version", version)

    def __repr__(self) -> str:
        """Name the plugin and count its functions."""
        count = len(self._declarations)
        noun = "function" if count == 1 else "functions"
        return f"<Plugin {self._id or '(id of its file)'} with {count} {noun}>"

    @property
    def id(self) -> str | None:
        """The id that was given, if one was."""
        return self._id

    @property
    def version(self) -> str | None:
        """The version that was given, if one was."""
        return self._version

    def set_plugin_id(self, id: str) -> None:  # noqa: A002
        """Name the plugin, such as ``ai.example.geo``."""
        self._id = _checked("plugin id", id)

    def set_version(self, version: str) -> None:
        """Give the plugin's version."""
        self._version = _checked("plugin version", version)

    def set_determinism(self, determinism: str) -> None:
        """Give the determinism of all functions that declare none of their own.

        Args:
            determinism: One of ``auto``, ``pure``, ``session``, ``nondeterministic``.
        """
        known = ("auto", "pure", "session", "nondeterministic")
        if determinism not in known:
            message = f"unknown determinism {determinism!r}; it is one of {', '.join(known)}"
            raise PluginLoadError(message, *_caller())
        self._determinism = determinism

    @overload
    def scalar_fn(self, name: F, /) -> F: ...

    @overload
    def scalar_fn(
        self,
        name: str | None = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str = "auto",
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> Callable[[F], F]: ...

    def scalar_fn(  # noqa: PLR0913 - each option is one that authors need
        self,
        name: F | str | None = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str = "auto",
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> F | Callable[[F], F]:
        """Declare a function that gives one value for each row.

        Used as ``@db.scalar_fn`` or with arguments. The function, or the class, comes back as it
        was. Of a class, ``__init__`` is the set-up (once per thread) and ``__call__`` the function.

        Args:
            name: The name in SQL; the function's own where it is left out.
            args: The types of the arguments; from annotations where it is left out. An Ellipsis
                at the end repeats the type before it for any number of arguments.
            returns: The type of the result; from annotations where it is left out.
            vectorized: ``False`` for one call per row, ``True`` or ``"arrow"`` for one call per
                batch over Arrow arrays, ``"numpy"`` over NumPy arrays.
            determinism: ``auto``, ``pure``, ``session`` or ``nondeterministic``.
            nulls: ``auto``, ``pass``, ``skip``, or one of these for each parameter's name.
            tier: ``auto`` or ``inline``.
            on_error: What an exception of the function does. ``raise`` fails the query. ``null``
                gives NULL for the row; of a vectorized function, for all rows of the batch.
                ``collect`` does the same and records the error in ``session.errors()``. The
                function's own ``timeout`` counts as an exception. A cancelled query, Ctrl-C, the
                query's timeout and ``SystemExit`` are never caught.
            timeout: The most seconds that one call may take: one row, or one batch of a vectorized
                function. No limit by default.
            thread_safe: ``False`` if the function can't bear company: no two threads are ever at
                once in functions of this plugin that say so.
        """
        file, line = _caller()

        def declare(function: F) -> F:
            self._declarations.append(
                Declaration(
                    kind="scalar",
                    name=None if callable(name) else name,
                    function=function,
                    args=args,
                    returns=returns,
                    vectorized=vectorized,
                    determinism=determinism,
                    nulls=nulls,
                    tier=tier,
                    on_error=on_error,
                    timeout=timeout,
                    thread_safe=thread_safe,
                    file=file,
                    line=line,
                )
            )
            return function

        if callable(name):
            return declare(name)
        return declare


def _checked(what: str, text: object) -> str:
    if not isinstance(text, str):
        message = f"the {what} must be a string, not {type(text).__name__}"
        raise PluginLoadError(message, *_caller(2))
    if not text.strip():
        raise PluginLoadError(f"the {what} is empty", *_caller(2))
    return text


def _caller(depth: int = 1) -> tuple[str | None, int | None]:
    """File and line of the code that called the method which asks."""
    frame = sys._getframe(depth + 1)  # noqa: SLF001 - there is no other way to see the caller
    return frame.f_code.co_filename, frame.f_lineno


Plugin.__module__ = "arrowsmith"
