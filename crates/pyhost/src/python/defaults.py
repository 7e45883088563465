"""The defaults of parameters: what the text says, and what the function holds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import types

__all__ = ["default_values", "has_defaults_of_text"]

_LITERALS = (bool, int, float, type(None))


def default_values(function: types.FunctionType) -> dict[str, Any]:
    """Give what parameters are without an argument, by name."""
    code = function.__code__
    values = function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    # Somebody may have given it more of them than it has parameters.
    count = min(len(names), len(values))
    found = dict(zip(names[len(names) - count :], values[len(values) - count :], strict=True))
    return found | (function.__kwdefaults__ or {})


def has_defaults_of_text(function: types.FunctionType, node: ast.AST | None) -> bool:
    """Tell whether nobody gave the function other defaults than the numbers of its text."""
    if not isinstance(node, ast.FunctionDef):
        return True
    written = _written(node.args)
    held = default_values(function)
    if written.keys() != held.keys():
        return False
    return all(_may_be(expression, held[name]) for name, expression in written.items())


def _written(arguments: ast.arguments) -> dict[str, ast.expr]:
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    first = len(names) - len(arguments.defaults)
    written = dict(zip(names[first:], arguments.defaults, strict=True))
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return written | {argument.arg: value for argument, value in pairs if value is not None}


def _may_be(expression: ast.expr, value: object) -> bool:
    """Tell whether the expression, where it is a literal, gives this very value."""
    try:
        literal = ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return True
    kind = type(literal)
    if kind not in _LITERALS:
        return True
    return type(value) is kind and repr(value) == repr(literal)
