"""Which part of a text a function or class is, if it is known to be what runs."""

from __future__ import annotations

import ast
import sys
import types
from typing import TYPE_CHECKING, Any

from .texts import Definition, Text, remembered, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["definition"]


def definition(function: Callable[..., Any] | type) -> tuple[Text, Definition] | None:
    """Find the text and the definition of a function or class that was not made in another way."""
    if isinstance(function, type):
        return _class_definition(function)
    if type(function) is not types.FunctionType:
        return None
    code = function.__code__
    text = text_of(code.co_filename, function.__globals__)
    if text is None or code not in text.codes:
        return None
    node = text.definitions.get((code.co_name, code.co_firstlineno))
    return None if node is None else (text, node)


def _class_definition(cls: type) -> tuple[Text, Definition] | None:
    """Find a class by one of its methods, else by its name where that is unique."""
    methods = [member for member in vars(cls).values() if type(member) is types.FunctionType]
    found = next(filter(None, map(definition, methods)), None)
    if found is None:
        module = sys.modules.get(cls.__module__)
        text = remembered(str(getattr(module, "__file__", None)))
    else:
        text = found[0]
    if text is None:
        return None
    nodes = [
        node
        for node in text.definitions.values()
        if isinstance(node, ast.ClassDef)
        and node.name == cls.__name__
        and (found is None or found[1] in node.body)
    ]
    return (text, nodes[0]) if len(nodes) == 1 else None
