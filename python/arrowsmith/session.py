"""What one user works with: tables, plugins, queries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from arrowsmith._native import boundary
from arrowsmith.authoring import Authoring
from arrowsmith.function import Function
from arrowsmith.loading import Loading
from arrowsmith.progress import display_for
from arrowsmith.relation import Relation
from arrowsmith.seconds import seconds
from arrowsmith.tabular import is_single_use, to_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from arrowsmith import _native


class Session(Loading, Authoring):
    """Tables, plugins and settings, and the queries over them.

    Made by `Database.session`. It is a context manager: leaving the block closes it.

    Example:
        >>> import arrowsmith
        >>> session = arrowsmith.Database.in_memory().session()
        >>> outcome = session.load_python_plugin('''
        ... @db.scalar_fn
        ... def double(x: float) -> float:
        ...     return 2 * x
        ... ''', "calc")
        >>> session.sql("SELECT calc.double(x) AS y FROM (VALUES (1.5), (2.0)) AS t(x)").rows()
        [(3.0,), (4.0,)]
    """

    def __init__(self, native: _native.Session, *, progress: bool | None = None) -> None:
        """Wrap the native session; use `Database.session` instead."""
        super().__init__()
        self._native = native
        self._plugins = native.plugins
        self._progress = progress

    # Functions

    @boundary
    def use(self, plugin: str) -> None:
        """Make the functions of a plugin callable by their bare names.

        A bare name that a used plugin has wins over a builtin function of SQL.

        Args:
            plugin: The plugin's id, or the last segment of it.

        Raises:
            PlanError: No plugin has that name, or several have.
        """
        self._native.use_plugin(plugin)

    @boundary
    def add_function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register one annotated function, callable by its bare name. Usable as a decorator.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> @session.add_function
            ... def shout(word: str) -> str:
            ...     return word.upper() + "!"
            >>> session.sql("SELECT shout('hey') AS s").rows()
            [('HEY!',)]

        Returns:
            The function itself.

        Raises:
            PluginLoadError: An annotation is missing or no known type.
        """
        self._native.add_function(function)
        return function

    @boundary
    def function(self, name: str) -> Function:
        """Give a loaded function, callable on arrays.

        Args:
            name: `plugin_id.name`, the short `last_segment.name`, or a bare name after `use`.

        Raises:
            PlanError: The name is unknown, ambiguous or denied.
        """
        return Function(self._native.function(name))

    @boundary
    def functions(self) -> Relation:
        """List the loaded functions.

        Returns:
            A relation with the columns name, kind, mode, signature, nulls, determinism, on_error,
            timeout (seconds), thread_safe, tier, reason (why it runs there), rows and side_exits
            (how many rows a compiled function was given, and how many of them the interpreter
            computed; NULL for other functions), version.
        """
        return Relation(self._native.functions())

    @boundary
    def explain_function(self, name: str, *, ir: bool = False) -> str:
        """Show a function's text, and what became of each line of it: see `Function.explain`.

        Args:
            name: As in `function`.
            ir: Whether to show the typed form, too, that machine code is made of.

        Raises:
            PlanError: The name is unknown, ambiguous or denied.
        """
        return self.function(name).explain(ir=ir)

    # Tables

    @boundary
    def register(self, name: str, data: Any) -> None:  # noqa: ANN401 - anything tabular
        """Make data a table of this session, in place of any table of that name.

        Args:
            name: The table's name, in exact case.
            data: A path, glob or folder of Parquet, CSV, JSON or Arrow files (by extension); a
                pandas or Polars frame; a pyarrow table, dataset or reader; a relation; a dict of
                columns; anything with `__arrow_c_stream__`. Data in memory is not copied where its
                layout allows. A reader that can be read only once says so at its second scan.

        Raises:
            FileError: A file is missing, unreadable or corrupt; the error names it.
            TypeError: The object is not tabular.
        """
        if isinstance(data, str | os.PathLike):
            self._native.register_path(name, os.fspath(data))
        elif isinstance(data, Relation):
            self._native.register_relation(name, data._native)  # noqa: SLF001 - one package
        elif is_single_use(data):
            self._native.register_reader(name, data)
        else:
            self._native.register_table(name, to_stream(data))

    @boundary
    def deregister(self, name: str) -> bool:
        """Forget a table.

        Returns:
            Whether it was there.
        """
        return self._native.deregister(name)

    @boundary
    def tables(self) -> list[str]:
        """List the names of this session's tables, sorted."""
        return self._native.tables()

    # Queries

    @boundary
    def sql(
        self,
        query: str,
        params: Sequence[Any] | Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> Relation:
        """Plan a query.

        A SELECT runs at each terminal call on the relation (`show`, `to_*`, `write_*`, iteration);
        a statement that changes something (CREATE, INSERT, COPY, SET, DROP) runs at once. Of
        several statements, separated by semicolons, the last one's relation comes back.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> session.sql("SELECT $1 + 1 AS n", [41]).rows()
            [(42,)]
            >>> session.sql("SELECT upper($word) AS w", {"word": "hey"}).rows()
            [('HEY',)]

        Args:
            query: SQL. Files can be named where a table is expected: `FROM 'flights.parquet'`.
            params: Values for `$1`, `$2`, ... as a sequence, or for `$name` as a mapping.
            timeout: The seconds that each run of the query may take, planning included; after them
                it ends with `QueryTimeout`. No limit by default.

        Raises:
            PlanError: Wrong syntax, unknown tables, columns or functions, types that don't fit.
            QueryTimeout: Planning, or a statement that runs at once, took longer than `timeout`.
        """
        relation = self._native.sql(query, params, seconds(timeout))
        return Relation(relation, display_for(self._progress))

    @boundary
    def cancel(self) -> None:
        """Stop the queries of this session that run now; each ends with `QueryCancelled`.

        It is meant to be called from another thread. Queries that start later are not touched.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> session.cancel()
            >>> session.sql("SELECT 1 AS one").rows()
            [(1,)]
        """
        self._native.cancel()

    # Errors that functions with on_error="collect" made

    @boundary
    def errors(self) -> Relation:
        """List what went wrong in functions declared with `on_error="collect"`.

        In SQL it is the table `arrowsmith.errors`. It keeps the first 10,000 errors of the session;
        `error_count` counts on.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> outcome = session.load_python_plugin('''
            ... @db.scalar_fn(on_error="collect")
            ... def inverse(x: float) -> float:
            ...     return 1 / x
            ... ''', "calc")
            >>> session.sql("SELECT calc.inverse(x) AS y FROM (VALUES (0.0), (2.0)) AS t(x)").rows()
            [(None,), (0.5,)]
            >>> session.sql("SELECT function, type, message FROM arrowsmith.errors").rows()
            [('calc.inverse', 'ZeroDivisionError', 'float division by zero')]
            >>> session.error_count
            1

        Returns:
            A row for each error: time (UTC), function, row within its batch (NULL for a whole
            batch), arguments, type, message.
        """
        return Relation(self._native.errors())

    @property
    def error_count(self) -> int:
        """How many errors there were, those included that `errors` has no room for."""
        return self._native.error_count()

    @boundary
    def clear_errors(self) -> None:
        """Forget the errors so far, and count from zero again.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> session.clear_errors()
            >>> session.error_count, session.errors().rows()
            (0, [])
        """
        self._native.clear_errors()

    # Life

    @boundary
    def close(self) -> None:
        """Cancel this session's queries and forget its tables and plugins. Twice is fine."""
        self._native.close()

    @property
    def closed(self) -> bool:
        """Whether the session, or its database, was closed."""
        return self._native.closed

    def __enter__(self) -> Self:
        """Give the session itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the session."""
        self.close()

    def __repr__(self) -> str:
        """Say how many tables and functions there are."""
        if self.closed:
            return "<arrowsmith.Session, closed>"
        functions, tables = self._native.function_count(), len(self.tables())
        return f"<arrowsmith.Session: {tables} tables, {functions} functions>"
