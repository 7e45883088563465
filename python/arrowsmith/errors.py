"""The classes of everything that Arrowsmith raises itself.

Each is also the builtin exception that one would catch without knowing Arrowsmith. A plugin's own
exceptions are not here: they come back as themselves. `docs/errors.md` lists causes and cures.

Example:
    >>> import arrowsmith
    >>> session = arrowsmith.Database.in_memory().session()
    >>> try:
    ...     session.sql("SELECT * FROM nowhere")
    ... except arrowsmith.errors.PlanError as error:
    ...     print(isinstance(error, ValueError))
    True
"""

from arrowsmith._native import (
    ArrowsmithError,
    CapabilityError,
    ClosedError,
    ConversionError,
    ExecutionError,
    FileError,
    FunctionTimeout,
    InternalError,
    PlanError,
    PluginLoadError,
    QueryCancelled,
    QueryTimeout,
    ResourcesExhausted,
)

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
