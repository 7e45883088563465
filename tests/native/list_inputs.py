"""Lists for random programs: empty, of one item, long, with NULLs; and the columns they come in."""

from collections.abc import Callable
from random import Random
from typing import Any

import pyarrow as pa

Make = Callable[[Random, str], Any]
"""Gives a number of a type."""

ITEMS = {"list[float]": pa.float64(), "list[int]": pa.int64()}


def is_list(type_: str) -> bool:
    return type_ in ITEMS


def item_of(type_: str) -> str:
    return type_.removeprefix("list[").removesuffix("]")


def some_list(random: Random, type_: str, make: Make, most: int) -> list[Any]:
    """Give a list of numbers that `make` gives; few have a NULL among them."""
    item = item_of(type_)
    lengths = [0, 1, random.randint(2, 8), random.randint(2, min(most, 50)), most]
    length = random.choices(lengths, [10, 14, 64, 11.5, 0.5])[0]
    if length > 50:
        # Of a long one its length counts, not each of its items.
        few = [make(random, item) for _ in range(37)]
        values = (few * (length // 37 + 1))[:length]
    else:
        values = [make(random, item) for _ in range(length)]
    if values and random.random() < 0.02:
        values[random.randrange(length)] = None
    return values


def related_list(random: Random, value: Any, type_: str, near: Make) -> list[Any]:
    """Give a list that is next to another value: with an item more or less, or turned round."""
    if not isinstance(value, list):
        return [near(random, item_of(type_)) for _ in range(random.choice([1, 2, 5]))]
    values = [near(random, item_of(type_)) if random.random() < 0.1 else item for item in value]
    values = [_as(item_of(type_), item) for item in values]
    match random.choice(["same", "shorter", "longer", "turned", "part"]):
        case "shorter":
            return values[:-1]
        case "longer":
            return [*values, near(random, item_of(type_))]
        case "turned":
            return values[::-1]
        case "part":
            return values[random.choice([0, 1]) :: 2]
    return values


def _as(type_: str, item: Any) -> Any:
    """Give the item as a number of the type, where it is another list's."""
    if item is None or isinstance(item, float) == (type_ == "float"):
        return item
    return float(item) if type_ == "float" else 3


def place_in(random: Random, values: list[Any]) -> int:
    """Give an index at an edge of a list."""
    length = len(values)
    return random.choice([length, length - 1, -length, -length - 1, 0, length // 2])


def list_column(random: Random, type_: str, rows: list[Any]) -> pa.Array:
    """Give a column in one of the forms in which columns of lists come."""
    item = ITEMS[type_]
    match random.choice(["plain", "plain", "sliced", "garbage", "offset", "large"]):
        case "sliced":
            before, after = rows[: random.randint(0, 3)], rows[:2]
            return pa.array([*before, *rows, *after], pa.list_(item)).slice(len(before), len(rows))
        case "garbage":
            return _behind_nulls(rows, item)
        case "offset":
            return _begins_within(rows, item)
        case "large":
            return pa.array(rows, pa.large_list(item))
    return pa.array(rows, pa.list_(item))


def _items(rows: list[Any], item: pa.DataType) -> tuple[list[int], list[Any]]:
    offsets, items = [0], []
    for row in rows:
        items += [7] if row is None else row
        offsets.append(len(items))
    return offsets, [
        value if value is None or item == pa.int64() else float(value) for value in items
    ]


def _behind_nulls(rows: list[Any], item: pa.DataType) -> pa.Array:
    """Give a column whose NULLs have items."""
    offsets, items = _items(rows, item)
    mask = pa.array([row is None for row in rows], pa.bool_())
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.array(items, item), pa.list_(item), mask=mask
    )


def _begins_within(rows: list[Any], item: pa.DataType) -> pa.Array:
    """Give a column whose items are part of a longer array that is a part itself."""
    offsets, items = _items(rows, item)
    array = pa.array([5, *([3, None] if item == pa.int64() else [0.5, None]), *items, 9], item)
    validity = [None if row is None else at + 2 for row, at in zip(rows, offsets, strict=False)]
    starts = pa.array([*validity, offsets[-1] + 2], pa.int32())
    return pa.ListArray.from_arrays(starts, array.slice(1), pa.list_(item))
