"""What counts as tabular, and how it becomes an Arrow stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arrowsmith import _native
from arrowsmith.optional import loaded


def is_single_use(data: object) -> bool:
    """Tell whether an Arrow stream can be read only once: a reader or another iterator."""
    return hasattr(data, "__arrow_c_stream__") and (
        hasattr(data, "read_next_batch") or hasattr(data, "__next__")
    )


def to_stream(data: Any) -> object:  # noqa: ANN401 - anything tabular
    """Give an object with `__arrow_c_stream__` that holds the same rows.

    Raises:
        TypeError: The object is not tabular; the message lists what is.
    """
    polars, dataset = loaded("polars"), loaded("pyarrow.dataset")
    if polars is not None and isinstance(data, polars.LazyFrame):
        return data.collect()
    if dataset is not None and isinstance(data, dataset.Dataset):
        return data.scanner().to_reader()
    if isinstance(data, Mapping):
        return _native.table_from_columns({str(name): column for name, column in data.items()})
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return data
    message = (
        f"{type(data).__name__} is not tabular; register a path, a pandas or Polars frame, a "
        "pyarrow table, dataset or reader, a relation, a dict of columns, or anything with "
        "__arrow_c_stream__"
    )
    raise TypeError(message)
