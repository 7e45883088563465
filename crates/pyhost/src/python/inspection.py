"""From a declaration to everything that the host wants to know of a function."""

from __future__ import annotations

import ast
import functools
import inspect
import math
import types
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import nulls as null_reading
from .annotations import evaluate, is_bool, is_nullable, type_text
from .errors import PluginLoadError
from .plugin import Declaration
from .source import FunctionSource, capture, definition

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Function", "Parameter", "as_text", "describe", "described"]

_MODES = {False: "row", True: "arrow", "arrow": "arrow", "numpy": "numpy"}
_NULLS = ("auto", "pass", "skip")
_ON_ERROR = ("raise", "null", "collect")
# Wrappers around wrappers; what never ends is left alone.
_DEPTH = 100


@dataclass(frozen=True)
class Parameter:
    """A parameter with the name of its type."""

    name: str
    type: str
    nulls: str
    """``pass`` or ``skip``."""


@dataclass(frozen=True)
class Function:
    """A function as the host takes it."""

    name: str
    callable: Callable[..., Any]
    is_class: bool
    mode: str
    parameters: list[Parameter]
    required: int
    variadic: bool
    returns: str
    determinism: str
    tier: str
    on_error: str
    """``raise``, ``null`` or ``collect``."""
    timeout: float | None
    """The most seconds that one call may take: a row, or a batch."""
    thread_safe: bool
    documentation: str | None
    file: str | None
    line: int | None
    source: FunctionSource | None


@dataclass(frozen=True)
class _Signature:
    """The positional parameters of the Python function."""

    names: list[str]
    required: int
    variadic: str | None
    annotations: dict[str, object]
    """By name; ``return`` is the result's."""


def describe(declaration: Declaration, determinism: str) -> Function:
    """Check a declaration and complete it from the function's signature and source.

    Args:
        declaration: What a decorator recorded.
        determinism: The plugin's own, for functions that declare none.

    Raises:
        PluginLoadError: For any mistake in the declaration, at the function's line, and for
            whatever the function's own code raises while it is looked at.
    """
    if type(declaration) is not Declaration:
        raise PluginLoadError("the plugin changed what its decorators recorded")
    place = declaration.file, declaration.line
    try:
        reader = _Reader(declaration)
        place = reader.file, reader.line
        return reader.function(determinism)
    except (KeyboardInterrupt, PluginLoadError):
        raise
    except BaseException as error:
        message = f"the declaration of {_name(declaration)} can't be read: {described(error)}"
        raise PluginLoadError(message, *place) from error


def described(error: BaseException) -> str:
    """Class and text of an exception, whose text may raise as well."""
    name = type.__dict__["__name__"].__get__(type(error))
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - plugins raise everything
        text = "its text can't be shown"
    return f"{name}: {text}" if text else name


def as_text(value: object) -> str:
    """Give a text that every language can hold.

    Raises:
        TypeError: For what only says that it is a string.
        UnicodeEncodeError: For half of a surrogate pair.
    """
    text = str.__str__(value)  # type: ignore[arg-type]
    text.encode()
    return text


def _shown(value: object) -> str:
    """The `repr` of a value, which may raise."""
    try:
        return repr(value)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - plugins raise everything
        return f"an object of class {type.__dict__['__name__'].__get__(type(value))}"


def _name(declaration: Declaration) -> str:
    """A name for errors, found without asking the function for anything."""
    name: object = declaration.name
    if type(name) is not str and type(declaration.function) is types.FunctionType:
        name = declaration.function.__name__
    return name if type(name) is str else "a function"


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


class _Reader:
    """Reads one declaration; its errors know the place."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.target = declaration.function
        self.is_class = isinstance(self.target, type)
        self.called = self._called()
        self.found = definition(self.called)
        self.file, self.line = self._place()
        self.name = declaration.name
        if self.name is None:
            self.name = getattr(self.target, "__name__", "")

    def function(self, determinism: str) -> Function:
        declared = self.declaration
        if not callable(self.target):
            raise self._error(f"a {declared.kind} function must be callable")
        if not isinstance(self.name, str) or self.name in ("", "<lambda>"):
            what = "a lambda" if self.name == "<lambda>" else "the function"
            raise self._error(f"{what} has no name; give one as the decorator's first argument")
        self._check_options()
        kind = inspect.unwrap(self.called)
        if inspect.iscoroutinefunction(kind) or inspect.isasyncgenfunction(kind):
            raise self._error(f"{self.name} is async; a scalar function gives its value at once")
        if inspect.isgeneratorfunction(kind):
            raise self._error(f"{self.name} is a generator; a scalar function returns one value")
        signature = self._signature()
        names, types, variadic = self._parameters(signature)
        required = min(signature.required, len(names) - int(variadic))
        if signature.required > required:
            raise self._error(self._arity(signature, len(names)))
        return Function(
            name=as_text(self.name),
            callable=self.target,
            is_class=self.is_class,
            mode=_MODES[declared.vectorized],
            parameters=[
                Parameter(as_text(name), as_text(text), policy)
                for name, text, policy in zip(
                    names, types, self._policies(names, types), strict=True
                )
            ],
            required=required,
            variadic=variadic,
            returns=as_text(self._returns(signature)),
            determinism=as_text(
                determinism if declared.determinism is None else declared.determinism
            ),
            tier=as_text(declared.tier),
            on_error=self._on_error(),
            timeout=self._timeout(),
            thread_safe=self._thread_safe(),
            documentation=self._documentation(),
            file=self.file,
            line=self.line,
            source=capture(self.target),
        )

    def _called(self) -> Callable[..., Any]:
        """What is called for a row: the function, or the `__call__` of a class or object."""
        target = self.target
        if inspect.isroutine(target) or isinstance(target, functools.partial):
            return target
        owner = target if isinstance(target, type) else type(target)
        return getattr(owner, "__call__", target)  # noqa: B004 - the function itself is wanted

    def _place(self) -> tuple[str | None, int | None]:
        """File and line of the ``def``, else where the decorator stands."""
        own = definition(self.target) if self.is_class else self.found
        if own is not None:
            return own[0].file, own[1].lineno
        code = getattr(self.target, "__code__", None)
        if isinstance(code, types.CodeType):
            return code.co_filename, code.co_firstlineno
        return self.declaration.file, self.declaration.line

    def _check_options(self) -> None:
        declared = self.declaration
        known = isinstance(declared.vectorized, (bool, str)) and declared.vectorized in _MODES
        if not known:
            message = f"unknown vectorized={_shown(declared.vectorized)} of {self.name}"
            raise self._error(f"{message}; it is one of False, True, 'arrow', 'numpy'")
        determinism = "" if declared.determinism is None else declared.determinism
        for option, value in (("determinism", determinism), ("tier", declared.tier)):
            if not isinstance(value, str):
                raise self._error(f"unknown {option} {_shown(value)} of {self.name}")
        nulls = declared.nulls
        for value in nulls.values() if isinstance(nulls, Mapping) else [nulls]:
            if not isinstance(value, str) or value not in _NULLS:
                message = f"unknown nulls value {_shown(value)} of {self.name}"
                raise self._error(f"{message}; it is one of {', '.join(_NULLS)}")
        if self.is_class and "__call__" not in dir(self.target):
            raise self._error(f"the class {self.name} has no __call__")

    def _on_error(self) -> str:
        value = self.declaration.on_error
        if isinstance(value, str) and value in _ON_ERROR:
            return value
        message = f"unknown on_error={_shown(value)} of {self.name}"
        raise self._error(f"{message}; it is one of {', '.join(_ON_ERROR)}")

    def _timeout(self) -> float | None:
        value = self.declaration.timeout
        if value is None:
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                seconds = float(value)
            except OverflowError:
                seconds = math.inf
            if 0 < seconds < math.inf:
                return seconds
        message = f"timeout={_shown(value)} of {self.name} is no time limit"
        raise self._error(f"{message}; it is a number of seconds above 0, or None")

    def _thread_safe(self) -> bool:
        value = self.declaration.thread_safe
        if isinstance(value, bool):
            return value
        message = f"unknown thread_safe={_shown(value)} of {self.name}"
        raise self._error(f"{message}; it is True or False")

    def _signature(self) -> _Signature:
        try:
            signature = inspect.signature(self.called)
        except (TypeError, ValueError):
            return self._unknown_signature()
        parameters = list(signature.parameters.values())
        if self._takes_self():
            parameters = parameters[1:]
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        for parameter in parameters:
            if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty:
                message = f"{self.name} needs the keyword argument {parameter.name}"
                raise self._error(f"{message}; SQL gives arguments by position")
        rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        namespace = getattr(inspect.unwrap(self.called), "__globals__", {})
        annotations = {
            p.name: evaluate(p.annotation, namespace)
            for p in parameters
            if p.annotation is not p.empty
        }
        if signature.return_annotation is not signature.empty:
            annotations["return"] = evaluate(signature.return_annotation, namespace)
        return _Signature(
            names=[p.name for p in positional],
            required=sum(p.default is p.empty for p in positional),
            variadic=rest,
            annotations=annotations,
        )

    def _takes_self(self) -> bool:
        """Whether the first parameter of what is called is the object itself."""
        if self.called is self.target or isinstance(self.target, functools.partial):
            return False
        owner = self.target if self.is_class else type(self.target)
        return not isinstance(inspect.getattr_static(owner, "__call__"), staticmethod)

    def _unknown_signature(self) -> _Signature:
        """Trust the declaration about a builtin that tells nothing about itself."""
        args = self.declaration.args
        if args is None:
            raise self._error(f"the parameters of {self.name} are unknown; declare args=[...]")
        repeats = any(item is ... for item in args)
        names = [f"arg{index}" for index in range(len(args) - repeats)]
        return _Signature(names, len(names), "rest" if repeats else None, {})

    def _parameters(self, signature: _Signature) -> tuple[list[str], list[str], bool]:
        """Names and types, and whether the last one repeats."""
        if self.declaration.args is None:
            return self._annotated_parameters(signature)
        types, repeated = self._declared_types(self.declaration.args)
        if repeated is not None and signature.variadic is None:
            raise self._error(f"args of {self.name} ends with ..., but it takes no *args")
        count, most = len(types), len(signature.names)
        if repeated is not None:
            types += [repeated] * max(0, most - count)
            count = len(types)
        fits = signature.required <= count and (count <= most or signature.variadic is not None)
        if not fits:
            raise self._error(self._arity(signature, count))
        names = signature.names[:count]
        names += [f"{signature.variadic}{index}" for index in range(count - len(names))]
        if repeated is None:
            return names, types, False
        return [*names, str(signature.variadic)], [*types, repeated], True

    def _declared_types(self, args: Sequence[object]) -> tuple[list[str], str | None]:
        if isinstance(args, str) or not isinstance(args, Sequence):
            message = f"args of {self.name} must be a list of types, not {_shown(args)}"
            raise self._error(message)
        items = list(args)
        repeats = bool(items) and items[-1] is ...
        if repeats:
            items.pop()
        if any(item is ... for item in items) or (repeats and not items):
            raise self._error(f"args of {self.name}: ... stands last, behind the type it repeats")
        types = []
        for index, item in enumerate(items):
            text = type_text(item)
            if text is None:
                raise self._error(f"args[{index}] of {self.name} is no type: {_shown(item)}")
            types.append(text)
        return (types[:-1], types[-1]) if repeats else (types, None)

    def _annotated_parameters(self, signature: _Signature) -> tuple[list[str], list[str], bool]:
        names = list(signature.names)
        if signature.variadic is not None:
            names.append(signature.variadic)
        types = [self._annotation(signature, name) for name in names]
        return names, types, signature.variadic is not None

    def _annotation(self, signature: _Signature, name: str) -> str:
        where = "the result" if name == "return" else f"parameter {name}"
        option = "returns=..." if name == "return" else "args=[...]"
        if name not in signature.annotations:
            message = f"{where} of {self.name} has no annotation"
            raise self._error(f"{message}; annotate it or declare {option}")
        annotation = signature.annotations[name]
        text = type_text(annotation)
        if text is None:
            message = f"the annotation of {where} of {self.name} names no type"
            raise self._error(f"{message}: {_shown(annotation)}; declare {option}")
        return text

    def _returns(self, signature: _Signature) -> str:
        if self.declaration.returns is None:
            return self._annotation(signature, "return")
        text = type_text(self.declaration.returns)
        if text is None:
            message = f"returns of {self.name} is no type: {_shown(self.declaration.returns)}"
            raise self._error(message)
        return text

    def _arity(self, signature: _Signature, declared: int) -> str:
        least, most = signature.required, len(signature.names)
        takes = str(most) if least == most else f"{least} to {most}"
        if signature.variadic is not None:
            takes = f"{least} or more"
        noun = "argument" if takes == "1" else "arguments"
        return f"{self.name} takes {takes} {noun}, but args declares {declared}"

    def _policies(self, names: list[str], types: list[str]) -> list[str]:
        declared = self.declaration.nulls
        if isinstance(declared, str):
            return [self._policy(declared, *pair) for pair in zip(names, types, strict=True)]
        unknown = [name for name in declared if name not in names]
        if unknown:
            message = f"nulls of {self.name} names no parameter of it"
            raise self._error(f"{message}: {_shown(unknown[0])}")
        return [
            self._policy(declared.get(name, "auto"), name, text)
            for name, text in zip(names, types, strict=True)
        ]

    def _policy(self, declared: str, name: str, text: str) -> str:
        if declared != "auto":
            return declared
        if is_nullable(text):
            return "pass"
        found = self.found or definition(_innermost(self.called))
        node = None if found is None else found[1]
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return "skip"
        reading = null_reading.read(node)
        if name in reading.compared:
            return "pass"
        variadic = node.args.vararg
        if variadic is not None and variadic.arg in reading.compared:
            plain = {a.arg for a in (*node.args.posonlyargs, *node.args.args)}
            if name not in plain:
                return "pass"
        if name in reading.hints and not is_bool(text):
            self._warn(name, *reading.hints[name])
        return "skip"

    def _warn(self, name: str, line: int, hint: str) -> None:
        message = (
            f"{self.name}: `{hint}` looks as if {name} could be None, but rows with NULL in it are "
            f'skipped; declare nulls={{"{name}": "pass"}} or {{"{name}": "skip"}}, or its type '
            f"as nullable"
        )
        warnings.warn_explicit(message, UserWarning, self.file or "<unknown>", line)

    def _documentation(self) -> str | None:
        text = inspect.getdoc(self.target)
        if not isinstance(text, str) or not text:
            return None
        return as_text(text.encode("utf-8", "backslashreplace").decode())

    def _error(self, message: str) -> PluginLoadError:
        return PluginLoadError(message, self.file, self.line)
