"""Haversine over 2 M rows: a bare list loop, NumPy on whole columns, and Arrowsmith in both modes.

Run it with `python -m benches.scalar`. The work is equal: coordinates that lie ready in memory
become one column of distances, each in the form that is natural for who computes it. The list loop
gets Python lists and makes one, NumPy gets arrays and makes one, Arrowsmith gets a registered Arrow
table and makes an Arrow table. All run the functions of `examples/01_haversine/geo.py`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import arrowsmith
from benches import harness
from benches.harness import Bench, Case, Check, Target, Tolerance
from benches.plugin_module import plugin_module

ROWS = 2_000_000
GEO = Path(__file__).parent.parent / "examples" / "01_haversine" / "geo.py"
COLUMNS = ("lat1", "lon1", "lat2", "lon2")

Floats: TypeAlias = npt.NDArray[np.float64]


def coordinates(rows: int) -> dict[str, Floats]:
    """Return `rows` pairs of points, the same ones each time."""
    generator = np.random.default_rng(20_130_101)
    return {
        name: generator.uniform(*((-90, 90) if name.startswith("lat") else (-180, 180)), rows)
        for name in COLUMNS
    }


def list_loop(data: dict[str, Floats], function: Callable[..., float | None]) -> Case[Any, Any]:
    """Call the row function over ready Python lists."""

    @contextmanager
    def setup() -> Iterator[list[list[float]]]:
        yield [data[name].tolist() for name in COLUMNS]

    return Case(
        name="list loop",
        rows=len(data["lat1"]),
        setup=setup,
        run=lambda lists: list(map(function, *lists)),
        answer=lambda found: np.sort(np.array(found, dtype=np.float64)),
    )


def numpy(data: dict[str, Floats], function: Callable[..., Floats]) -> Case[Any, Any]:
    """Call the vectorized function once, on whole columns."""

    @contextmanager
    def setup() -> Iterator[list[Floats]]:
        yield [data[name] for name in COLUMNS]

    return Case(
        name="numpy",
        rows=len(data["lat1"]),
        setup=setup,
        run=lambda columns: function(*columns),
        answer=np.sort,
    )


def ours(
    data: dict[str, Floats],
    *,
    name: str,
    function: str,
    threads: int,
    tier: Literal["auto", "inline"] = "inline",
) -> Case[Any, Any]:
    """Call a function of the plugin from SQL, over a registered table."""

    @contextmanager
    def setup() -> Iterator[arrowsmith.Relation]:
        with (
            arrowsmith.Database.in_memory(threads=threads, tier=tier) as database,
            database.session() as session,
        ):
            session.load_plugin(GEO)
            session.register(
                "t", pa.table({name: pa.array(column) for name, column in data.items()})
            )
            yield session.sql(f"SELECT {function}(lat1, lon1, lat2, lon2) AS km FROM t")

    return Case(
        name=name,
        rows=len(data["lat1"]),
        setup=setup,
        run=lambda query: query.to_arrow(),
        # SQL promises no order of rows, and two threads keep none: all answers are compared sorted.
        answer=lambda table: np.sort(table.column("km").to_numpy()),
    )


def make(rows: int) -> Bench:
    """Return the bench for a number of rows."""
    data = coordinates(rows)
    module = plugin_module(GEO)
    row = "arrowsmith row, 1 thread"
    compiled = "arrowsmith compiled, 1 thread"
    both = "arrowsmith compiled, 2 threads"
    one = "arrowsmith vectorized, 1 thread"
    two = "arrowsmith vectorized, 2 threads"
    return Bench(
        title=f"Haversine over {rows:,} rows",
        cases=[
            list_loop(data, module.haversine),
            numpy(data, module.haversine_np),
            ours(data, name=row, function="geo.haversine", threads=1),
            ours(data, name=compiled, function="geo.haversine", threads=1, tier="auto"),
            ours(data, name=both, function="geo.haversine", threads=2, tier="auto"),
            ours(data, name=one, function="geo.haversine_np", threads=1),
            ours(data, name=two, function="geo.haversine_np", threads=2),
        ],
        checks=[
            Check(row, "list loop"),
            Check(compiled, "list loop"),
            Check(both, "list loop"),
            Check(one, "numpy"),
            Check(two, "numpy"),
            # NumPy has a sine and cosine of its own, a few units in the last place from libm's.
            # Near the antipode asin makes more of it: 1 - a is tiny there, half its digits gone.
            Check("numpy", "list loop", Tolerance(relative=1e-9)),
        ],
        targets=[Target(row, "list loop", 0.95), Target(one, "numpy", 0.9), Target(two, one, 1.3)],
        packages=["arrowsmith", "numpy", "pyarrow"],
    )


if __name__ == "__main__":
    sys.exit(harness.main(make, rows=ROWS))
