"""The text that was loaded, and which part of it a function is.

A text is read once. What is shown, inspected and later compiled is that text, whatever happens to
the file: ``inspect.getsource`` reads files as they are now.
"""

from __future__ import annotations

import ast
import builtins
import dis
import functools
import hashlib
import inspect
import linecache
import math
import sys
import threading
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FunctionSource", "Text", "capture", "definition", "forget", "remember"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# What linecache keeps of a file: size, modification time, lines, full name.
_Lines = tuple[int, float | None, list[str], str]

_INT64 = range(-(2**63), 2**63)


class Text:
    """A plugin's text with what is derived from it."""

    def __init__(self, file: str, text: str) -> None:
        """Take a text that parses, and the name that tracebacks give it."""
        self.file = file
        self.text = text
        # Without a modification time linecache never looks at the file again.
        self.lines: _Lines = (len(text), None, text.splitlines(keepends=True), file)
        encoded = text.encode()
        self.digest = hashlib.sha256(encoded).digest()
        self._starts = [0]
        for line in encoded.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    @functools.cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text, self.file)

    @functools.cached_property
    def definitions(self) -> dict[tuple[str, int], Definition]:
        """Functions and classes by name and first line, decorators included."""
        found = (node for node in ast.walk(self.tree) if isinstance(node, Definition))
        return {(node.name, first_line(node)): node for node in found}

    @functools.cached_property
    def codes(self) -> frozenset[types.CodeType]:
        """Every code object that the text compiles to."""
        whole = compile(self.text, self.file, "exec", dont_inherit=True)
        return frozenset(_nested(whole))

    def span(self, node: Definition) -> tuple[int, int]:
        """Byte offsets of a definition, decorators included."""
        start = min((part for part in node.decorator_list), key=_position, default=node)
        begin = self._starts[start.lineno - 1] + start.col_offset
        if start is not node:
            # The decorator's node starts behind its "@".
            begin = self.text.encode().rindex(b"@", 0, begin)
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return begin, self._starts[end_line - 1] + end_column


@dataclass(frozen=True)
class FunctionSource:
    """One function's part of a text, and what its global names stood for."""

    text: str
    file: str
    start: int
    end: int
    first_line: int
    digest: bytes
    bindings: list[tuple[str, str, object]] = field(default_factory=list)
    """Name, one of constant, builtin, helper, opaque, and the value, name or source of it."""


_texts: dict[str, list[Text]] = {}
"""What is loaded of each file; several versions of it while an older one is still in use."""
# Texts are forgotten wherever a plugin's last user goes, which may be inside of `remember` itself.
_lock = threading.RLock()


def remember(file: str, text: str) -> Text:
    """Keep the text of a file that is about to be executed, for us and for tracebacks."""
    known = Text(file, text)
    with _lock:
        _texts.setdefault(file, []).append(known)
        linecache.cache[file] = known.lines
    return known


def forget(text: Text) -> None:
    """Drop what `remember` kept; other versions of the same file stay."""
    file = text.file
    with _lock:
        kept = _texts.get(file, [])
        if text in kept:
            kept.remove(text)
        if not kept:
            _texts.pop(file, None)
        if linecache.cache.get(file) is text.lines:
            del linecache.cache[file]
            if kept:
                linecache.cache[file] = kept[-1].lines


def _remembered(file: str) -> Text | None:
    """The version of a file that was loaded last."""
    with _lock:
        kept = _texts.get(file)
        return kept[-1] if kept else None


def definition(function: Callable[..., Any] | type) -> tuple[Text, Definition] | None:
    """Find the text and the definition of a function or class that was not made in another way."""
    if isinstance(function, type):
        return _class_definition(function)
    if type(function) is not types.FunctionType:
        return None
    code = function.__code__
    text = _text_of(code.co_filename, function.__globals__)
    if text is None or code not in text.codes:
        return None
    node = text.definitions.get((code.co_name, code.co_firstlineno))
    return None if node is None else (text, node)


def capture(function: Callable[..., Any] | type) -> FunctionSource | None:
    """Capture the source of a function or class, if it is known to be what runs."""
    return _capture(function, {})


def first_line(node: Definition) -> int:
    """Give the line of the first decorator, or of the definition without one."""
    return min([node.lineno, *(part.lineno for part in node.decorator_list)])


def _capture(
    function: Callable[..., Any] | type, helpers: dict[int, FunctionSource | None]
) -> FunctionSource | None:
    """Capture a function. What calls itself, also through others, has no finite source.

    Args:
        function: What to capture.
        helpers: What was captured before by identity, and None for what is being captured.
    """
    found = definition(function)
    if found is None:
        return None
    text, node = found
    start, end = text.span(node)
    bindings = []
    if isinstance(function, types.FunctionType):
        helpers[id(function)] = None
        for name, is_global in _free_names(function.__code__):
            value: tuple[str, object] = ("opaque", None)
            if is_global:
                value = _binding(function, name, helpers)
            bindings.append((name, *value))
    return FunctionSource(
        text=text.text,
        file=text.file,
        start=start,
        end=end,
        first_line=first_line(node),
        digest=text.digest,
        bindings=bindings,
    )


def _text_of(file: str, namespace: dict[str, Any]) -> Text | None:
    """The text that we loaded, else what Python knows of it."""
    known = _remembered(file)
    if known is not None:
        return known
    lines = linecache.getlines(file, namespace)
    if not lines:
        return None
    return _parsed(file, "".join(lines))


@functools.lru_cache(maxsize=16)
def _parsed(file: str, text: str) -> Text | None:
    known = Text(file, text)
    try:
        return known if known.codes else None
    except (SyntaxError, ValueError):
        return None


def _class_definition(cls: type) -> tuple[Text, Definition] | None:
    """Find a class by one of its methods, else by its name where that is unique."""
    methods = [member for member in vars(cls).values() if type(member) is types.FunctionType]
    found = next(filter(None, map(definition, methods)), None)
    if found is None:
        module = sys.modules.get(cls.__module__)
        text = _remembered(str(getattr(module, "__file__", None)))
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


def _free_names(code: types.CodeType) -> Iterator[tuple[str, bool]]:
    """Names that the code and its nested code take from outside, in order of first use."""
    seen = set()
    stored = {
        step.argval
        for nested in _nested(code)
        for step in dis.get_instructions(nested)
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")
    }
    for nested in _nested(code):
        for step in dis.get_instructions(nested):
            is_global = step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
            is_closure = nested is code and step.argval in code.co_freevars
            if (is_global or is_closure) and step.argval not in seen:
                seen.add(step.argval)
                yield step.argval, is_global and step.argval not in stored


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _nested(constant)


def _binding(
    function: types.FunctionType, name: str, helpers: dict[int, FunctionSource | None]
) -> tuple[str, object]:
    namespace = function.__globals__
    missing = object()
    value = namespace.get(name, getattr(builtins, name, missing))
    # By its class alone: a lazy proxy may not bear to be asked for more.
    kind = type(value)
    if kind is bool or kind is float or kind is str or value is None:
        return _plain_constant(value)
    if kind is int and value in _INT64:
        return "constant", value
    canonical = _known_objects().get(id(value))
    if canonical is not None:
        return "builtin", canonical
    is_helper = kind is types.FunctionType and value.__globals__ is namespace
    if not is_helper:
        return "opaque", None
    if id(value) not in helpers:
        helpers[id(value)] = _capture(value, helpers)
    helper = helpers[id(value)]
    return ("opaque", None) if helper is None else ("helper", helper)


def _plain_constant(value: object) -> tuple[str, object]:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "opaque", None
    return "constant", value


@functools.cache
def _known_objects() -> dict[int, str]:
    """Builtins and members of math by identity; the modules live as long as the process."""
    known = {id(math): "math"}
    for name, value in vars(math).items():
        if callable(value):
            known[id(value)] = f"math.{name}"
    for name, value in vars(builtins).items():
        if callable(value) and not inspect.ismodule(value):
            known[id(value)] = name
    return known


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
