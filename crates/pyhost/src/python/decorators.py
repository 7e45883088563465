"""The decorators of a `Plugin`, one for each kind of function.

They only record what they are given; the loader checks it, so that every mistake is reported in
one way, with file and line.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .declaration import Declaration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Decorators", "caller"]

F = TypeVar("F", bound="Callable[..., Any]")
P = TypeVar("P")
"""What has the parts of an aggregate or a window: a mapping, a class or an object of one."""


class Decorators:
    """What a `Plugin` declares functions with, and whatever else gathers declarations."""

    _declarations: list[Declaration]

    @overload
    def scalar_fn(self, name: F, /) -> F: ...

    @overload
    def scalar_fn(
        self,
        name: str | None = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> Callable[[F], F]: ...

    def scalar_fn(  # noqa: PLR0913 - each option is one that authors need
        self,
        name: F | str | None = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> F | Callable[[F], F]:
        """Declare a function that gives one value for each row.

        Used as ``@db.scalar_fn`` or with arguments. The function, or the class, comes back as it
        was. Of a class, ``__init__`` is the set-up (once per thread) and ``__call__`` the function.

        Args:
            name: The name in SQL; the function's own where it is left out.
            args: The types of the arguments; from annotations where it is left out. An Ellipsis
                at the end repeats the type before it for any number of arguments.
            returns: The type of the result; from annotations where it is left out.
            vectorized: ``False`` for one call per row, ``True`` or ``"arrow"`` for one call per
                batch over Arrow arrays, ``"numpy"`` over NumPy arrays.
            determinism: ``auto``, ``pure``, ``session`` or ``nondeterministic``.
            nulls: ``auto``, ``pass``, ``skip``, or one of these for each parameter's name.
            tier: Where it runs. ``native`` compiles it to machine code, and where its text can't be
                compiled, loading says so with the place; ``inline`` calls it in this process's
                interpreter; ``auto`` compiles what can be and calls the rest. Where it is left
                out, what the session or database was opened with, else ``auto``.
            on_error: What an exception of the function does. ``raise`` fails the query. ``null``
                gives NULL for the row; of a vectorized function, for all rows of the batch.
                ``collect`` does the same and records the error in ``session.errors()``. The
                function's own ``timeout`` counts as an exception. A cancelled query, Ctrl-C, the
                query's timeout and ``SystemExit`` are never caught.
            timeout: The most seconds that one call may take: one row, or one batch of a vectorized
                function. No limit by default.
            thread_safe: ``False`` if the function can't bear company: no two threads are ever at
                once in functions of this plugin that say so.
        """
        declaration = Declaration(
            kind="scalar",
            function=None,
            args=args,
            returns=returns,
            vectorized=vectorized,
            determinism=determinism,
            nulls=nulls,
            tier=tier,
            on_error=on_error,
            timeout=timeout,
            thread_safe=thread_safe,
        )
        declared: F | Callable[[F], F] = self._declare(name, declaration)
        return declared

    @overload
    def aggregate_fn(
        self,
        name: str | None = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> Callable[[P], P]: ...

    @overload
    def aggregate_fn(self, name: P, /) -> P: ...

    def aggregate_fn(  # noqa: PLR0913 - as scalar_fn
        self,
        name: Any = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> Any:
        """Declare a function that gives one value for each group of rows.

        It is one of

        - the four functions ``init() -> state``, ``accumulate(state, *args) -> state``,
          ``merge(state, other) -> state`` and ``finalize(state) -> value``, in a mapping or as
          methods of an object or a class (which is instantiated once per thread), or
        - a plain class whose objects are the states: ``__init__()``, ``add(*args)``,
          ``merge(other)`` and ``result()``. ``add`` and ``merge`` change the object; what they
          return is ignored.

        A state is any Python object, None too. ``finalize`` and ``result`` must leave the state as
        it is, because more rows may follow. ``merge`` joins the states of two partitions. With a
        fifth one, ``retract(state, *args) -> state`` (or ``retract(*args)`` of a plain class), rows
        that a window frame leaves behind are taken out; without it the frame is computed anew.

        How much memory the states hold is estimated from samples.

        Args:
            name: The name in SQL; the class's own where it is left out.
            args: As for `scalar_fn`; the types of the parameters behind the state.
            returns: The type of what ``finalize`` or ``result`` gives.
            vectorized: As for `scalar_fn`; ``accumulate`` or ``add`` gets arrays of some of the
                group's rows, which are gathered until they are worth a call.
            determinism: As for `scalar_fn`.
            nulls: As for `scalar_fn`; a row that is skipped isn't accumulated.
            tier: As for `scalar_fn`.
            on_error: As for `scalar_fn`; ``null`` and ``collect`` give NULL for the group.
            timeout: The most seconds that one call of one of the functions may take.
            thread_safe: As for `scalar_fn`.
        """
        declaration = Declaration(
            kind="aggregate",
            function=None,
            args=args,
            returns=returns,
            vectorized=vectorized,
            determinism=determinism,
            nulls=nulls,
            tier=tier,
            on_error=on_error,
            timeout=timeout,
            thread_safe=thread_safe,
        )
        return self._declare(name, declaration)

    @overload
    def procedure(self, name: F, /) -> F: ...

    @overload
    def procedure(
        self,
        name: str | None = None,
        args: Sequence[object] | None = None,
        yields: object = None,
        mode: str = "read",
        *,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> Callable[[F], F]: ...

    def procedure(  # noqa: PLR0913 - as scalar_fn
        self,
        name: F | str | None = None,
        args: Sequence[object] | None = None,
        yields: object = None,
        mode: str = "read",
        *,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> F | Callable[[F], F]:
        """Declare a function that gives rows, to be used in FROM.

        It is a generator, or returns anything that can be iterated over, of dicts, tuples,
        dataclasses, Arrow batches or frames. A generator is closed when nobody wants more rows.

        Args:
            name: As for `scalar_fn`.
            args: As for `scalar_fn`; ``"table"`` is the type of a parameter that takes a query.
            yields: The columns: ``{"name": "type"}``, ``["name:type"]``, ``[("name", "type")]``, or
                types alone for columns ``col0``, ``col1`` and so on. From the annotation of the
                result where it is left out.
            mode: What it does to data; ``"read"`` is all that there is.
            determinism: As for `scalar_fn`.
            nulls: As for `scalar_fn`; a NULL that is skipped gives no rows.
            tier: As for `scalar_fn`.
            on_error: As for `scalar_fn`; ``null`` and ``collect`` end the rows of the call.
            timeout: The most seconds until the next row.
            thread_safe: As for `scalar_fn`.
        """
        declaration = Declaration(
            kind="procedure",
            function=None,
            args=args,
            yields=yields,
            mode=mode,
            determinism=determinism,
            nulls=nulls,
            tier=tier,
            on_error=on_error,
            timeout=timeout,
            thread_safe=thread_safe,
        )
        declared: F | Callable[[F], F] = self._declare(name, declaration)
        return declared

    @overload
    def window_fn(
        self,
        name: str | None = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> Callable[[P], P]: ...

    @overload
    def window_fn(self, name: P, /) -> P: ...

    def window_fn(  # noqa: PLR0913 - as scalar_fn
        self,
        name: Any = None,
        args: Sequence[object] | None = None,
        returns: object = None,
        *,
        vectorized: bool | str = False,
        determinism: str | None = None,
        nulls: str | Mapping[str, str] = "auto",
        tier: str | None = None,
        on_error: str = "raise",
        timeout: float | None = None,
        thread_safe: bool = True,
    ) -> Any:
        """Declare a function that walks over ordered rows and gives one value for each.

        It is one of

        - the two functions ``init() -> state`` and ``step(state, *args) -> (state, value)``, in a
          mapping or as methods of an object or a class (which is instantiated once per thread),
        - a generator over the rows of one partition, ``for value in rows: yield ...``, of tuples
          where there is more than one argument; it yields one value for a row before it takes the
          next, and is closed at the partition's end, or
        - a vectorized function over the arrays of one partition.

        The state starts anew with each partition.

        Args:
            name: As for `scalar_fn`.
            args: As for `scalar_fn`; the types of the parameters behind the state, or of the
                values in a generator's rows.
            returns: The type of the value.
            vectorized: As for `scalar_fn`, with one call per partition.
            determinism: As for `scalar_fn`.
            nulls: As for `scalar_fn`; a row that is skipped gives NULL and leaves the state, and a
                generator doesn't see it.
            tier: As for `scalar_fn`.
            on_error: As for `scalar_fn`; where a generator or a vectorized function fails,
                ``null`` and ``collect`` give NULL for the rest of the partition.
            timeout: The most seconds that one row, or one partition of a vectorized function, may
                take.
            thread_safe: As for `scalar_fn`.
        """
        declaration = Declaration(
            kind="window",
            function=None,
            args=args,
            returns=returns,
            vectorized=vectorized,
            determinism=determinism,
            nulls=nulls,
            tier=tier,
            on_error=on_error,
            timeout=timeout,
            thread_safe=thread_safe,
        )
        return self._declare(name, declaration)

    def _declare(self, name: Any, declaration: Declaration) -> Any:  # noqa: ANN401 - see F and P
        """Record at once what is decorated without arguments, else when it is there."""
        file, line = caller(2)
        is_function = callable(name) or isinstance(name, Mapping)
        if declaration.kind in ("aggregate", "window"):
            # An object with the parts need not be callable.
            is_function = name is not None and not isinstance(name, str)
        declaration = replace(declaration, name=None if is_function else name, file=file, line=line)

        def declare(function: Any) -> Any:  # noqa: ANN401 - see F and P
            self._declarations.append(replace(declaration, function=function))
            return function

        return declare(name) if is_function else declare


def caller(depth: int = 1) -> tuple[str | None, int | None]:
    """File and line of the code that called the method which asks."""
    frame = sys._getframe(depth + 1)  # noqa: SLF001 - there is no other way to see the caller
    # The package's own methods pass on what a user wrote.
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__")):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _is_ours(module: object) -> bool:
    return isinstance(module, str) and module.split(".")[0] == "arrowsmith"


Decorators.__module__ = "arrowsmith"
