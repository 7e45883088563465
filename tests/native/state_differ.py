"""Compares aggregates and windows in two tiers: by group, prefix and frame, with two threads.

States themselves are compared, too, part by part: after each row, after each batch and merged.
"""

from collections.abc import Iterator
from random import Random

import numpy as np
import pyarrow as pa

from tests.native.differ import TIERS, Failure, Mutate, Pair, Tier, bits, nulls
from tests.native.inputs import batch
from tests.native.random_states import StateProgram

Told = str
GROUPS = 5
BATCHES = 3


def table(random: Random, one: StateProgram, rows: int) -> pa.Table:
    """Give rows in chunks of random lengths, of random groups, some of them NULL."""
    groups = [random.choice([*range(GROUPS), None]) for _ in range(rows)]
    columns = [pa.array(range(rows)), pa.array(groups, pa.int64())]
    names = ["id", "g", *(p.name for p in one.parameters)]
    whole = pa.table([*columns, *batch(random, one.parameters, rows)], names)
    parts, start = [], 0
    while start < rows:
        length = random.choice([1, 2, 7, 64, 100])
        parts.append(whole.slice(start, length))
        start += length
    return pa.concat_tables(parts)


def queries(one: StateProgram, rows: int, *, threads: int) -> Iterator[str]:
    call = f"p.{one.name}({', '.join(p.name for p in one.parameters)})"
    over = "PARTITION BY g ORDER BY id"
    if one.name.startswith("w"):
        yield f"SELECT id, {call} OVER ({over}) AS y FROM t ORDER BY id"
        yield f"SELECT id, {call} OVER (ORDER BY id) AS y FROM t ORDER BY id"
        return
    yield f"SELECT g, {call} AS y FROM t GROUP BY g ORDER BY g"
    yield f"SELECT g, {call} FILTER (WHERE id % 3 = 0) AS y FROM t GROUP BY g ORDER BY g"
    # By what comes of states: of all rows so far, of the row's group so far.
    for prefix in (0, 1, rows // 3, rows):
        yield f"SELECT {call} AS y FROM t WHERE id < {prefix}"
    if threads > 1:
        halves = " UNION ALL ".join(
            f"SELECT * FROM t WHERE id % 3 {test} 0" for test in ("=", "<>")
        )
        yield f"SELECT g, {call} AS y FROM ({halves}) GROUP BY g ORDER BY g"
        yield f"SELECT {call} AS y FROM ({halves})"
    else:
        yield f"SELECT id, {call} OVER ({over}) AS y FROM t ORDER BY id"
    if one.retracts:
        frame = "ROWS BETWEEN 3 PRECEDING AND CURRENT ROW"
        yield f"SELECT id, {call} OVER ({over} {frame}) AS y FROM t ORDER BY id"


def watching(one: StateProgram, given: pa.Table, *, threads: int) -> Iterator[tuple[str, pa.Table]]:
    """Give queries for the parts of states, with the rows that they are for."""
    ends = np.cumsum([len(batch) for batch in given.to_batches()])
    for name in one.watchers:
        call = f"p.{name}({', '.join(p.name for p in one.parameters)})"
        yield f"SELECT g, {call} AS y FROM t GROUP BY g ORDER BY g", given
        if threads == 1:
            yield f"SELECT id, {call} OVER (ORDER BY id) AS y FROM t ORDER BY id", given
            for end in ends[:BATCHES]:
                yield f"SELECT {call} AS y FROM t", given.slice(0, end)


def answer(tier: Tier, query: str, rows: pa.Table) -> pa.ChunkedArray | Failure:
    tier.session.register("t", rows)
    try:
        found: pa.Table = tier.session.sql(query).to_arrow()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other must raise it too
        return Failure.of(error)
    return found["y"]


def is_same(native: pa.ChunkedArray | Failure, inline: pa.ChunkedArray | Failure) -> bool:
    if isinstance(native, Failure) or isinstance(inline, Failure):
        return native == inline
    one, other = native.combine_chunks(), inline.combine_chunks()
    if one.type != other.type or len(one) != len(other):
        return False
    return bool(np.all(bits(one) == bits(other)) and np.all(nulls(one) == nulls(other)))


def differences(
    one: StateProgram, rows: int, *, mutate: Mutate = str, tiers: tuple[str, str] = TIERS
) -> list[Told]:
    """Compare one program in all queries, with one thread, and with two where that is the same."""
    found = []
    for threads in (1, 2) if one.orderless else (1,):
        with Pair(one.text, mutate=mutate, tiers=tiers, threads=threads) as pair:
            given = table(Random(one.name), one, rows)
            asked = [(query, given) for query in queries(one, rows, threads=threads)]
            asked += watching(one, given, threads=threads)
            for query, seen in asked:
                native, inline = (answer(tier, query, seen) for tier in (pair.native, pair.inline))
                if isinstance(inline, Failure) and threads > 1:
                    # Which row fails first is up to the threads.
                    same = isinstance(native, Failure) and native.type == inline.type
                else:
                    same = is_same(native, inline)
                if not same:
                    found.append(f"{query}\n  native: {native}\n  inline: {inline}\n{one.text}")
    return found
