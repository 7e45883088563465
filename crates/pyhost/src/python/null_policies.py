"""What a NULL does to a function, by parameter: declared, else from its type and the source."""

from __future__ import annotations

import ast
import functools
import warnings
from typing import TYPE_CHECKING, Any

from . import nulls
from .annotations import is_bool, is_nullable
from .definitions import definition
from .untrusted import shown

if TYPE_CHECKING:
    from .parameters import ParameterTypes
    from .target import Target

__all__ = ["null_policies"]

# Wrappers around wrappers; what never ends is left alone.
_DEPTH = 100


def null_policies(target: Target, typed: ParameterTypes) -> list[str]:
    """Decide on ``pass`` or ``skip`` for each parameter."""
    declared = target.declaration.nulls
    pairs = list(zip(typed.names, typed.types, strict=True))
    if isinstance(declared, str):
        return [_policy(target, declared, *pair) for pair in pairs]
    unknown = [name for name in declared if name not in typed.names]
    if unknown:
        message = f"nulls of {target.name} names no parameter of it"
        raise target.error(f"{message}: {shown(unknown[0])}")
    return [_policy(target, declared.get(name, "auto"), name, text) for name, text in pairs]


def _policy(target: Target, declared: str, name: str, text: str) -> str:
    if declared != "auto":
        return declared
    if is_nullable(text):
        return "pass"
    found = target.found or definition(_innermost(target.called))
    node = None if found is None else found[1]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return "skip"
    is_generator = target.style.startswith("generator")
    reading = nulls.read(node, [name] if is_generator else ())
    if name in reading.compared:
        return "pass"
    variadic = node.args.vararg
    if variadic is not None and variadic.arg in reading.compared:
        plain = {a.arg for a in (*node.args.posonlyargs, *node.args.args)}
        if name not in plain:
            return "pass"
    if name in reading.hints and not is_bool(text):
        _warn(target, name, *reading.hints[name])
    return "skip"


def _innermost(function: Any) -> Any:  # noqa: ANN401 - whatever can be called
    """The function that a method, a partial or a decorator's wrapper calls in the end."""
    for _ in range(_DEPTH):
        if isinstance(function, functools.partial):
            function = function.func
            continue
        inner = getattr(function, "__func__", None) or getattr(function, "__wrapped__", None)
        if inner is None:
            break
        function = inner
    return function


def _warn(target: Target, name: str, line: int, hint: str) -> None:
    message = (
        f"{target.name}: `{hint}` looks as if {name} could be None, but rows with NULL in it are "
        f'skipped; declare nulls={{"{name}": "pass"}} or {{"{name}": "skip"}}, or its type '
        f"as nullable"
    )
    warnings.warn_explicit(message, UserWarning, target.file or "<unknown>", line)
