"""The parameters of a Python function, with their annotations as they are written."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .annotations import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .target import Target

__all__ = ["Signature", "read_signature"]


@dataclass(frozen=True)
class Signature:
    """The positional parameters of the Python function."""

    names: list[str]
    required: int
    variadic: str | None
    annotations: dict[str, object]
    """By name; ``return`` is the result's."""


def read_signature(target: Target) -> Signature:
    """Read what is called for a row."""
    try:
        signature = inspect.signature(target.called)
    except (TypeError, ValueError):
        return _unknown_signature(target)
    parameters = list(signature.parameters.values())
    if _takes_self(target):
        parameters = parameters[1:]
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    _refuse_needed_keywords(target, parameters)
    return Signature(
        names=[p.name for p in positional],
        required=sum(p.default is p.empty for p in positional),
        variadic=next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None),
        annotations=_annotations(target, parameters, signature.return_annotation),
    )


def _unknown_signature(target: Target) -> Signature:
    """Trust the declaration about a builtin that tells nothing about itself."""
    args = target.declaration.args
    if args is None:
        raise target.error(f"the parameters of {target.name} are unknown; declare args=[...]")
    repeats = any(item is ... for item in args)
    names = [f"arg{index}" for index in range(len(args) - repeats)]
    return Signature(names, len(names), "rest" if repeats else None, {})


def _takes_self(target: Target) -> bool:
    """Whether the first parameter of what is called is the object itself."""
    if target.called is target.function or isinstance(target.function, functools.partial):
        return False
    owner = target.function if target.is_class else type(target.function)
    return not isinstance(inspect.getattr_static(owner, "__call__"), staticmethod)


def _refuse_needed_keywords(target: Target, parameters: Sequence[inspect.Parameter]) -> None:
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty:
            message = f"{target.name} needs the keyword argument {parameter.name}"
            raise target.error(f"{message}; SQL gives arguments by position")


def _annotations(
    target: Target, parameters: Sequence[inspect.Parameter], result: object
) -> dict[str, object]:
    namespace = getattr(inspect.unwrap(target.called), "__globals__", {})
    annotations = {
        p.name: evaluate(p.annotation, namespace) for p in parameters if p.annotation is not p.empty
    }
    if result is not inspect.Signature.empty:
        annotations["return"] = evaluate(result, namespace)
    return annotations
