"""Plain Python functions inside a Rust query engine."""

from arrowsmith._native import (
    ArrowsmithError,
    CapabilityError,
    ClosedError,
    ConversionError,
    ExecutionError,
    FileError,
    InternalError,
    PlanError,
    Plugin,
    PluginLoadError,
    QueryCancelled,
    ResourcesExhausted,
    __version__,
)
from arrowsmith.database import Database
from arrowsmith.function import Function
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
    "InternalError",
    "PlanError",
    "Plugin",
    "PluginLoadError",
    "QueryCancelled",
    "Relation",
    "ResourcesExhausted",
    "Session",
    "__version__",
]
