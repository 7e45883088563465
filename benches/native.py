"""Compiled functions against the same loops in Rust, by numba and in CPython, in one process.

Run it with `python -m benches.native`. Everybody gets the same arrays, which lie ready in memory,
and answers are compared before anything is timed: by bits, where nobody says otherwise. The loops
in Rust (`benches/rust_loops`) make the checks that Python makes and call the same C library. One
core works unless the case says two.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa

import arrowsmith
from benches import harness, numba_loops, rust, scalar
from benches.harness import Bench, Case, Check, Target, Tolerance
from benches.plugin_module import plugin_module

ROWS = (2_000_000, 20_000_000)
GROUPS = 1000
FROM_MEMORY = 20_000_000
"""So many rows don't fit any cache."""
FIBO = 32
PLUGIN = Path(__file__).parent / "plugins" / "numbers.py"
CLOSE = Tolerance(relative=1e-9)

Columns = dict[str, Any]


def plain(
    name: str, rows: int, function: Callable[..., Any], given: Sequence[Any]
) -> Case[Any, Any]:
    """Call a function on arrays."""

    @contextmanager
    def setup() -> Iterator[Sequence[Any]]:
        yield given

    return Case(
        name=name,
        rows=rows,
        setup=setup,
        run=lambda arguments: function(*arguments),
        answer=_as_numpy,
    )


def compiled(name: str, rows: int, function: str, given: Sequence[Any]) -> Case[Any, Any]:
    """Call a compiled function of a plugin on arrays."""

    @contextmanager
    def setup() -> Iterator[arrowsmith.Function]:
        with _session(threads=1) as session:
            found = session.function(function)
            if found.tier != "native":
                message = f"{function} is {found.tier}: {found.tier_reason}"
                raise AssertionError(message)
            yield found

    return Case(
        name=name,
        rows=rows,
        setup=setup,
        run=lambda function: function(*given),
        answer=_as_numpy,
    )


def query(name: str, sql: str, columns: Columns, *, key: str, threads: int) -> Case[Any, Any]:
    """Run SQL over a table. Its answers are compared in the order of a column."""

    @contextmanager
    def setup() -> Iterator[arrowsmith.Relation]:
        with _session(threads=threads) as session:
            session.register("t", pa.table(columns))
            yield session.sql(sql)

    return Case(
        name=name,
        rows=len(next(iter(columns.values()))),
        setup=setup,
        run=lambda relation: relation.to_arrow(),
        answer=lambda table: _by_key(table, key),
    )


@contextmanager
def _session(*, threads: int) -> Iterator[arrowsmith.Session]:
    with (
        arrowsmith.Database.in_memory(threads=threads) as database,
        database.session() as session,
    ):
        session.load_plugin(PLUGIN)
        session.load_plugin(scalar.GEO)
        session.use(PLUGIN.stem)
        session.use("geo")
        yield session


def _by_key(table: pa.Table, key: str) -> Any:  # noqa: ANN401 - NumPy's
    table = table.sort_by(key)
    return np.array([table[name].to_numpy() for name in table.column_names])


def _as_numpy(found: Any) -> Any:  # noqa: ANN401 - each has its own kind of array
    if isinstance(found, (float, int, np.ndarray)):
        return np.asarray(found)
    return np.asarray(pa.array(found))


def _numbers(rows: int, columns: int) -> list[Any]:
    generator = np.random.default_rng(20_130_101)
    return [generator.uniform(-100.0, 300.0, rows) for _ in range(columns)]


@cache
def _rust() -> ModuleType:
    return rust.loops()


def haversine(rows: int) -> Iterator[Bench]:
    """Yield the benches of distances on a sphere."""
    columns = scalar.coordinates(rows)
    arrays = [pa.array(columns[name]) for name in scalar.COLUMNS]
    power, product, ours = "Rust, pow", "Rust, x * x", "compiled"
    yield Bench(
        title=f"Haversine over {rows:,} rows",
        cases=[
            plain(power, rows, _rust().haversine, arrays),
            plain(product, rows, _rust().haversine_by_product, arrays),
            compiled(ours, rows, "geo.haversine", arrays),
        ],
        checks=[Check(ours, power), Check(product, power, CLOSE)],
        targets=[Target(ours, power, 1.0), Target(ours, product, 0.75)],
        packages=["arrowsmith"],
    )
    one, two = "1 thread", "2 threads"
    sql = f"SELECT haversine({', '.join(scalar.COLUMNS)}) AS km FROM t"
    yield Bench(
        title=f"Haversine in SQL over {rows:,} rows",
        cases=[
            query(one, sql, columns, key="km", threads=1),
            query(two, sql, columns, key="km", threads=2),
        ],
        checks=[Check(two, one)],
        targets=[Target(two, one, 1.7)],
        packages=["arrowsmith"],
    )


def linear(rows: int) -> Bench:
    """Return the bench of `x * 2 + y`."""
    arrays = [pa.array(column) for column in _numbers(rows, 2)]
    by_hand, ours = "Rust", "compiled"
    return Bench(
        title=f"x * 2 + y over {rows:,} rows",
        cases=[
            plain(by_hand, rows, _rust().linear, arrays),
            compiled(ours, rows, f"{PLUGIN.stem}.linear", arrays),
        ],
        checks=[Check(ours, by_hand)],
        targets=[Target(ours, by_hand, 0.8 if rows >= FROM_MEMORY else None)],
        packages=["arrowsmith"],
    )


def folds(rows: int) -> Iterator[Bench]:
    """Yield the benches of loops that carry a number from row to row."""
    given = _numbers(rows, 2)
    for function, arguments, title in (
        ("score_series", given[:1], "A smoothed series: list in, list out"),
        ("score", given[:1], "An aggregate: the sum of v ** 1.5 for v > 0"),
        ("weighted", given, "An aggregate: a weighted sum"),
    ):
        theirs, by_hand, ours = "numba", "Rust", "compiled"
        arrays = [pa.array(column) for column in arguments]
        yield Bench(
            title=f"{title}, {rows:,} rows",
            cases=[
                plain(theirs, rows, getattr(numba_loops, function), arguments),
                plain(by_hand, rows, getattr(_rust(), function), arrays),
                compiled(ours, rows, f"{PLUGIN.stem}.{function}", arrays),
            ],
            checks=[Check(by_hand, theirs), Check(ours, theirs)],
            targets=[Target(ours, theirs, 0.9), Target(ours, by_hand)],
            packages=["arrowsmith", "numba", "numpy"],
        )


def grouped(rows: int) -> Bench:
    """Return the bench of an aggregate over many groups."""
    keys = np.random.default_rng(1).integers(0, GROUPS, rows)
    columns = {"k": pa.array(keys), "v": pa.array(_numbers(rows, 1)[0])}
    by_hand, ours = "Rust, a hash map", "compiled, SQL"

    def by_rust(*arrays: Any) -> Any:  # noqa: ANN401 - NumPy's
        return np.array([_as_numpy(array) for array in _rust().grouped_score(*arrays)])

    return Bench(
        title=f"The sum of v ** 1.5 in {GROUPS} groups, {rows:,} rows",
        cases=[
            plain(by_hand, rows, by_rust, list(columns.values())),
            query(ours, "SELECT k, score(v) AS s FROM t GROUP BY k", columns, key="k", threads=1),
        ],
        checks=[Check(ours, by_hand)],
        targets=[Target(ours, by_hand, 0.5)],
        packages=["arrowsmith"],
    )


def fibo() -> Bench:
    """Return the bench of a function that calls itself."""
    theirs, ours = "CPython", "compiled"
    interpreted = plugin_module(PLUGIN).fibo
    return Bench(
        title=f"fibo({FIBO})",
        cases=[
            plain(theirs, 1, interpreted, [FIBO]),
            compiled(ours, 1, f"{PLUGIN.stem}.fibo", [FIBO]),
        ],
        checks=[Check(ours, theirs)],
        targets=[Target(ours, theirs, 20.0)],
        packages=["arrowsmith"],
    )


def make(rows: int) -> Iterator[Bench]:
    """Yield the benches for a number of rows."""
    yield from haversine(rows)
    yield linear(rows)
    yield from folds(rows)
    yield grouped(rows)
    if rows == ROWS[0]:
        yield fibo()


if __name__ == "__main__":
    sys.exit(harness.main(make, rows=ROWS))
