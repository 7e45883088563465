"""From a declaration to everything that the host wants to know of a function."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import aggregates, procedures, scalars, windows
from .declaration import Declaration
from .errors import PluginLoadError
from .fitness import unfit
from .null_policies import null_policies
from .options import check_options, mode, on_error, thread_safe, timeout
from .parameters import ParameterTypes, parameter_types, result_type
from .signature import read_signature
from .source import FunctionSource, capture
from .states import StateSource, capture_parts
from .target import Target
from .untrusted import as_text, described, shown
from .windows import window_signature

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Function", "Parameter", "describe"]

_LOOKS = {
    "scalar": scalars.look,
    "aggregate": aggregates.look,
    "procedure": procedures.look,
    "window": windows.look,
}


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

    kind: str
    name: str
    callable: Callable[..., Any]
    is_class: bool
    style: str
    """How it is called, of those that its kind has."""
    parts: list[tuple[str, Callable[..., Any]]]
    """The functions that it is made of, where they are several."""
    mode: str
    parameters: list[Parameter]
    required: int
    variadic: bool
    returns: str | None
    yields: list[tuple[str, str]]
    """The columns of a procedure, which returns nothing else."""
    determinism: str
    tier: str | None
    """None where only the session has a say."""
    on_error: str
    """``raise``, ``null`` or ``collect``."""
    timeout: float | None
    """The most seconds that one call may take: a row, or a batch."""
    thread_safe: bool
    documentation: str | None
    file: str | None
    line: int | None
    source: FunctionSource | None
    states: StateSource | None
    """Of an aggregate or a window of steps."""
    unfit: str | None
    """What keeps it with the interpreter, in words; None if the text decides."""


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
        target = Target(declaration)
        place = target.file, target.line
        return _function(target, determinism)
    except (KeyboardInterrupt, PluginLoadError):
        raise
    except BaseException as error:
        message = f"the declaration of {_name(declaration)} can't be read: {described(error)}"
        raise PluginLoadError(message, *place) from error


def _function(target: Target, determinism: str) -> Function:
    declared = target.declaration
    kind = declared.kind
    _check_name(target)
    check_options(target)
    _LOOKS[kind](target)
    signature = window_signature(target) if kind == "window" else read_signature(target)
    typed = parameter_types(target, signature)
    if kind == "aggregate":
        aggregates.check_parameters(target, typed, signature.required)
    is_procedure = kind == "procedure"
    source, states = capture(target.function), capture_parts(target)
    return Function(
        kind=kind,
        name=as_text(target.name),
        callable=target.function,
        is_class=target.is_class,
        style=target.style,
        parts=list(target.parts.items()),
        mode=mode(target),
        parameters=_parameters(target, typed),
        required=signature.required,
        variadic=typed.variadic,
        returns=None if is_procedure else as_text(result_type(target, signature)),
        yields=procedures.yielded_columns(target, signature) if is_procedure else [],
        determinism=as_text(determinism if declared.determinism is None else declared.determinism),
        tier=None if declared.tier is None else as_text(declared.tier),
        on_error=on_error(target),
        timeout=timeout(target),
        thread_safe=thread_safe(target),
        documentation=_documentation(target),
        file=target.file,
        line=target.line,
        source=source,
        states=states,
        unfit=unfit(target, source, states),
    )


def _check_name(target: Target) -> None:
    given = target.declaration.name
    if given is not None and not isinstance(given, str):
        raise target.error(
            f"the name {shown(given)} is no text; the types of arguments are args=[..]"
        )
    if not isinstance(target.name, str) or target.name in ("", "<lambda>"):
        what = "a lambda" if target.name == "<lambda>" else "the function"
        raise target.error(f"{what} has no name; give one as the decorator's first argument")


def _parameters(target: Target, typed: ParameterTypes) -> list[Parameter]:
    policies = null_policies(target, typed)
    return [
        Parameter(as_text(name), as_text(text), policy)
        for name, text, policy in zip(typed.names, typed.types, policies, strict=True)
    ]


def _documentation(target: Target) -> str | None:
    if target.style == "parts" and isinstance(target.function, Mapping):
        return None
    text = inspect.getdoc(target.function)
    if not isinstance(text, str) or not text:
        return None
    return as_text(text.encode("utf-8", "backslashreplace").decode())


def _name(declaration: Declaration) -> str:
    """A name for errors, found without asking the function for anything."""
    name: object = declaration.name
    if type(name) is not str and type(declaration.function) is types.FunctionType:
        name = declaration.function.__name__
    return name if type(name) is str else "a function"
