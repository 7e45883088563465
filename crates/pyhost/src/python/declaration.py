"""What decorators record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Declaration"]


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One use of a decorator, as it was written."""

    kind: str
    """``scalar``, ``aggregate``, ``procedure`` or ``window``."""
    name: str | None = None
    function: Any
    """The function, class or object, or the mapping of an aggregate's or window's parts."""
    args: Sequence[object] | None = None
    returns: object = None
    yields: object = None
    """The columns of a procedure."""
    mode: object = "read"
    """What a procedure does to data."""
    vectorized: object = False
    determinism: str | None = None
    nulls: str | Mapping[str, str] = "auto"
    tier: str | None = None
    on_error: object = "raise"
    timeout: object = None
    thread_safe: object = True
    file: str | None = None
    """Where the decorator stands, for functions that do not know their own place."""
    line: int | None = None

    @property
    def own_name(self) -> object:
        """The name that was given, else the function's, which may be anything; empty for none."""
        return getattr(self.function, "__name__", "") if self.name is None else self.name
