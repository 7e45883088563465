"""The engine of one process: its threads, its memory, and sessions on it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal, Self

from arrowsmith import _native
from arrowsmith._native import boundary
from arrowsmith.loading import Loading
from arrowsmith.session import Session

if TYPE_CHECKING:
    from types import TracebackType

_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", re.IGNORECASE)


class Database(Loading):
    """Worker threads, a memory limit and plugins that all its sessions share.

    Made by `Database.in_memory`. It is a context manager: leaving the block closes it.

    Example:
        >>> import arrowsmith
        >>> with arrowsmith.Database.in_memory(threads=1) as database:
        ...     database.session().sql("SELECT 1 + 1 AS two").rows()
        [(2,)]
    """

    def __init__(self, native: _native.Database, *, progress: bool | None = None) -> None:
        """Wrap the native database; use `Database.in_memory` instead."""
        self._native = native
        self._plugins = native.plugins
        self._progress = progress

    @classmethod
    @boundary
    def in_memory(
        cls,
        *,
        threads: int | None = None,
        memory: int | str | None = None,
        temp_dir: str | os.PathLike[str] | None = None,
        progress: bool | None = None,
        tier: Literal["auto", "native", "inline"] = "auto",
    ) -> Self:
        """Make a database that stores nothing.

        Args:
            threads: Worker threads, which is also the number of partitions that a query is cut
                into. All cores by default.
            memory: The most memory that queries may hold, in bytes or as text such as `"2GiB"`
                (units are powers of 1024). Sorts, joins and aggregates beyond it spill to disk. No
                limit by default.
            temp_dir: The folder for what is spilled; the system's by default.
            progress: Whether to show how far a query is that takes longer than half a second. By
                default that is done in notebooks, and where standard error is a terminal.
            tier: Where functions run that declare no tier: `auto` compiles those that can be
                compiled; `inline` compiles none; with `native`, functions that can't be compiled
                are not loaded.

        Raises:
            ValueError: A number that makes no sense.
        """
        if threads is not None and threads < 1:
            message = f"threads must be at least 1, got {threads}"
            raise ValueError(message)
        folder = None if temp_dir is None else os.fspath(temp_dir)
        return cls(_native.Database(threads, _bytes(memory), folder, tier), progress=progress)

    @boundary
    def session(self, *, tier: Literal["auto", "native", "inline"] | None = None) -> Session:
        """Open a session: its own tables and settings, and plugins over those of the database.

        Args:
            tier: Where functions run that are loaded into this session and declare no tier; as in
                `in_memory`, which it is taken from by default.

        Raises:
            ValueError: There is no such tier.
        """
        return Session(self._native.session(tier), progress=self._progress)

    @boundary
    def close(self) -> None:
        """Cancel what runs, forget the plugins, release the threads. Closing twice is fine."""
        self._native.close()

    @property
    def closed(self) -> bool:
        """Whether the database was closed."""
        return self._native.closed

    def __enter__(self) -> Self:
        """Give the database itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the database."""
        self.close()

    def __repr__(self) -> str:
        """Say what it is and whether it is open."""
        return f"<arrowsmith.Database in memory{', closed' if self.closed else ''}>"


def _bytes(size: int | str | None) -> int | None:
    if size is None:
        return None
    if isinstance(size, str):
        match = _SIZE.fullmatch(size)
        if match is None:
            message = f"memory must be a number of bytes or text such as '2GiB', got {size!r}"
            raise ValueError(message)
        size = int(float(match[1]) * _UNITS[match[2].lower()])
    if size < 1:
        message = f"memory must be at least one byte, got {size}"
        raise ValueError(message)
    return size
