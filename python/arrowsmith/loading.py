"""Loading plugins, into a session or into a whole database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from arrowsmith._native import boundary
from arrowsmith.grants import terms
from arrowsmith.relation import Relation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from arrowsmith._native import LoadOutcome, Plugin, Plugins

__all__ = ["Loading"]


class Loading:
    """What has plugins: a `Session` for itself, a `Database` for all of its sessions.

    Every session sees what its database has, now and later. A plugin of its own with the same id
    hides the database's as a whole, until it is unloaded.

    Example:
        >>> import arrowsmith
        >>> database = arrowsmith.Database.in_memory()
        >>> session = database.session()
        >>> source = '''
        ... @db.scalar_fn
        ... def version() -> int:
        ...     return {}
        ... '''
        >>> outcome = database.load_python_plugin(source.format(1), "which")
        >>> session.sql("SELECT which.version() AS v").rows()
        [(1,)]
        >>> outcome = session.load_python_plugin(source.format(2), "which")
        >>> session.sql("SELECT which.version() AS v").rows()
        [(2,)]
        >>> session.unload("which")
        True
        >>> session.sql("SELECT which.version() AS v").rows()
        [(1,)]
    """

    _plugins: Plugins

    @boundary
    def load_python_plugin(
        self,
        src: str,
        name: str,
        grants: Iterable[str] | None = None,
        *,
        strict: bool = False,
        replace: bool = True,
    ) -> LoadOutcome:
        """Load a plugin from source text.

        Args:
            src: The text of a Python file. A `Plugin` called `db` is there when it runs.
            name: The plugin's id unless the text sets one, and its file name in tracebacks.
            grants: The capabilities that it may use, of `"ScalarFn"`, `"AggregateFn"`,
                `"Procedure"`, `"WindowFn"`, in any case and with or without underscores; all by
                default. Where one is missing the rest is loaded, with a `GrantWarning`. They gate
                registration and are no sandbox: code that is loaded can do what this process can.
            strict: Raise if a grant is missing, instead of leaving those functions out.
            replace: Whether a plugin with the same id that is loaded here already is replaced, as
                a whole. Queries that run keep what they started with.

        Returns:
            What was registered and what was denied.

        Raises:
            PluginLoadError: The text can't be loaded, or the id is taken and `replace` is false;
                nothing of it is registered.
            CapabilityError: An unknown grant, or a missing one with `strict`.
        """
        agreed = terms(grants, strict=strict, replace=replace)
        return self._plugins.load_source(src, name, agreed)

    @boundary
    def load_plugin(
        self,
        plugin: str | os.PathLike[str] | ModuleType | Plugin,
        grants: Iterable[str] | None = None,
        *,
        strict: bool = False,
        replace: bool = True,
    ) -> LoadOutcome:
        """Load a plugin from a file, a package folder, a module or a `Plugin` object.

        Args:
            plugin: Where the functions are.
            grants: As in `load_python_plugin`.
            strict: As in `load_python_plugin`.
            replace: As in `load_python_plugin`.

        Returns:
            What was registered and what was denied.

        Raises:
            PluginLoadError: It can't be loaded, or the id is taken and `replace` is false; nothing
                of it is registered.
            CapabilityError: An unknown grant, or a missing one with `strict`.
        """
        agreed = terms(grants, strict=strict, replace=replace)
        if isinstance(plugin, str | os.PathLike):
            return self._plugins.load_path(os.fspath(plugin), agreed)
        return self._plugins.load_object(plugin, agreed)

    @boundary
    def reload(self, plugin_id: str) -> LoadOutcome:
        """Read a plugin's file or package folder again, and replace the plugin as a whole.

        It keeps the grants that it was loaded with. Queries that run keep the version that they
        started with. If the file can't be loaded any more, the version that is there stays.

        Args:
            plugin_id: The whole id.

        Returns:
            What was registered and what was denied.

        Raises:
            PluginLoadError: The file is gone or broken, or holds a plugin with another id now; or
                the plugin came from text or from an object, so that there is nothing to read.
            PlanError: No plugin of that id is loaded here.
        """
        return self._plugins.reload(plugin_id)

    @boundary
    def unload(self, plugin_id: str) -> bool:
        """Forget a plugin by its whole id.

        What runs goes on with it. After its last query the plugin's modules are gone from
        `sys.modules`.

        Example:
            >>> import arrowsmith
            >>> session = arrowsmith.Database.in_memory().session()
            >>> outcome = session.load_python_plugin('''
            ... @db.scalar_fn
            ... def double(x: float) -> float:
            ...     return 2 * x
            ... ''', "calc")
            >>> session.unload("calc"), session.unload("calc")
            (True, False)

        Returns:
            Whether it was there.
        """
        return self._plugins.unload(plugin_id)

    @boundary
    def plugins(self) -> Relation:
        """List the loaded plugins.

        Example:
            >>> import arrowsmith
            >>> database = arrowsmith.Database.in_memory()
            >>> outcome = database.load_python_plugin('''
            ... @db.scalar_fn
            ... def double(x: float) -> float:
            ...     return 2 * x
            ... ''', "calc")
            >>> [plugin] = database.session().plugins().to_arrow().to_pylist()
            >>> plugin["id"], plugin["version"], plugin["source"], plugin["functions"]
            ('calc', '0.0.0', 'text', ['double'])
            >>> plugin["scope"]
            'database'

        Returns:
            A relation with the columns id, version, source (the path, `text` or `object`), hash
            (SHA-256 of the text, in hex; of a package, over the texts that were loaded; NULL for
            an object), functions, grants, denied (the capabilities that it needs and wasn't
            granted), loaded_at (UTC), scope (`session` or `database`).
        """
        return Relation(self._plugins.list())
