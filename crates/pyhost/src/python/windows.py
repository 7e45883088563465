"""What a window function may be: steps, a generator, or a function of a whole partition."""

from __future__ import annotations

import ast
import collections.abc
import inspect
from typing import TYPE_CHECKING, get_args, get_origin

from .annotations import evaluate
from .parts import Part, adopt, has_any
from .scalars import check_callable
from .signature import Signature, read_signature

if TYPE_CHECKING:
    from .target import Target

__all__ = ["look", "window_signature"]

_PARTS = (Part("init", ()), Part("step", ("state",), takes_row=True))
_ITERABLES = (
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.Generator,
)


def look(target: Target) -> None:
    """Find out which of the three it is."""
    vectorized = target.declaration.vectorized is not False
    if has_any(target.function, ("step", "init")):
        _steps(target, vectorized=vectorized)
        return
    check_callable(target)
    target.refuse_async("a window function gives its values at once")
    if target.is_generator():
        if vectorized:
            message = f"{target.name} is a generator, which gets one row at a time"
            raise target.error(f"{message}; a vectorized window returns an array")
        target.style = "generator"
        _check_rows(target)
    elif vectorized:
        target.style = "whole"
    else:
        message = f"the window {target.name} is a plain function; it must be a generator over rows"
        parts = " and ".join(map(str, _PARTS))
        raise target.error(f"{message}, or vectorized, or a dict, class or object with {parts}")


def _steps(target: Target, *, vectorized: bool) -> None:
    if vectorized:
        message = f"{target.name} has a step for one row, so it can't be vectorized"
        raise target.error(f"{message}; a vectorized window is one function of a whole partition")
    adopt(target, _PARTS, of_row="step")


def _check_rows(target: Target) -> None:
    try:
        signature = inspect.signature(target.called)
        signature.bind(*[None] * (1 + target.leading))
    except TypeError:
        takes = list(signature.parameters)[target.leading :]
        message = f"the generator {target.name} takes ({', '.join(takes)})"
        raise target.error(f"{message}; it must take one iterator over the rows") from None


def window_signature(target: Target) -> Signature:
    """Read the row's parameters and the value's annotation."""
    if target.style == "generator":
        return _generator_signature(target)
    signature = read_signature(target)
    result = signature.annotations.get("return")
    if target.parts and result is not None:
        # The state and the value.
        pair = get_args(result)
        if get_origin(result) is tuple and len(pair) == 2:  # noqa: PLR2004
            signature.annotations["return"] = pair[1]
        else:
            del signature.annotations["return"]
    return signature


def _generator_signature(target: Target) -> Signature:
    """Read what the rows are made of, from the loop over them and from the annotations."""
    written = read_signature(target)
    rows = written.annotations.get(written.names[0])
    row = get_args(rows)[0] if get_origin(rows) in _ITERABLES and get_args(rows) else None
    types: tuple[object, ...] = ()
    if row is not None:
        types = get_args(row) if get_origin(row) is tuple else (row,)
    args = target.declaration.args
    count = len(types) if args is None else len(args)
    names = loop_names(target, written.names[0])
    if len(names) != count:
        names = [f"arg{index}" for index in range(count)]
    namespace = getattr(inspect.unwrap(target.called), "__globals__", {})
    annotations = {name: evaluate(ty, namespace) for name, ty in zip(names, types, strict=False)}
    result = written.annotations.get("return")
    if get_origin(result) in _ITERABLES and get_args(result):
        annotations["return"] = evaluate(get_args(result)[0], namespace)
    if args is None and not types:
        message = f"the rows of {target.name} have no annotation such as Iterator[float]"
        raise target.error(f"{message}; annotate them or declare args=[...]")
    return Signature(names, len(names), None, annotations)


def loop_names(target: Target, rows: str) -> list[str]:
    """The names that the generator's loop over its rows gives to their values."""
    node = None if target.found is None else target.found[1]
    for loop in ast.walk(node) if node is not None else ():
        if not isinstance(loop, ast.For) or not isinstance(loop.iter, ast.Name):
            continue
        if loop.iter.id != rows:
            continue
        bound = loop.target
        names = bound.elts if isinstance(bound, ast.Tuple) else [bound]
        found = [name.id for name in names if isinstance(name, ast.Name)]
        return found if len(set(found)) == len(names) else []
    return []
