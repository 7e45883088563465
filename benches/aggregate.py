"""The mean of 5 M values: a list loop, datafusion-python, and Arrowsmith.

Run it with `python -m benches.aggregate`, or as 1000 groups with `python -m benches.grouped`. The
work is equal: a column of values, and one of group numbers, that lie ready in memory become one
mean for each group. The list loop gets Python lists; datafusion-python and Arrowsmith get the same
registered Arrow table, and as many threads as there are cores. The functions of Arrowsmith and of
the list loop are those of `benches/plugins/mean.py`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import datafusion
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import arrowsmith
from benches import harness
from benches.harness import Bench, Case, Check, Target, Tolerance
from benches.plugin_module import plugin_module

ROWS = 5_000_000
PLUGIN = Path(__file__).parent / "plugins" / "mean.py"
FORMS = ("dict", "class", "numpy")

Answer = dict[int, float]


class ArrowMean(datafusion.Accumulator):
    """The mean as datafusion-python's own examples write an aggregate."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._total = 0.0
        self._count = 0

    def update(self, values: "pa.Array[Any]") -> None:  # type: ignore[override]
        """Add an array of values."""
        self._total += pc.sum(values).as_py() or 0.0
        self._count += len(values)

    def merge(self, states: list[Any]) -> None:
        """Add what was accumulated elsewhere."""
        self._total += pc.sum(states[0]).as_py() or 0.0
        self._count += pc.sum(states[1]).as_py() or 0

    def state(self) -> list[Any]:
        """Return the sum and the count."""
        return [pa.scalar(self._total), pa.scalar(self._count)]

    def evaluate(self) -> "pa.Scalar[Any]":
        """Return the mean."""
        return pa.scalar(self._total / self._count)


def table(rows: int, groups: int) -> pa.Table:
    """Return values and group numbers, the same ones each time."""
    generator = np.random.default_rng(20_130_101)
    return pa.table(
        {
            "g": pa.array(generator.integers(0, groups, rows)),
            "v": pa.array(generator.normal(size=rows)),
        }
    )


def list_loop(data: pa.Table, *, name: str, groups: int) -> Case[Any, Any]:
    """Accumulate over ready Python lists."""
    module = plugin_module(PLUGIN)
    accumulate, init, finalize = module.accumulate, module.init, module.finalize

    @contextmanager
    def setup() -> Iterator[tuple[list[int], list[float]]]:
        yield data["g"].to_numpy().tolist(), data["v"].to_numpy().tolist()

    def one(lists: tuple[list[int], list[float]]) -> Answer:
        state = init()
        for value in lists[1]:
            state = accumulate(state, value)
        return {0: finalize(state)}

    def many(lists: tuple[list[int], list[float]]) -> Answer:
        states: dict[int, Any] = {}
        for group, value in zip(*lists, strict=True):
            state = states.get(group)
            states[group] = accumulate(init() if state is None else state, value)
        return {group: finalize(state) for group, state in states.items()}

    run = one if groups == 1 else many
    return Case(name=name, rows=len(data), setup=setup, run=run, answer=_sorted)


def theirs(data: pa.Table, *, name: str) -> Case[Any, Any]:
    """Aggregate with datafusion-python."""

    @contextmanager
    def setup() -> Iterator[datafusion.SessionContext]:
        context = datafusion.SessionContext()
        context.register_record_batches("t", [data.combine_chunks().to_batches()])
        state: list[pa.DataType] = [pa.float64(), pa.int64()]
        context.register_udaf(
            datafusion.udaf(ArrowMean, [pa.float64()], pa.float64(), state, "immutable", "mean")
        )
        yield context

    def run(context: datafusion.SessionContext) -> Answer:
        frame = context.sql("SELECT g, mean(v) AS m FROM t GROUP BY g")
        return _from_arrow(frame.to_arrow_table())

    return Case(name=name, rows=len(data), setup=setup, run=run, answer=_sorted)


def ours(data: pa.Table, *, name: str, form: str) -> Case[Any, Any]:
    """Aggregate with the plugin's function."""

    @contextmanager
    def setup() -> Iterator[arrowsmith.Relation]:
        with arrowsmith.Database.in_memory() as database, database.session() as session:
            session.load_plugin(PLUGIN)
            session.register("t", data)
            yield session.sql(f"SELECT g, mean.mean_{form}(v) AS m FROM t GROUP BY g")

    def run(query: arrowsmith.Relation) -> Answer:
        return _from_arrow(query.to_arrow())

    return Case(name=name, rows=len(data), setup=setup, run=run, answer=_sorted)


def _from_arrow(found: pa.Table) -> Answer:
    return dict(zip(found["g"].to_numpy().tolist(), found["m"].to_numpy().tolist(), strict=True))


def _sorted(answer: Answer) -> np.ndarray[Any, Any]:
    return np.array([answer[group] for group in sorted(answer)])


def bench(rows: int, groups: int) -> Bench:
    """Return the bench for a number of rows and of groups."""
    data = table(rows, groups)
    loop, df = "list loop", "datafusion-python"
    names = {form: f"arrowsmith {form}" for form in FORMS}
    if groups == 1:
        targets = [Target(name, loop, 0.5) for name in names.values()]
    else:
        grown = [names["dict"], names["class"]]
        targets = [Target(name, df, 10.0) for name in grown]
        targets += [Target(name, loop, 0.3) for name in grown]
    # Sums of parts are added up in an order of their own.
    close = Tolerance(relative=1e-9, absolute=1e-12)
    return Bench(
        title=f"The mean of {rows:,} values in {groups} group{'' if groups == 1 else 's'}",
        cases=[
            list_loop(data, name=loop, groups=groups),
            theirs(data, name=df),
            *(ours(data, name=name, form=form) for form, name in names.items()),
        ],
        checks=[Check(name, loop, close) for name in (df, *names.values())],
        targets=targets,
        packages=["arrowsmith", "datafusion", "numpy", "pyarrow"],
    )


def make(rows: int) -> Bench:
    """Return the bench of one group; `benches.grouped` has the one of many."""
    return bench(rows, 1)


if __name__ == "__main__":
    sys.exit(harness.main(make, rows=ROWS))
