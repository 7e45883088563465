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
    if isinstance(declared, str):
        policies = [declared] * len(typed.names)
    else:
        unknown = [name for name in declared if name not in typed.names]
        if unknown:
            message = f"nulls of {target.name} names no parameter of it"
            raise target.error(f"{message}: {shown(unknown[0])}")
        policies = [declared.get(name, "auto") for name in typed.names]
    # Nullable types pass.
    policies = [
        "pass" if policy == "auto" and is_nullable(text) else policy
        for policy, text in zip(policies, typed.types, strict=True)
    ]
    node = _source(target) if "auto" in policies else None
    if node is None:
        return ["skip" if policy == "auto" else policy for policy in policies]
    # The names of a generator's loop are no parameters of it.
    reading = nulls.read(node, typed.names if target.style == "generator" else ())
    return [
        _read_policy(target, node, reading, name, text) if policy == "auto" else policy
        for policy, name, text in zip(policies, typed.names, typed.types, strict=True)
    ]


def _source(target: Target) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    found = target.found or definition(_innermost(target.called))
    node = None if found is None else found[1]
    return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _read_policy(
    target: Target,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    reading: nulls.NullReading,
    name: str,
    text: str,
) -> str:
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
