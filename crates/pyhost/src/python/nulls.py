"""Which parameters a function's own source prepares for None."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NullReading", "read"]

_COMPARISONS = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass
class NullReading:
    """What the source says about None, by parameter."""

    compared: set[str] = field(default_factory=set)
    """Compared with None by ``is``, ``is not``, ``==`` or ``!=``."""
    hints: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Line and text of the first hint at None of another kind."""


def read(
    function: ast.FunctionDef | ast.AsyncFunctionDef, others: Iterable[str] = ()
) -> NullReading:
    """Read what a function does with None.

    Args:
        function: Its definition.
        others: Names of values that are no parameters of it, such as those of a generator's loop.
    """
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names = {parameter.arg: parameter.arg for parameter in parameters}
    reader = _Reader(names | {name: name for name in others})
    if arguments.vararg is not None:
        reader.names[arguments.vararg.arg] = arguments.vararg.arg
        reader.variadic = arguments.vararg.arg
    for statement in function.body:
        reader.visit(statement)
    return reader.reading


class _Reader(ast.NodeVisitor):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        """Names in the source, and the parameter that each stands for."""
        self.variadic: str | None = None
        self.reading = NullReading()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scope(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._scope(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._scope(node)

    def visit_For(self, node: ast.For) -> None:
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            for one, other in ((left, right), (right, left)):
                name = self._parameter(one)
                if name is None:
                    continue
                if isinstance(operator, _COMPARISONS) and _is_none(other):
                    self.reading.compared.add(name)
                elif isinstance(operator, (ast.In, ast.NotIn)) and _holds_none(other):
                    self._hint(name, node)
            if isinstance(operator, (ast.In, ast.NotIn)) and _is_none(left):
                name = self._parameter(right)
                if name is not None:
                    self.reading.compared.add(name)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for value in node.values[:-1]:
            self._hint(self._parameter(value), node)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._hint(self._parameter(node.operand), node)
        self.generic_visit(node)

    def visit_Match(self, node: ast.Match) -> None:
        subjects = node.subject.elts if isinstance(node.subject, ast.Tuple) else [node.subject]
        patterns = (part for case in node.cases for part in ast.walk(case.pattern))
        if any(isinstance(part, ast.MatchSingleton) and part.value is None for part in patterns):
            for subject in subjects:
                self._hint(self._parameter(subject), node.subject)
        self.generic_visit(node)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        # The loops bind the names that the element, which stands before them, uses.
        for generator in node.generators:
            self.visit(generator)
        self.generic_visit(node)

    def _scope(self, node: Scope) -> None:
        """Visit a nested function without the names that it binds anew."""
        arguments = node.args
        inner = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        names = self.names
        self.names = {name: of for name, of in names.items() if name not in inner}
        self.generic_visit(node)
        self.names = names

    def _loop(self, target: ast.expr, iterable: ast.expr) -> None:
        """Let the variable of a loop over the varargs stand for them."""
        is_variadic = isinstance(iterable, ast.Name) and iterable.id == self.variadic
        if is_variadic and isinstance(target, ast.Name) and self.variadic is not None:
            self.names[target.id] = self.variadic

    def _parameter(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.NamedExpr):
            node = node.value
        return self.names.get(node.id) if isinstance(node, ast.Name) else None

    def _hint(self, name: str | None, node: ast.expr) -> None:
        if name is not None:
            self.reading.hints.setdefault(name, (node.lineno, ast.unparse(node)))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _holds_none(node: ast.expr) -> bool:
    return isinstance(node, (ast.Tuple, ast.List, ast.Set)) and any(map(_is_none, node.elts))
