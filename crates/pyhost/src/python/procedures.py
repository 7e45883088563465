"""What a procedure may be, and the columns that it yields."""

from __future__ import annotations

import collections.abc
import dataclasses
import typing
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, get_args, get_origin

from .annotations import type_text
from .scalars import check_callable
from .untrusted import as_text, shown

if TYPE_CHECKING:
    from .signature import Signature
    from .target import Target

__all__ = ["look", "yielded_columns"]

_FORMS = "{'name': 'type'}, ['name:type'], [('name', 'type')] or types alone"
_ITERABLES = (
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.Generator,
    collections.abc.Sequence,
    list,
)


def look(target: Target) -> None:
    """Refuse what gives no rows when it is called."""
    check_callable(target)
    target.refuse_async("a procedure is a plain generator or returns its rows")
    mode = target.declaration.mode
    if not isinstance(mode, str) or mode != "read":
        message = f"unknown mode={shown(mode)} of {target.name}"
        raise target.error(f"{message}; procedures can only 'read' so far")


def yielded_columns(target: Target, signature: Signature) -> list[tuple[str, str]]:
    """Take the columns' names and types from ``yields``, else from the annotation of the result."""
    yields = target.declaration.yields
    columns = _annotated(target, signature) if yields is None else _declared(target, yields)
    if not columns:
        raise target.error(f"yields of {target.name} names no column; it is {_FORMS}")
    names = [name for name, _ in columns]
    for name in names:
        if not name.strip():
            raise target.error(f"yields of {target.name} has a column without a name")
        if names.count(name) > 1:
            raise target.error(f"yields of {target.name} names the column {name} twice")
    return columns


def _declared(target: Target, yields: object) -> list[tuple[str, str]]:
    if isinstance(yields, Mapping):
        return [_column(target, name, ty) for name, ty in yields.items()]
    fields = _fields(yields)
    if fields is not None:
        return [_column(target, name, ty) for name, ty in fields.items()]
    if isinstance(yields, str) or not isinstance(yields, Sequence):
        raise target.error(f"yields of {target.name} must be {_FORMS}, not {shown(yields)}")
    return [_item(target, index, item) for index, item in enumerate(yields)]


def _item(target: Target, index: int, item: object) -> tuple[str, str]:
    if isinstance(item, (tuple, list)):
        if len(item) != 2:  # noqa: PLR2004 - a name and a type
            message = f"yields[{index}] of {target.name} must be a name and a type"
            raise target.error(f"{message}, not {shown(item)}")
        return _column(target, item[0], item[1])
    if isinstance(item, str):
        name, colon, ty = item.partition(":")
        # Within brackets a colon belongs to the type.
        if colon and not any(bracket in name for bracket in "<[("):
            return _column(target, name.strip(), ty)
    return _column(target, f"col{index}", item)


def _column(target: Target, name: object, ty: object) -> tuple[str, str]:
    if not isinstance(name, str):
        raise target.error(f"yields of {target.name}: {shown(name)} is no name of a column")
    text = type_text(ty)
    if text is None:
        raise target.error(f"yields of {target.name}: {shown(ty)}, of column {name}, is no type")
    return as_text(name), as_text(text)


def _annotated(target: Target, signature: Signature) -> list[tuple[str, str]]:
    annotation = signature.annotations.get("return")
    if get_origin(annotation) not in _ITERABLES:
        message = f"yields of {target.name} is missing, and its result has no annotation such as"
        raise target.error(f"{message} Iterator[...]; declare yields as {_FORMS}")
    row = get_args(annotation)[0]
    fields = _fields(row)
    if fields is not None:
        return [_column(target, name, ty) for name, ty in fields.items()]
    items = get_args(row) if get_origin(row) is tuple else (row,)
    return [_column(target, f"col{index}", ty) for index, ty in enumerate(items)]


def _fields(cls: object) -> dict[str, object] | None:
    """Names and types of a dataclass, a NamedTuple or a TypedDict."""
    if not isinstance(cls, type):
        return None
    is_named = issubclass(cls, tuple) and hasattr(cls, "_fields")
    if not (dataclasses.is_dataclass(cls) or is_named or typing.is_typeddict(cls)):
        return None
    hints = typing.get_type_hints(cls)
    if dataclasses.is_dataclass(cls):
        return {field.name: hints[field.name] for field in dataclasses.fields(cls)}
    return hints
