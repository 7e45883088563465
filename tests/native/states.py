"""Queries over aggregates and windows, and one plugin in two tiers."""

from typing import Any, Self

import pyarrow as pa

import arrowsmith
from tests.native.differ import Failure, anonymous

CALLS = {"seen": "p.seen(x, n)"} | {
    name: f"p.{name}({'n' if name in ('whole', 'product', 'slotted', 'picky') else 'x'})"
    for name in ("mean", "total", "whole", "spread", "product", "weighted", "slotted", "picky")
}
NEVER_RAISES = {name: call for name, call in CALLS.items() if name != "picky"}
WINDOW_CALLS = {
    name: f"p.{name}({'x' if name == 'series' else 'n'})" for name in ("series", "runs", "powers")
}

QUERIES = {
    "all rows": "SELECT {f} FROM t",
    "groups": "SELECT k, {f} FROM t GROUP BY k ORDER BY k",
    "many groups": "SELECT id % 997 AS g, {f} FROM t GROUP BY id % 997 ORDER BY g",
    "each row": "SELECT id, {f} FROM t GROUP BY id ORDER BY id LIMIT 500",
    "no rows": "SELECT {f} FROM t WHERE id < 0",
    "no groups": "SELECT k, {f} FROM t WHERE id < 0 GROUP BY k",
    "only NULL": "SELECT {f} FROM t WHERE x IS NULL",
    "a filter": "SELECT k, {f} FILTER (WHERE b) FROM t GROUP BY k ORDER BY k",
    "a filter that few pass": "SELECT k, {f} FILTER (WHERE id < 3) FROM t GROUP BY k ORDER BY k",
    "an order": "SELECT k, {ordered} FROM t GROUP BY k ORDER BY k",
    "distinct rows": "SELECT k, {distinct} FROM t GROUP BY k ORDER BY k",
    "in between": "SELECT sum(y) FROM (SELECT k, b, {f} AS y FROM t GROUP BY k, b)",
    "having": "SELECT k FROM t GROUP BY k HAVING {f} <> 2 ORDER BY k",
    "a growing frame": "SELECT id, {f} OVER (PARTITION BY k ORDER BY id) FROM t ORDER BY id",
    "a sliding frame": """
        SELECT id, {f} OVER (PARTITION BY k ORDER BY id ROWS 5 PRECEDING) FROM t ORDER BY id""",
    "a frame behind its row": """
        SELECT id, {f} OVER (ORDER BY id ROWS BETWEEN 9 PRECEDING AND 5 PRECEDING)
        FROM t WHERE id < 999 ORDER BY id""",
}  # fmt: skip


def query_of(query: str, call: str) -> str:
    distinct = call.replace("(", "(DISTINCT ")
    ordered = call.replace(")", " ORDER BY id DESC)")
    return query.format(f=call, distinct=distinct, ordered=ordered)


def numbers(rows: int, *, nulls: bool = True) -> pa.Table:
    """Give a table whose sums are the same in every order."""
    spare = [None] if nulls else []
    xs = [0.5, -3.25, 8.0, *spare, 1.5, 0.0, 2.0**20]
    ns = [1, 2, *spare, 0, -5, 2**30, 3]
    return pa.table({
        "id": range(rows),
        "k": [(row * 7919) % 101 % 17 for row in range(rows)],
        "x": pa.array((xs[(row * 31) % len(xs)] for row in range(rows)), pa.float64()),
        "n": pa.array((ns[(row * 17) % len(ns)] for row in range(rows)), pa.int64()),
        "b": [row % 3 == 0 for row in range(rows)],
    })  # fmt: skip


class Sessions:
    """One text in two tiers, over the same tables."""

    def __init__(self, text: str, *, options: str = "", threads: int = 1, **tables: Any) -> None:
        """Load `p`; `OPTIONS` in the text are those of the decorators."""
        self.text = self.text_of(text, options)
        self.database = arrowsmith.Database.in_memory(threads=threads)
        self.native, self.inline = self.database.session(), self.database.session(tier="inline")
        for session in (self.native, self.inline):
            session.load_python_plugin(self.text, "p")
            for name, table in tables.items():
                session.register(name, table)

    @staticmethod
    def text_of(text: str, options: str = "") -> str:
        """Give a text with these options, or none, for each of its decorators."""
        text = text.replace("(OPTIONS)", f"({options})" if options else "")
        return text.replace(", OPTIONS", f", {options}" if options else "")

    def __enter__(self) -> Self:
        """Check that there is something to compare."""
        for name, reason in self.described("reason").items():
            assert self.described("tier")[name] == "native", f"{name}: {reason}"
        return self

    def __exit__(self, *_: object) -> None:
        """Close both."""
        self.database.close()

    def described(self, column: str) -> dict[str, Any]:
        """Give what the compiling session says of each function."""
        listed = self.native.functions().to_arrow().to_pylist()
        return {row["name"]: row[column] for row in listed}

    def both(self, query: str) -> tuple[Any, Any]:
        """Give what the query answers in both, and what it collects."""
        native, inline = (_answer(session, query) for session in (self.native, self.inline))
        return native, inline

    def same(self, query: str) -> Any:
        """Check that both give the same, bit by bit, and give it."""
        native, inline = self.both(query)
        assert shown(native) == shown(inline), query
        return native[0]


def shown(answer: Any) -> str:
    """Give a text that tells all numbers apart."""
    return anonymous(repr(answer))


def _answer(session: arrowsmith.Session, query: str) -> Any:
    try:
        answer: Any = session.sql(query).rows()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other must raise it too
        answer = Failure.of(error)
    errors = [row[1:] for row in session.errors().rows()]
    session.clear_errors()
    return answer, errors
