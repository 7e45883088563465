"""The kinds of arrays that a function can be called on, and how an answer becomes one again."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Protocol

from arrowsmith.optional import loaded, require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arrowsmith import _native


class Family(Protocol):
    """One kind of array."""

    def give(self, column: _native.Column) -> Any:  # noqa: ANN401 - an array of this kind
        """Turn an answer into an array of this kind."""
        ...


class _NumPy:
    def give(self, column: _native.Column) -> Any:  # noqa: ANN401
        return column.to_numpy()


class _Arrow:
    def give(self, column: _native.Column) -> Any:  # noqa: ANN401
        pyarrow = loaded("pyarrow")
        return column if pyarrow is None else pyarrow.array(column)


class _Polars:
    def __init__(self, first: Any) -> None:  # noqa: ANN401 - a polars.Series
        self._name = first.name

    def give(self, column: _native.Column) -> Any:  # noqa: ANN401
        return require("polars").Series(column).alias(self._name)


class _Pandas:
    def __init__(self, first: Any) -> None:  # noqa: ANN401 - a pandas.Series
        self._index = first.index
        self._name = first.name

    def give(self, column: _native.Column) -> Any:  # noqa: ANN401
        pandas = require("pandas")
        values, dtype = _pandas_values(column)
        # A list may come back with another length than it came with.
        index = self._index if len(self._index) == len(column) else None
        if dtype is None and column.null_count:
            values = pandas.array(values.tolist(), dtype=_nullable(values.dtype.name))
        return pandas.Series(values, index=index, name=self._name, dtype=dtype)


def _pandas_values(column: _native.Column) -> tuple[Any, str | None]:
    """Give values and, where pandas must be told, their dtype.

    pandas has timestamps, with and without a zone, but keeps dates and decimals as objects.
    """
    name = column.type_name
    if name.startswith("timestamp["):
        unit, _, zone = name.removeprefix("timestamp[").removesuffix("]").partition(", ")
        if zone:
            return column.to_list(), f"datetime64[{unit}, {zone}]"
        values = column.to_numpy()
        if column.null_count:
            values = values.filled(values.dtype.type("NaT"))
        return values, f"datetime64[{unit}]"
    if name.startswith(("date", "decimal")):
        return column.to_list(), "object"
    return column.to_numpy(), None


def _nullable(dtype: str) -> str:
    """Give pandas' nullable dtype for a NumPy one: `Int32` for `int32`, `UInt8` for `uint8`."""
    if dtype in ("bool", "object"):
        return {"bool": "boolean", "object": "string"}[dtype]
    return dtype.replace("uint", "UInt").replace("int", "Int").replace("float", "Float")


class _List:
    def give(self, column: _native.Column) -> list[Any]:
        return column.to_list()


class _Scalar:
    def give(self, column: _native.Column) -> Any:  # noqa: ANN401
        return column.to_list()[0]


def family_of(arguments: Sequence[object]) -> Family:
    """Give the family of the first argument that is an array; of scalars where none is."""
    for argument in arguments:
        if not is_scalar(argument):
            return _array_family(argument)
    return _Scalar()


def is_scalar(value: object) -> bool:
    """Tell whether an argument is one value rather than an array of them."""
    if value is None or isinstance(value, str | bytes | bool | int | float):
        return True
    if isinstance(value, list | tuple):
        return False
    if hasattr(value, "__arrow_c_array__") or hasattr(value, "__arrow_c_stream__"):
        return False
    return not getattr(value, "ndim", 0)


def is_flat(array: object) -> bool:
    """Tell whether an array is the items of one list, rather than a column of lists."""
    kind = getattr(array, "dtype", None)
    name = str(getattr(array, "type", "object") if kind is None else kind).lower()
    if name != "object":
        return not name.startswith(("list", "large_list", "fixed_size_list", "array"))
    if not isinstance(array, Collection):
        return False
    first = next((item for item in array if item is not None), None)
    if first is None:
        return not len(array)
    return is_scalar(first)


def _array_family(array: object) -> Family:
    pandas, polars, numpy = loaded("pandas"), loaded("polars"), loaded("numpy")
    if pandas is not None and isinstance(array, pandas.Series):
        return _Pandas(array)
    if polars is not None and isinstance(array, polars.Series):
        return _Polars(array)
    if numpy is not None and isinstance(array, numpy.ndarray):
        return _NumPy()
    if isinstance(array, list | tuple):
        return _List()
    return _Arrow()
