"""From Python annotations, and the other objects that may stand for a type, to type names."""

from __future__ import annotations

import builtins
import datetime as dt
import decimal
import types
import typing
import uuid
from typing import Annotated, Any, get_args, get_origin

__all__ = ["evaluate", "is_bool", "is_nullable", "type_text"]

_NAMES: dict[object, str] = {
    float: "float",
    int: "int",
    str: "string",
    bool: "bool",
    bytes: "binary",
    dt.datetime: "timestamp",
    dt.date: "date",
    dt.time: "time",
    dt.timedelta: "duration",
    decimal.Decimal: "decimal(38,10)",
    uuid.UUID: "uuid",
}
_NUMPY_NAMES = {"bool_": "bool", "str_": "string", "bytes_": "binary"}


def evaluate(annotation: object, namespace: dict[str, Any]) -> object:
    """Evaluate an annotation that is a string; one that is no Python stays a type name."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, dict(vars(builtins)), namespace)  # noqa: S307 - the plugin's own code
    except Exception:  # noqa: BLE001 - "decimal(10,2)" or "timestamp[us, UTC]" fails in any way
        return annotation


def type_text(annotation: object) -> str | None:  # noqa: PLR0911 - one for each form of a type
    """Give the type name that an object stands for.

    Returns:
        A text for the type parser, which may still refuse it, or None if the object is no type.
    """
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, type) and annotation in _NAMES:
        return _NAMES[annotation]
    origin = get_origin(annotation)
    if origin is Annotated:
        return _annotated(annotation)
    if origin is typing.Union or isinstance(annotation, types.UnionType):
        return _union(get_args(annotation))
    if origin in (list, tuple) or annotation is list or annotation is tuple:
        return _list(get_args(annotation))
    if origin is dict and len(get_args(annotation)) == 2:  # noqa: PLR2004 - a key and a value
        key, value = (type_text(part) for part in get_args(annotation))
        return f"map<{key}, {value}>" if key and value else None
    return _library_type(annotation)


def is_nullable(text: str) -> bool:
    """Whether a type name says that NULLs are expected."""
    parts = [part.strip().lower() for part in text.split("|")]
    return "none" in parts or any(part.endswith("?") for part in parts)


def is_bool(text: str) -> bool:
    """Whether a type name is that of truth values, for which ``not x`` says nothing of NULL."""
    return text.strip().rstrip("?").strip().lower() in ("bool", "boolean")


def _annotated(annotation: object) -> str | None:
    base, *metadata = get_args(annotation)
    for item in metadata:
        if isinstance(item, str):
            return item
    return type_text(base)


def _union(members: tuple[object, ...]) -> str | None:
    texts = [type_text(member) for member in members if member is not type(None)]
    if len(texts) != 1 or texts[0] is None:
        return None
    return texts[0] if len(members) == 1 else f"{texts[0]}?"


def _list(members: tuple[object, ...]) -> str | None:
    if members[1:] == (...,):
        members = members[:1]
    if len(members) != 1:
        return None
    item = type_text(members[0])
    return None if item is None else f"list<{item}>"


def _library_type(annotation: object) -> str | None:
    """Read scalar types of NumPy and data types of pyarrow without importing either."""
    if isinstance(annotation, type) and annotation.__module__ == "numpy":
        name = annotation.__name__
        return _NUMPY_NAMES.get(name, name) if name != "ndarray" else None
    if type(annotation).__module__ == "pyarrow.lib" and type(annotation).__name__ != "type":
        return str(annotation)
    return None
