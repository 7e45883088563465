"""The answer of a query, computed when it is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from arrowsmith.display import to_html
from arrowsmith.optional import require

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from arrowsmith import _native


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

    def __init__(self, native: _native.Relation) -> None:
        """Wrap the native relation; use `Session.sql` instead."""
        self._native = native

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

    def collect(self) -> Relation:
        """Run the query and keep its answer in memory.

        Returns:
            A relation over the kept rows, which runs nothing any more.
        """
        return Relation(self._native.collect())

    def to_arrow(self) -> pa.Table:
        """Run the query and give a `pyarrow.Table` (extra `pyarrow`)."""
        table: pa.Table = require("pyarrow").table(self._native.read(views=False))
        return table

    def to_polars(self) -> pl.DataFrame:
        """Run the query and give a `polars.DataFrame` (extra `polars`)."""
        frame: pl.DataFrame = require("polars").DataFrame(self._native.read(views=True))
        return frame

    def to_pandas(self) -> pd.DataFrame:
        """Run the query and give a `pandas.DataFrame` (extra `pandas`)."""
        require("pandas")
        return self.to_arrow().to_pandas()

    def rows(self) -> list[tuple[Any, ...]]:
        """Run the query and give its rows as tuples of Python values, NULL as `None`."""
        return self._native.rows()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Run the query and give its batches as they come; memory stays flat.

        Leaving the loop early stops the query. A batch is a `pyarrow.RecordBatch`, or without
        pyarrow an object that has `__arrow_c_array__`.
        """
        return iter(self._native.stream())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Run the query and hand its batches over by the Arrow PyCapsule interface."""
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Hand over the schema by the Arrow PyCapsule interface."""
        return self._native.__arrow_c_schema__()

    def write_parquet(self, path: str | os.PathLike[str]) -> int:
        """Run the query into one Parquet file (zstd) and give the number of rows.

        A file that is there already is replaced once the new one is complete.
        """
        return self._native.write(os.fspath(path), "parquet")

    def write_csv(self, path: str | os.PathLike[str]) -> int:
        """Run the query into one CSV file with a header and give the number of rows."""
        return self._native.write(os.fspath(path), "csv")

    def write_json(self, path: str | os.PathLike[str]) -> int:
        """Run the query into one file of JSON lines and give the number of rows."""
        return self._native.write(os.fspath(path), "json")

    def show(self, limit: int = 20) -> None:
        """Print the first rows as a table, with a last line that counts or says there is more.

        Args:
            limit: The most rows to print; the query is stopped behind them.
        """
        if limit < 0:
            message = f"limit must not be negative, got {limit}"
            raise ValueError(message)
        print(self._native.preview(limit))  # noqa: T201 - printing is what it is for

    def explain(self, *, analyze: bool = False) -> str:
        """Describe how the query would run, without running any plugin code.

        Args:
            analyze: Run it, and add what was measured: each operator's rows and time, each plugin
                function's calls, rows and time.
        """
        return self._native.explain(analyze)

    def _repr_html_(self) -> str:
        """Show the first rows in a notebook."""
        limit = 20
        rows, more = self._native.head(limit)
        return to_html(self.columns, rows, more=more)

    def __repr__(self) -> str:
        """Name the columns; the query is not run."""
        return f"<arrowsmith.Relation: {', '.join(self.columns)}>"
