"""What a decorator's options may be, and what is said of anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .untrusted import shown

if TYPE_CHECKING:
    from .target import Target

__all__ = ["check_options", "mode", "on_error", "thread_safe", "time_limit", "timeout"]

_MODES = {False: "row", True: "arrow", "arrow": "arrow", "numpy": "numpy"}
_NULLS = ("auto", "pass", "skip")
_LONGEST = 1e9  # seconds, more than thirty years
_ON_ERROR = ("raise", "null", "collect")


def check_options(target: Target) -> None:
    """Refuse what is known to be wrong before the function itself is looked at."""
    declared = target.declaration
    known = isinstance(declared.vectorized, (bool, str)) and declared.vectorized in _MODES
    if not known:
        message = f"unknown vectorized={shown(declared.vectorized)} of {target.name}"
        raise target.error(f"{message}; it is one of False, True, 'arrow', 'numpy'")
    # The contract knows their values.
    for option, value in (("determinism", declared.determinism), ("tier", declared.tier)):
        if value is not None and not isinstance(value, str):
            raise target.error(f"unknown {option} {shown(value)} of {target.name}")
    nulls = declared.nulls
    for value in nulls.values() if isinstance(nulls, Mapping) else [nulls]:
        if not isinstance(value, str) or value not in _NULLS:
            message = f"unknown nulls value {shown(value)} of {target.name}"
            raise target.error(f"{message}; it is one of {', '.join(_NULLS)}")


def mode(target: Target) -> str:
    """How the function is called: ``row``, ``arrow`` or ``numpy``."""
    return _MODES[target.declaration.vectorized]


def on_error(target: Target) -> str:
    """What an exception does: ``raise``, ``null`` or ``collect``."""
    value = target.declaration.on_error
    if isinstance(value, str) and value in _ON_ERROR:
        return value
    message = f"unknown on_error={shown(value)} of {target.name}"
    raise target.error(f"{message}; it is one of {', '.join(_ON_ERROR)}")


def timeout(target: Target) -> float | None:
    """The most seconds that one call may take."""
    try:
        return time_limit(target.declaration.timeout)
    except ValueError as error:
        message = f"timeout={shown(target.declaration.timeout)} of {target.name}"
        raise target.error(f"{message} {error}") from None


def time_limit(value: object) -> float | None:
    """Give seconds, or None where there is no limit.

    Raises:
        ValueError: For anything else, with a text that goes on behind the value.
    """
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except OverflowError:
            seconds = math.inf
        if 0 < seconds < math.inf:
            return min(seconds, _LONGEST)
    raise ValueError("is no time limit; it is a number of seconds above 0, or None")


def thread_safe(target: Target) -> bool:
    """Whether several threads may call the function at once."""
    value = target.declaration.thread_safe
    if isinstance(value, bool):
        return value
    message = f"unknown thread_safe={shown(value)} of {target.name}"
    raise target.error(f"{message}; it is True or False")
