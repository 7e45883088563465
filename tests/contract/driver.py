"""What the promises are put to: a session, behind the few things that a promise needs of one.

Another way to run queries, such as an asynchronous one, is another `Driver`; the promises stay.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import arrowsmith
    from arrowsmith._native import LoadOutcome

Rows = list[tuple[Any, ...]]


class Driver(ABC):
    """One user with plugins, tables and queries. The plugins' id is `p` unless they say another."""

    @abstractmethod
    def load(self, plugin: str | Path, name: str = "p", **options: Any) -> LoadOutcome:
        """Load a text, or a file."""

    @abstractmethod
    def load_for_all(self, text: str, name: str = "p") -> LoadOutcome:
        """Load a text into the whole database."""

    @abstractmethod
    def reload(self, plugin: str) -> LoadOutcome: ...

    @abstractmethod
    def unload(self, plugin: str) -> bool: ...

    @abstractmethod
    def use(self, plugin: str) -> None: ...

    @abstractmethod
    def add_function(self, function: Any) -> None: ...

    @abstractmethod
    def register(self, name: str, **columns: Iterable[Any]) -> None:
        """Make a table of columns."""

    @abstractmethod
    def plan(self, query: str) -> Any:
        """Plan a query without running it, and give what `run` takes."""

    @abstractmethod
    def run(self, planned: Any) -> Rows: ...

    @abstractmethod
    def sql(self, query: str, timeout: float | None = None) -> Rows:
        """Run a query."""

    @abstractmethod
    def columns(self, query: str) -> list[str]:
        """The names of a query's columns."""

    @abstractmethod
    def call(self, name: str, *columns: Any) -> Any:
        """Call a function on arrays."""

    @abstractmethod
    def cancel(self) -> None: ...

    @abstractmethod
    def functions(self) -> dict[str, dict[str, Any]]:
        """What is listed of each function, by its name."""

    @abstractmethod
    def plugins(self) -> dict[str, dict[str, Any]]:
        """What is listed of each plugin, by its id."""

    @abstractmethod
    def another(self) -> Self:
        """Another session of the same database."""

    # What is made of these

    def value(self, expression: str) -> Any:
        """One value that a query without a table gives."""
        [[value]] = self.sql(f"SELECT {expression} AS value")
        return value

    def values(self, query: str) -> list[Any]:
        """The only column of a query."""
        return [value for (value,) in self.sql(query)]


class BlockingDriver(Driver):
    """`arrowsmith.Session` as it is."""

    def __init__(self, database: arrowsmith.Database) -> None:
        self._database = database
        self._session = database.session()

    def load(self, plugin, name="p", **options):
        if isinstance(plugin, str):
            return self._session.load_python_plugin(plugin, name, **options)
        return self._session.load_plugin(plugin, **options)

    def load_for_all(self, text, name="p"):
        return self._database.load_python_plugin(text, name)

    def reload(self, plugin):
        return self._session.reload(plugin)

    def unload(self, plugin):
        return self._session.unload(plugin)

    def use(self, plugin):
        self._session.use(plugin)

    def add_function(self, function):
        self._session.add_function(function)

    def register(self, name, **columns):
        self._session.register(name, {key: list(values) for key, values in columns.items()})

    def plan(self, query):
        return self._session.sql(query)

    def run(self, planned):
        return planned.rows()

    def sql(self, query, timeout=None):
        return self._session.sql(query, timeout=timeout).rows()

    def columns(self, query):
        return self._session.sql(query).columns

    def call(self, name, *columns):
        return self._session.function(name)(*columns)

    def cancel(self):
        self._session.cancel()

    def functions(self):
        return _by_first_column(self._session.functions())

    def plugins(self):
        return _by_first_column(self._session.plugins())

    def another(self):
        return type(self)(self._database)


def _by_first_column(listed):
    return {row[0]: dict(zip(listed.columns, row, strict=True)) for row in listed.rows()}
