"""The classes of everything that Arrowsmith raises itself.

Each inherits the builtin that a user would catch anyway. A plugin's own exceptions are not here:
they come back as themselves.
"""

from __future__ import annotations

__all__ = [
    "ArrowsmithError",
    "CapabilityError",
    "ClosedError",
    "ConversionError",
    "ExecutionError",
    "FileError",
    "FunctionTimeout",
    "InternalError",
    "PlanError",
    "PluginLoadError",
    "QueryCancelled",
    "QueryTimeout",
    "ResourcesExhausted",
]

_PUBLIC_MODULE = "arrowsmith.errors"


class ArrowsmithError(Exception):
    """Anything that Arrowsmith itself raises."""


class PlanError(ArrowsmithError, ValueError):
    """A query that no data could make right: unknown names, wrong types, wrong syntax."""


class PluginLoadError(ArrowsmithError, ImportError):
    """A plugin that could not be loaded; nothing of it is registered.

    Attributes:
        message: What is wrong, without the place.
        file: The file or the name of the text, if known.
        line: The line in it, counted from one, if known.
    """

    def __init__(self, message: str, file: str | None = None, line: int | None = None) -> None:
        """Make the error for a place in a plugin's text."""
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        """Give ``file:line: message``, as far as the place is known."""
        place = [str(part) for part in (self.file, self.line) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the arguments; ImportError's own way knows nothing of file and line."""
        return (type(self), (self.message, self.file, self.line), vars(self))


class CapabilityError(ArrowsmithError, PermissionError):
    """A function or plugin needs a grant that was not given."""


class ConversionError(ArrowsmithError, TypeError):
    """A value that does not fit its declared type."""


class ExecutionError(ArrowsmithError, RuntimeError):
    """A query that failed while it ran."""


class QueryCancelled(ArrowsmithError):  # noqa: N818 - a cancelled query is no fault
    """The query was cancelled."""


class QueryTimeout(ArrowsmithError, TimeoutError):  # noqa: N818 - named as TimeoutError is caught
    """A run of a query took longer than the ``timeout=`` that the query was given.

    The time counts from the start of planning. No function's ``on_error`` catches this.
    """


class FunctionTimeout(ArrowsmithError, TimeoutError):  # noqa: N818 - as QueryTimeout
    """One call of a function took longer than the ``timeout=`` that its decorator declares.

    A call is one row, or one batch of a vectorized function. A function's ``on_error`` catches
    this.
    """


class FileError(ArrowsmithError, OSError):
    """A file that cannot be read or written."""


class ResourcesExhausted(ArrowsmithError, MemoryError):  # noqa: N818 - the engine's own word
    """The query needs more memory than it may have."""


class ClosedError(ArrowsmithError, RuntimeError):
    """A session, or the interpreter under it, that is already closed."""


class InternalError(ArrowsmithError, SystemError):
    """A fault of Arrowsmith itself; please report it."""


# Pickle and tracebacks name the public place.
for _name in __all__:
    globals()[_name].__module__ = _PUBLIC_MODULE
