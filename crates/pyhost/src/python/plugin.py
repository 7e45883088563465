"""What a plugin file talks to: the injected ``db`` is a `Plugin`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decorators import Decorators, caller
from .errors import PluginLoadError

if TYPE_CHECKING:
    from .declaration import Declaration

__all__ = ["Plugin"]


class Plugin(Decorators):
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
            raise PluginLoadError(message, *caller())
        self._determinism = determinism


def _checked(what: str, text: object) -> str:
    if not isinstance(text, str):
        message = f"the {what} must be a string, not {type(text).__name__}"
        raise PluginLoadError(message, *caller(2))
    if not text.strip():
        raise PluginLoadError(f"the {what} is empty", *caller(2))
    return text


Plugin.__module__ = "arrowsmith"
