"""The texts that were loaded.

A text is read once. What is shown, inspected and later compiled is that text, whatever happens to
the file: ``inspect.getsource`` reads files as they are now.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import linecache
import os
import threading
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Definition",
    "Text",
    "digest_of",
    "first_line",
    "forget",
    "nested_codes",
    "remember",
    "remembered",
    "text_of",
]

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# What linecache keeps of a file: size, modification time, lines, full name.
_Lines = tuple[int, float | None, list[str], str]


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
        return frozenset(nested_codes(whole))

    def span(self, node: Definition) -> tuple[int, int]:
        """Byte offsets of a definition, decorators included."""
        start = min((part for part in node.decorator_list), key=_position, default=node)
        begin = self._starts[start.lineno - 1] + start.col_offset
        if start is not node:
            # The decorator's node starts behind its "@".
            begin = self.text.encode().rindex(b"@", 0, begin)
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return begin, self._starts[end_line - 1] + end_column


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


def remembered(file: str) -> Text | None:
    """The version of a file that was loaded last."""
    with _lock:
        kept = _texts.get(file)
        return kept[-1] if kept else None


def digest_of(texts: dict[str, Text]) -> bytes:
    """Give SHA-256 of one text, or over the names and digests of several, in the names' order.

    Names count from the folder that all files are in, so that a copy elsewhere has the same digest.
    """
    if len(texts) == 1:
        [only] = texts.values()
        return only.digest
    folder = os.path.commonpath([os.path.dirname(file) for file in texts])  # noqa: PTH120
    whole = hashlib.sha256()
    for file, text in sorted(texts.items()):
        name = os.path.relpath(file, folder).encode(errors="surrogateescape")
        whole.update(hashlib.sha256(name).digest() + text.digest)
    return whole.digest()


def text_of(file: str, namespace: dict[str, Any]) -> Text | None:
    """The text that we loaded, else what Python knows of it."""
    known = remembered(file)
    if known is not None:
        return known
    lines = linecache.getlines(file, namespace)
    if not lines:
        return None
    return _parsed(file, "".join(lines))


def first_line(node: Definition) -> int:
    """Give the line of the first decorator, or of the definition without one."""
    return min([node.lineno, *(part.lineno for part in node.decorator_list)])


def nested_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Give a code object and all those inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested_codes(constant)


@functools.lru_cache(maxsize=16)
def _parsed(file: str, text: str) -> Text | None:
    known = Text(file, text)
    try:
        return known if known.codes else None
    except (SyntaxError, ValueError):
        return None


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset
