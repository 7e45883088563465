"""A procedure of 1 M rows of three columns: bare loops over its generator, and Arrowsmith.

Run it with `python -m benches.procedure`. A bare loop looks at one value of each row and keeps
none; Arrowsmith keeps all of them, as an Arrow table. That is more work than the loop does, and
what a user would compare. The generator of batches reads a Parquet file, and pyarrow makes a table
of the same batches. The functions are those of `benches/plugins/rows.py`.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import arrowsmith
from benches import harness
from benches.harness import Bench, Case, Check, Target
from benches.plugin_module import plugin_module

ROWS = 1_000_000
PLUGIN = Path(__file__).parent / "plugins" / "rows.py"


def loop(
    module: ModuleType, rows: int, form: str, total: Callable[[Iterator[Any]], int]
) -> Case[Any, Any]:
    """Loop over the bare generator."""
    generator = getattr(module, form)

    @contextmanager
    def setup() -> Iterator[None]:
        yield None

    return Case(
        name=f"loop over {form}",
        rows=rows,
        setup=setup,
        run=lambda _: total(generator(rows)),
        answer=lambda found: found,
    )


def total_of_dicts(rows: Iterator[dict[str, Any]]) -> int:
    """Add up the ids."""
    total = 0
    for row in rows:
        total += row["id"]
    return total


def total_of_tuples(rows: Iterator[tuple[int, float, str]]) -> int:
    """Add up the ids."""
    total = 0
    for row in rows:
        total += row[0]
    return total


@contextmanager
def parquet(module: ModuleType, rows: int) -> Iterator[str]:
    """Write the rows to a file."""
    ids, values, names = zip(*module.tuples(rows), strict=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        pq.write_table(pa.table({"id": ids, "x": values, "name": names}), path)
        yield str(path)


def pyarrow(module: ModuleType, rows: int) -> Case[Any, Any]:
    """Make a table of the batches of the file."""
    return Case(
        name="pyarrow",
        rows=rows,
        setup=lambda: parquet(module, rows),
        run=lambda path: pa.Table.from_batches(module.batches(path)),
        answer=_total,
    )


def ours(module: ModuleType, rows: int, form: str) -> Case[Any, Any]:
    """Select from the procedure."""

    def argument() -> AbstractContextManager[str | int]:
        return parquet(module, rows) if form == "batches" else nullcontext(rows)

    @contextmanager
    def setup() -> Iterator[arrowsmith.Relation]:
        with (
            argument() as given,
            arrowsmith.Database.in_memory() as database,
            database.session() as session,
        ):
            session.load_plugin(PLUGIN)
            yield session.sql(f"SELECT * FROM rows.{form}($1)", [given])

    return Case(
        name=f"arrowsmith {form}",
        rows=rows,
        setup=setup,
        run=lambda query: query.to_arrow(),
        answer=_total,
    )


def _total(table: pa.Table) -> int:
    if table.column_names != ["id", "x", "name"]:
        message = f"columns {table.column_names}"
        raise ValueError(message)
    return int(table["id"].to_numpy().sum())


def make(rows: int) -> Bench:
    """Return the bench for a number of rows."""
    module = plugin_module(PLUGIN)
    names = {form: f"arrowsmith {form}" for form in ("dicts", "tuples", "batches")}
    return Bench(
        title=f"A procedure of {rows:,} rows",
        cases=[
            loop(module, rows, "dicts", total_of_dicts),
            ours(module, rows, "dicts"),
            loop(module, rows, "tuples", total_of_tuples),
            ours(module, rows, "tuples"),
            pyarrow(module, rows),
            ours(module, rows, "batches"),
        ],
        checks=[
            Check(name, "loop over dicts")
            for name in ("loop over tuples", "pyarrow", *names.values())
        ],
        targets=[
            Target(names["dicts"], "loop over dicts", 0.5),
            Target(names["tuples"], "loop over tuples", 0.6),
            Target(names["batches"], "pyarrow", 0.8),
        ],
        packages=["arrowsmith", "pyarrow"],
    )


if __name__ == "__main__":
    sys.exit(harness.main(make, rows=ROWS))
