"""What the ``process`` of a text stage may be, and how the stage is run."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import PluginLoadError
from .options import time_limit
from .untrusted import as_text, shown

if TYPE_CHECKING:
    import types
    from collections.abc import Callable

    from .texts import Text

__all__ = ["Stage", "stage_of"]

_UNITS = ("text", "line", "paragraph")
_PATTERN = "regex:"
_MODES = {False: False, True: True, "arrow": True}


@dataclass(frozen=True)
class Stage:
    """A text stage as the host takes it."""

    process: Callable[..., Any]
    is_class: bool
    """Whether it is called once for each text or file, to make the object that is called then."""
    gives_many: bool
    """Whether it is a generator, which gives any number of strings."""
    has_finish: bool
    vectorized: bool
    unit: str
    timeout: float | None
    """The most seconds that one call may take: a unit, or a batch of a vectorized stage."""
    line: int | None


def stage_of(module: types.ModuleType, name: str, text: Text) -> Stage | None:
    """Look at a stage's module; None if it has no ``process``.

    Args:
        module: The module, which was run.
        name: What people call the stage.
        text: The module's text.

    Raises:
        PluginLoadError: For what can't be called with one string, and for unknown attributes.
    """
    namespace = vars(module)
    if "process" not in namespace:
        return None
    look = _Look(name, text, namespace)
    process = namespace["process"]
    is_class = isinstance(process, type)
    called = look.called(process)
    vectorized = look.vectorized()
    gives_many = inspect.isgeneratorfunction(called)
    if vectorized and gives_many:
        raise look.error("process", "is a generator; a vectorized stage returns one array")
    return Stage(
        process=process,
        is_class=is_class,
        gives_many=gives_many,
        has_finish=is_class and look.has_finish(process),
        vectorized=vectorized,
        unit=look.unit(),
        timeout=look.timeout(),
        line=look.line("process"),
    )


class _Look:
    """A look at the module of one stage."""

    def __init__(self, name: str, text: Text, namespace: dict[str, Any]) -> None:
        self.name = name
        self.text = text
        self.namespace = namespace

    def error(self, attribute: str, message: str) -> PluginLoadError:
        """Make an error about an attribute, with the line where it got its value."""
        message = f"{attribute} of the stage {self.name} {message}"
        return PluginLoadError(message, self.text.file, self.line(attribute))

    def line(self, attribute: str) -> int | None:
        """Find the last line of the module that binds a name."""
        lines = [node.lineno for node in self.text.tree.body if attribute in _bound(node)]
        return lines[-1] if lines else None

    def called(self, process: object) -> object:
        """Give the function that is called with each unit, which takes one positional argument."""
        if not callable(process):
            kinds = "a function, a generator function or a class"
            raise self.error("process", f"is {shown(process)}; it must be {kinds}")
        if not isinstance(process, type):
            inner = inspect.unwrap(process)
            if not inspect.isroutine(inner):
                inner = _of_class(type(inner), "__call__") or inner
            self._check("process", inner, process, ("",))
            return inner
        method = _of_class(process, "__call__")
        if method is None:
            raise self.error(
                "process", "is a class whose objects can't be called; give it __call__(self, text)"
            )
        self._check("process", process, process, ())
        return self._check_method("process", method, ("",))

    def has_finish(self, process: type) -> bool:
        """Whether there is a ``finish``, which takes nothing."""
        method = _of_class(process, "finish")
        if method is not None:
            self._check_method("finish of process", method, ())
        return method is not None

    def vectorized(self) -> bool:
        """Whether the stage is called with arrays."""
        value = self.namespace.get("vectorized", False)
        if isinstance(value, (bool, str)) and value in _MODES:
            return _MODES[value]
        raise self.error("vectorized", f"is {shown(value)}; it is one of False, True, 'arrow'")

    def unit(self) -> str:
        """Give the unit that the stage declares."""
        value = self.namespace.get("unit", "text")
        if isinstance(value, str):
            value = as_text(value)
            if value in _UNITS or (value.startswith(_PATTERN) and value != _PATTERN):
                return value
        units = ", ".join(map(repr, _UNITS))
        raise self.error("unit", f"is {shown(value)}; it is one of {units}, '{_PATTERN}<pattern>'")

    def timeout(self) -> float | None:
        """Give the most seconds of one call."""
        value = self.namespace.get("timeout")
        try:
            return time_limit(value)
        except ValueError as error:
            raise self.error("timeout", f"is {shown(value)}, which {error}") from None

    def _check_method(self, what: str, method: object, arguments: tuple[object, ...]) -> object:
        if isinstance(method, (staticmethod, classmethod)):
            has_self = isinstance(method, classmethod)
            method = method.__func__
        else:
            has_self = True
        self._check(what, inspect.unwrap(method), method, (*(None,) * has_self, *arguments))  # type: ignore[arg-type]
        return method

    def _check(
        self, what: str, inner: object, function: object, arguments: tuple[object, ...]
    ) -> None:
        if inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner):
            raise self._about(what, "is async; a stage gives its answer at once")
        try:
            signature = inspect.signature(function)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return  # a builtin that tells nothing about itself
        try:
            signature.bind(*arguments)
        except TypeError as error:
            if isinstance(function, type):
                wanted = "can't be made without arguments, once for each text"
            elif "" in arguments:
                wanted = "can't be called with one string"
            else:
                wanted = "can't be called without arguments"
            raise self._about(what, f"{wanted}: {signature}: {error}") from None

    def _about(self, what: str, message: str) -> PluginLoadError:
        error = self.error("process", message)
        error.message = f"{what} of the stage {self.name} {message}"
        return error


def _of_class(cls: type, name: str) -> object:
    """What objects of a class have under a name; ``cls.__call__`` may be the metaclass's."""
    # Past what metaclasses may do.
    for base in type.__dict__["__mro__"].__get__(cls):
        namespace = type.__dict__["__dict__"].__get__(base)
        if name in namespace:
            found: object = namespace[name]
            return found
    return None


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement of a module binds, by itself or in its blocks."""
    names = {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(inner.name)
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name for alias in inner.names}
    return names
