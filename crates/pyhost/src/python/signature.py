"""The parameters of a Python function, with their annotations as they are written."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .annotations import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    for _ in range(target.leading):
        if parameters and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
            del parameters[0]
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    _refuse_needed_keywords(target, parameters)
    return Signature(
        names=[p.name for p in positional],
        required=sum(p.default is p.empty for p in positional),
        variadic=next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None),
        annotations=_annotations(target, parameters),
    )


def _unknown_signature(target: Target) -> Signature:
    """Trust the declaration about a builtin that tells nothing about itself."""
    args = target.declaration.args
    if args is None:
        raise target.error(f"the parameters of {target.name} are unknown; declare args=[...]")
    repeats = any(item is ... for item in args)
    names = [f"arg{index}" for index in range(len(args) - repeats)]
    return Signature(names, len(names), "rest" if repeats else None, {})


def _refuse_needed_keywords(target: Target, parameters: Sequence[inspect.Parameter]) -> None:
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty:
            message = f"{target.name} needs the keyword argument {parameter.name}"
            raise target.error(f"{message}; SQL gives arguments by position")


def _annotations(target: Target, parameters: Sequence[inspect.Parameter]) -> dict[str, object]:
    annotations = {
        p.name: _evaluated(p.annotation, target.called)
        for p in parameters
        if p.annotation is not p.empty
    }
    try:
        result = inspect.signature(target.result).return_annotation
    except (TypeError, ValueError):
        return annotations
    if result is not inspect.Signature.empty:
        annotations["return"] = _evaluated(result, target.result)
    return annotations


def _evaluated(annotation: object, function: Callable[..., Any]) -> object:
    return evaluate(annotation, getattr(inspect.unwrap(function), "__globals__", {}))
