"""The types of a function's parameters and of its result: declared, else from annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .annotations import type_text
from .untrusted import shown

if TYPE_CHECKING:
    from .signature import Signature
    from .target import Target

__all__ = ["ParameterTypes", "parameter_types", "result_type"]


@dataclass(frozen=True)
class ParameterTypes:
    """Names and types, and whether the last one repeats."""

    names: list[str]
    types: list[str]
    variadic: bool


def parameter_types(target: Target, signature: Signature) -> ParameterTypes:
    """Take the parameters' types from ``args``, else from their annotations."""
    if target.declaration.args is None:
        return _annotated_parameters(target, signature)
    types, repeated = _declared_types(target, target.declaration.args)
    if repeated is not None and signature.variadic is None:
        raise target.error(f"args of {target.name} ends with ..., but it takes no *args")
    count, most = len(types), len(signature.names)
    if repeated is not None:
        types += [repeated] * max(0, most - count)
        count = len(types)
    fits = signature.required <= count and (count <= most or signature.variadic is not None)
    if not fits:
        raise target.error(_arity(target, signature, count))
    names = signature.names[:count]
    names += [f"{signature.variadic}{index}" for index in range(count - len(names))]
    if repeated is None:
        return ParameterTypes(names, types, variadic=False)
    return ParameterTypes([*names, str(signature.variadic)], [*types, repeated], variadic=True)


def result_type(target: Target, signature: Signature) -> str:
    """Take the result's type from ``returns``, else from its annotation."""
    declared = target.declaration.returns
    if declared is None:
        return _annotation(target, signature, "return")
    text = type_text(declared)
    if text is None:
        raise target.error(f"returns of {target.name} is no type: {shown(declared)}")
    return text


def _declared_types(target: Target, args: Sequence[object]) -> tuple[list[str], str | None]:
    """The types that ``args`` lists, and the one that it repeats."""
    if isinstance(args, str) or not isinstance(args, Sequence):
        raise target.error(f"args of {target.name} must be a list of types, not {shown(args)}")
    items = list(args)
    repeats = bool(items) and items[-1] is ...
    if repeats:
        items.pop()
    if any(item is ... for item in items) or (repeats and not items):
        raise target.error(f"args of {target.name}: ... stands last, behind the type it repeats")
    types = []
    for index, item in enumerate(items):
        text = type_text(item)
        if text is None:
            raise target.error(f"args[{index}] of {target.name} is no type: {shown(item)}")
        types.append(text)
    return (types[:-1], types[-1]) if repeats else (types, None)


def _annotated_parameters(target: Target, signature: Signature) -> ParameterTypes:
    names = list(signature.names)
    if signature.variadic is not None:
        names.append(signature.variadic)
    types = [_annotation(target, signature, name) for name in names]
    return ParameterTypes(names, types, signature.variadic is not None)


def _annotation(target: Target, signature: Signature, name: str) -> str:
    where = "the result" if name == "return" else f"parameter {name}"
    option = "returns=..." if name == "return" else "args=[...]"
    if name not in signature.annotations:
        message = f"{where} of {target.name} has no annotation"
        raise target.error(f"{message}; annotate it or declare {option}")
    annotation = signature.annotations[name]
    text = type_text(annotation)
    if text is None:
        message = f"the annotation of {where} of {target.name} names no type"
        raise target.error(f"{message}: {shown(annotation)}; declare {option}")
    return text


def _arity(target: Target, signature: Signature, declared: int) -> str:
    least, most = signature.required, len(signature.names)
    takes = str(most) if least == most else f"{least} to {most}"
    if signature.variadic is not None:
        takes = f"{least} or more"
    noun = "argument" if takes == "1" else "arguments"
    return f"{target.name} takes {takes} {noun}, but args declares {declared}"
