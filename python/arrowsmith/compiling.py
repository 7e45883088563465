"""Functions compiled outside of SQL."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, Literal, overload

from arrowsmith._native import boundary
from arrowsmith.database import Database
from arrowsmith.function import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import EllipsisType

    from arrowsmith.session import Session

__all__ = ["compile"]

_Tier = Literal["auto", "native", "inline"]


@overload
def compile(  # noqa: A001 - called like `re.compile`
    function: Callable[..., Any],
    /,
    *,
    tier: _Tier = "auto",
    args: Sequence[str | type | EllipsisType] | None = None,
    returns: str | type | None = None,
) -> Function: ...


@overload
def compile(  # noqa: A001 - called like `re.compile`
    *,
    tier: _Tier = "auto",
    args: Sequence[str | type | EllipsisType] | None = None,
    returns: str | type | None = None,
) -> Callable[[Callable[..., Any]], Function]: ...


@boundary
def compile(  # noqa: A001 - called like `re.compile`
    function: Callable[..., Any] | None = None,
    /,
    *,
    tier: _Tier = "auto",
    args: Sequence[str | type | EllipsisType] | None = None,
    returns: str | type | None = None,
) -> Function | Callable[[Callable[..., Any]], Function]:
    """Compile one plain function, to be called on values and on arrays. Usable as a decorator.

    It gives what the function gives, to the last bit: where machine code could not, the
    interpreter runs it.

    Example:
        >>> import arrowsmith
        >>> @arrowsmith.compile
        ... def fibo(n: int) -> int:
        ...     return n if n < 2 else fibo(n - 1) + fibo(n - 2)
        >>> fibo(10)
        55
        >>> fibo([1, 2, None, 10])
        [1, 1, None, 55]

    Args:
        function: A function, as `Plugin.scalar_fn` takes it.
        tier: `auto` calls the function in the interpreter where it can't be compiled, and
            `Function.tier_reason` says why; for `native` that is an error; `inline` compiles
            nothing.
        args: The types of the arguments; from annotations where it is left out.
        returns: The type of the result; from annotations where it is left out.

    Returns:
        What `Session.function` gives for a function of a plugin.

    Raises:
        PluginLoadError: An annotation is missing or no known type, or the function can't be
            compiled and `tier` is `native`; the error names the place.
    """
    if function is None:
        return functools.partial(compile, tier=tier, args=args, returns=returns)
    native = _session()._native.compile(function, tier, args, returns)  # noqa: SLF001 - one package
    return Function(native, stands_for=function)


_sessions: dict[int, Session] = {}
"""The session that runs what is compiled, by process: the child of a fork needs its own."""


def _session() -> Session:
    # Without a lock, which a fork might copy while it is held. Who comes second throws one away.
    session = _sessions.get(os.getpid())
    if session is None:
        made = Database.in_memory(progress=False).session()
        session = _sessions.setdefault(os.getpid(), made)
    return session
