"""Runs the same functions in two tiers, on the same rows, and compares what they give by bits."""

import re
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import arrowsmith
from tests.native.templates import PREAMBLE

Mutate = Callable[[str], str]
Columns = list[pa.Array]

# What can't be compiled runs in the interpreter twice: who compares looks at the tier, too.
TIERS = ("auto", "inline")


def anonymous(text: str) -> str:
    """Take out which object a state is, and how often its plugin was loaded: both say nothing."""
    return re.sub(r"<_arrowsmith_plugin_\d+_(\S+) object at 0x\w+>", r"<\1>", text)


@dataclass(frozen=True)
class Failure:
    """An exception: what a user may see of it."""

    type: str
    message: str
    row: int | None = None
    notes: tuple[str, ...] = ()
    lines: tuple[tuple[str, int | None], ...] = ()
    """Where it passed in the plugin: functions and lines."""

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        frames = traceback.extract_tb(error.__traceback__)
        # A plugin that was loaded from a text has no file.
        lines = [(frame.name, frame.lineno) for frame in frames if ".py" not in frame.filename]
        notes = tuple(anonymous(note) for note in getattr(error, "__notes__", ()))
        return cls(type(error).__name__, str(error), None, notes, tuple(lines))


@dataclass(frozen=True)
class Answer:
    """What a function gave for some rows."""

    values: pa.Array | None
    failures: dict[int, Failure]
    """By the row; of a function that collects its errors."""
    raised: Failure | None
    """What the whole call raised."""

    def at(self, row: int) -> Any:
        """Give what came of one row, for a reader."""
        if self.raised is not None:
            return self.raised
        assert self.values is not None
        return self.failures.get(row, self.values[row].as_py())


@dataclass(frozen=True)
class Difference:
    function: str
    row: int | None
    arguments: tuple[Any, ...]
    native: Any
    inline: Any

    def __str__(self) -> str:
        return (
            f"{self.function}{self.arguments} in row {self.row}\n"
            f"  native: {_shown(self.native)}\n  inline: {_shown(self.inline)}"
        )


@dataclass
class Tier:
    """One of the two sessions."""

    session: arrowsmith.Session
    name: str
    text: str

    def load(self, plugin: str) -> None:
        with warnings.catch_warnings():
            # That a source hints at None, for one.
            warnings.simplefilter("ignore")
            self.session.load_python_plugin(self.text, plugin)

    def call(self, function: str, columns: Columns) -> Answer:
        values, raised = None, None
        try:
            values = self.session.function(function)(*columns)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other must raise it too
            raised = Failure.of(error)
        failures = {}
        if self.session.error_count:
            for _, _, row, arguments, type_, message in self.session.errors().rows():
                failures[row] = Failure(type_, message, row, (arguments,))
            self.session.clear_errors()
        return Answer(values, failures, raised)

    def described(self) -> dict[str, dict[str, Any]]:
        """Give what the session says of each function."""
        relation = self.session.functions()
        rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.rows()]
        return {row["name"]: row for row in rows}


@dataclass
class Pair:
    """A plugin's text, loaded once for each tier."""

    text: str
    """With `{tier}` where the tier stands."""
    plugin: str = "p"
    mutate: Mutate = str
    """What is done to the text of the native one, to plant a mistake."""
    preamble: str = PREAMBLE
    tiers: tuple[str, str] = TIERS
    threads: int = 1
    failures: int = 0
    """How many rows or calls raised so far, of those that were compared."""

    def __enter__(self) -> Self:
        self._database = arrowsmith.Database.in_memory(threads=self.threads)
        native, inline = self.tiers
        self.native = self._tier(native, self.mutate)
        self.inline = self._tier(inline, str)
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def _tier(self, name: str, mutate: Mutate) -> Tier:
        text = mutate((self.preamble + self.text).replace("{tier}", name))
        tier = Tier(self._database.session(), name, text)
        tier.load(self.plugin)
        return tier

    def tier(self, function: str) -> str:
        """Say where the function of the first tier really runs."""
        tier: str = self.native.described()[f"{self.plugin}.{function}"]["tier"]
        return tier

    def compare(self, function: str, columns: Columns) -> list[Difference]:
        """Call the function in both; give where they differ."""
        name = f"{self.plugin}.{function}"
        native, inline = self.native.call(name, columns), self.inline.call(name, columns)
        self.failures += len(inline.failures) + (inline.raised is not None)
        if self._differ_by_warmth(name, columns, native, inline):
            return []
        differences = _differences(function, columns, native, inline)
        if native.raised is None and self.native.session.function(name).tier == "native":
            # A call that was short runs on the thread of who makes it, the next time.
            again = self.native.call(name, columns)
            differences += _differences(function, columns, again, inline)
        return differences

    def _differ_by_warmth(
        self, name: str, columns: Columns, native: Answer, inline: Answer
    ) -> bool:
        """Whether only lines of tracebacks differ, and not where no code has run before.

        CPython 3.11 gives other lines once a function has run a few times: it joins STORE_FAST and
        the LOAD_FAST of the next line to one instruction, whose line is the first one's. Rows that
        left machine code are the first ones that the interpreter sees of their function.
        """
        warm = (native.raised, inline.raised)
        if None in warm or warm[0] == warm[1] or not _same_but_lines(*warm):
            return False
        row = re.search(r", row (\d+),", " ".join(inline.raised.notes if inline.raised else ()))
        if row is None:
            return False
        alone = [column.slice(int(row[1]), 1) for column in columns]
        with replace(self, failures=0) as fresh:
            cold = (fresh.native.call(name, alone).raised, fresh.inline.call(name, alone).raised)
        return cold[0] == cold[1] and _same_but_lines(inline.raised, cold[1])


def _same_but_lines(one: Failure | None, other: Failure | None) -> bool:
    """Whether a user sees the same exception, but for its lines and the number of its row."""
    if one is None or other is None:
        return False
    return (one.type, one.message, len(one.lines)) == (other.type, other.message, len(other.lines))


def _differences(
    function: str, columns: Columns, native: Answer, inline: Answer
) -> list[Difference]:
    return [
        Difference(
            function,
            row,
            () if row is None else tuple(column[row].as_py() for column in columns),
            native.raised if row is None else native.at(row),
            inline.raised if row is None else inline.at(row),
        )
        for row in differing_rows(native, inline)
    ]


def differing_rows(native: Answer, inline: Answer) -> list[int | None]:
    """Give the rows that differ; None stands for the whole call."""
    if native.raised != inline.raised:
        return [None]
    if native.values is None or inline.values is None:
        return []
    rows = {
        row
        for row in native.failures.keys() | inline.failures.keys()
        if native.failures.get(row) != inline.failures.get(row)
    }
    if native.values.type != inline.values.type or len(native.values) != len(inline.values):
        return [None]
    rows.update(np.flatnonzero(bits(native.values) != bits(inline.values)).tolist())
    rows.update(np.flatnonzero(nulls(native.values) != nulls(inline.values)).tolist())
    return sorted(rows)


def nulls(values: pa.Array) -> Any:
    """Give which values are NULL."""
    return values.is_null().to_numpy(zero_copy_only=False)


def bits(values: pa.Array) -> Any:
    """Give each value's bits; all NaNs are one, and so are all NULLs."""
    if pa.types.is_list(values.type):
        return _bits_of_lists(values)
    zero = pa.scalar(False if pa.types.is_boolean(values.type) else 0, values.type)
    filled = values.fill_null(zero).to_numpy(zero_copy_only=False)
    if filled.dtype == np.float64:
        return np.where(np.isnan(filled), np.nan, filled).view(np.int64)
    return filled


def _bits_of_lists(values: pa.ListArray) -> Any:
    """Give the bits of each list's items in one object, with which of them are NULL."""
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    items = values.flatten()
    ends = np.cumsum(lengths).tolist()
    numbers, missing = bits(items), nulls(items)
    lists = np.empty(len(values), object)
    for row, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        lists[row] = (numbers[start:end].tobytes(), missing[start:end].tobytes())
    return lists


def _shown(answer: Any) -> str:
    return f"{answer!r} ({answer.hex()})" if isinstance(answer, float) else repr(answer)
