"""Makes a program on which two tiers differ small, by taking away what isn't needed for it."""

import ast
import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

Judge = Callable[[str], bool]
"""Whether a text still shows what is looked for; texts that don't load don't."""

_SECONDS = 60.0


def shrink(text: str, judge: Judge, seconds: float = _SECONDS) -> str:
    """Give the smallest text that was found in that time and that the judge still takes."""
    end = time.monotonic() + seconds
    best = ast.parse(text)
    found = True
    while found and time.monotonic() < end:
        found = False
        for smaller in _smaller(best):
            if time.monotonic() > end:
                break
            if judge(ast.unparse(ast.fix_missing_locations(smaller))):
                best, found = smaller, True
                break
    return ast.unparse(best)


def shorten(row: list[Any], judge: Callable[[list[Any]], bool], seconds: float) -> list[Any]:
    """Take items out of a row's lists, as long as the judge still takes the row."""
    end = time.monotonic() + seconds
    for place, value in enumerate(row):
        length = len(value) // 2 if isinstance(value, list) else 0
        while length:
            start = 0
            while start < len(row[place]) and time.monotonic() < end:
                rest = row[place][:start] + row[place][start + length :]
                smaller = [*row[:place], rest, *row[place + 1 :]]
                if judge(smaller):
                    row = smaller
                else:
                    start += length
            length //= 2
    return row


def _smaller(tree: ast.Module) -> Iterator[ast.Module]:
    """Give every tree with one thing less, big things first."""
    count = sum(1 for _ in _lists(tree))
    for i in range(count):
        [body, *_] = _at(_lists(tree), i)
        for j in range(len(body)):
            yield from _without(tree, i, j)
    for i, (parent, name, index) in enumerate(_expressions(tree)):
        old = _get(parent, name, index)
        for j in range(len(_replacements(old))):
            changed = copy.deepcopy(tree)
            parent2, name2, index2 = _at(_expressions(changed), i)
            new = _replacements(_get(parent2, name2, index2))[j]
            _set(parent2, name2, index2, new)
            yield changed


def _without(tree: ast.Module, which: int, index: int) -> Iterator[ast.Module]:
    """Give the tree without one statement, or with its inner ones in its place."""
    [body, required] = _at(_lists(tree), which)
    statement = body[index]
    if not _is_counter(statement) and not isinstance(statement, ast.Pass):
        changed = copy.deepcopy(tree)
        [rest, _] = _at(_lists(changed), which)
        rest[index : index + 1] = [ast.Pass()] if required and len(body) == 1 else []
        yield changed
    if isinstance(statement, ast.FunctionDef):
        return
    for field in ("body", "orelse", "finalbody"):
        if getattr(statement, field, None):
            changed = copy.deepcopy(tree)
            [rest, _] = _at(_lists(changed), which)
            rest[index : index + 1] = getattr(rest[index], field)
            yield changed


def _is_counter(statement: ast.stmt) -> bool:
    """Whether a loop might not end without it."""
    return (
        isinstance(statement, ast.AugAssign)
        and isinstance(statement.target, ast.Name)
        and statement.target.id.startswith("c")
    )


def _lists(tree: ast.Module) -> Iterator[tuple[list[ast.stmt], bool]]:
    """Give each list of statements, and whether it must not be empty."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody", "handlers"):
            value = getattr(node, field, None)
            if isinstance(value, list) and value:
                lonely = isinstance(node, ast.Try) and not (node.handlers and node.finalbody)
                yield value, field == "body" or (lonely and field in {"handlers", "finalbody"})


def _expressions(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Give each place of an expression within a function's body or a constant."""
    for statement in tree.body:
        roots = statement.body if isinstance(statement, ast.FunctionDef) else [statement]
        for root in roots:
            for parent in _outside_ranges(root):
                for name, value in ast.iter_fields(parent):
                    items = value if isinstance(value, list) else [value]
                    for index, item in enumerate(items):
                        if isinstance(item, ast.expr) and _is_read(item):
                            yield parent, name, index if isinstance(value, list) else None


def _outside_ranges(root: ast.AST) -> Iterator[ast.AST]:
    """Walk over all but the bounds of ranges: a sum over one that got long takes for ever."""
    if isinstance(root, ast.Call) and ast.unparse(root.func) == "range":
        return
    yield root
    for child in ast.iter_child_nodes(root):
        yield from _outside_ranges(child)


def _is_read(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _replacements(node: ast.expr) -> list[ast.expr]:
    """Give what may stand for the expression: its parts, or a constant."""
    parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    simple = [part for part in parts if _is_read(part)]
    if not isinstance(node, ast.Constant | ast.Name | ast.Attribute):
        simple += [ast.Constant(1), ast.Constant(1.0)]
    return simple


def _at(items: Iterator, index: int):
    return next(item for i, item in enumerate(items) if i == index)


def _get(parent: ast.AST, name: str, index: int | None) -> ast.expr:
    value = getattr(parent, name)
    return value if index is None else value[index]


def _set(parent: ast.AST, name: str, index: int | None, new: ast.expr) -> None:
    if index is None:
        setattr(parent, name, new)
    else:
        getattr(parent, name)[index] = new
