"""Plain Python functions inside a Rust query engine."""

from arrowsmith import errors
from arrowsmith._native import Plugin, __version__
from arrowsmith.compiling import compile  # noqa: A004 - called like `re.compile`
from arrowsmith.database import Database
from arrowsmith.errors import (
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
from arrowsmith.function import Function
from arrowsmith.grants import GrantWarning
from arrowsmith.relation import Relation
from arrowsmith.session import Session

__all__ = [
    "ArrowsmithError",
    "CapabilityError",
    "ClosedError",
    "ConversionError",
    "Database",
    "ExecutionError",
    "FileError",
    "Function",
    "FunctionTimeout",
    "GrantWarning",
    "InternalError",
    "PlanError",
    "Plugin",
    "PluginLoadError",
    "QueryCancelled",
    "QueryTimeout",
    "Relation",
    "ResourcesExhausted",
    "Session",
    "__version__",
    "compile",
    "errors",
]
