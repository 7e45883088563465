"""The answer of a query, computed when it is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from arrowsmith._native import boundary
from arrowsmith.display import to_html
from arrowsmith.optional import require
from arrowsmith.progress import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from arrowsmith import _native
    from arrowsmith._native import Progress
    from arrowsmith.progress import Display


class Relation:
    """A lazy table. Each terminal call runs the query anew; `collect` keeps the answer.

    It hands itself to any library that reads Arrow streams (`__arrow_c_stream__`), batch by batch.

    Example:
        >>> import arrowsmith
        >>> session = arrowsmith.Database.in_memory().session()
        >>> squares = session.sql("SELECT v AS n, v * v AS square FROM range(1, 4) AS t(v)")
        >>> squares.show()
        +---+--------+
        | n | square |
        +---+--------+
        | 1 | 1      |
        | 2 | 4      |
        | 3 | 9      |
        +---+--------+
        3 rows
    """

    def __init__(self, native: _native.Relation, display: Display | None = None) -> None:
        """Wrap the native relation; use `Session.sql` instead."""
        self._bare = native
        self._display = display
        self._native = native if display is None else native.with_progress(display, INTERVAL)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._native.columns

    @property
    def schema(self) -> pa.Schema:
        """The columns' names and types.

        A `pyarrow.Schema`, or without pyarrow an object that has `__arrow_c_schema__`.
        """
        schema: pa.Schema = self._native.schema
        return schema

    @boundary
    def collect(self) -> Relation:
        """Run the query and keep its answer in memory.

        Returns:
            A relation over the kept rows, which runs nothing any more.
        """
        return Relation(self._native.collect())

    @boundary
    def progress(self, callback: Callable[[Progress], object] | None) -> Relation:
        """Give the same relation with a callback that is told how far its runs are.

        It is called about ten times a second, on the thread that waits for the run, and once at the
        run's end. An exception in it stops the run and is raised. It takes the place of what a
        terminal or a notebook shows by itself; `None` shows nothing.

        What it gets has `elapsed` (seconds since the run began), `done`, the `rows` and `bytes`
        that were read so far, and `stages`, a list of the run's steps from what reads to what
        answers, with `name` and the `rows` and `bytes` that each gave.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> seen = []
            >>> counting = session.sql("SELECT count(*) FROM range(100000)").progress(seen.append)
            >>> counting.rows(), seen[-1].done
            ([(100000,)], True)
        """
        if callback is not None and not callable(callback):
            message = f"callback must be callable or None, not {type(callback).__name__}"
            raise TypeError(message)
        return Relation(self._bare.with_progress(callback, INTERVAL))

    @boundary
    def to_arrow(self) -> pa.Table:
        """Run the query and give a `pyarrow.Table` (extra `pyarrow`)."""
        table: pa.Table = require("pyarrow").table(self._native.read(views=False))
        return table

    @boundary
    def to_polars(self) -> pl.DataFrame:
        """Run the query and give a `polars.DataFrame` (extra `polars`)."""
        frame: pl.DataFrame = require("polars").DataFrame(self._native.read(views=True))
        return frame

    @boundary
    def to_pandas(self) -> pd.DataFrame:
        """Run the query and give a `pandas.DataFrame` (extra `pandas`)."""
        require("pandas")
        return self.to_arrow().to_pandas()

    @boundary
    def rows(self) -> list[tuple[Any, ...]]:
        """Run the query and give its rows as tuples of Python values, NULL as `None`."""
        return self._native.rows()

    @boundary
    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Run the query and give its batches as they come; memory stays flat.

        Leaving the loop early stops the query. A batch is a `pyarrow.RecordBatch`, or without
        pyarrow an object that has `__arrow_c_array__`.
        """
        batches = self._native.stream()
        return iter(batches) if self._display is None else _Displayed(batches, self._display)

    @boundary
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Run the query and hand its batches over by the Arrow PyCapsule interface."""
        # Who reads it, on which thread, and what it prints meanwhile is unknown: no display.
        return self._bare.__arrow_c_stream__(requested_schema)

    @boundary
    def __arrow_c_schema__(self) -> object:
        """Hand over the schema by the Arrow PyCapsule interface."""
        return self._native.__arrow_c_schema__()

    @boundary
    def write_parquet(self, path: str | os.PathLike[str]) -> int:
        """Run the query into one Parquet file (zstd) and give the number of rows.

        A file that is there already is replaced once the new one is complete.
        """
        return self._native.write(os.fspath(path), "parquet")

    @boundary
    def write_csv(self, path: str | os.PathLike[str]) -> int:
        """Run the query into one CSV file with a header and give the number of rows."""
        return self._native.write(os.fspath(path), "csv")

    @boundary
    def write_json(self, path: str | os.PathLike[str]) -> int:
        """Run the query into one file of JSON lines and give the number of rows."""
        return self._native.write(os.fspath(path), "json")

    @boundary
    def show(self, limit: int = 20) -> None:
        """Print the first rows as a table, with a last line that counts or says there is more.

        Args:
            limit: The most rows to print; the query is stopped behind them.
        """
        if limit < 0:
            message = f"limit must not be negative, got {limit}"
            raise ValueError(message)
        print(self._native.preview(limit))  # noqa: T201 - printing is what it is for

    @boundary
    def explain(self, *, analyze: bool = False) -> str:
        """Describe how the query would run, without running any plugin code.

        Args:
            analyze: Run it, and add what was measured: each operator's rows and time, each plugin
                function's calls, rows and time.
        """
        return self._native.explain(analyze)

    @boundary
    def _repr_html_(self) -> str:
        """Show the first rows in a notebook."""
        limit = 20
        rows, more = self._native.head(limit)
        return to_html(self.columns, rows, more=more)

    def __repr__(self) -> str:
        """Name the columns; the query is not run."""
        return f"<arrowsmith.Relation: {', '.join(self.columns)}>"


class _Displayed:
    """Batches of a run with a display; whoever gets one finds the screen clear."""

    def __init__(self, batches: _native.Batches, display: Display) -> None:
        self._batches = batches
        self._display = display

    def __iter__(self) -> Self:
        return self

    @boundary
    def __next__(self) -> pa.RecordBatch:
        try:
            batch: pa.RecordBatch = next(self._batches)
            return batch
        finally:
            self._display.clear()
