"""From a `Plugin` object to what the host takes of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from .errors import PluginLoadError
from .inspection import Function, describe
from .plugin import Plugin
from .untrusted import as_text

if TYPE_CHECKING:
    import types

__all__ = ["DEFAULT_VERSION", "LoadedPlugin", "gather", "made_by"]

DEFAULT_VERSION = "0.0.0"


@dataclasses.dataclass(frozen=True)
class LoadedPlugin:
    """A plugin as the host takes it."""

    id: str
    version: str
    file: str | None
    functions: list[Function]
    path: str | None = None
    """The absolute path of the file or folder that was read, if one was."""
    digest: bytes | None = None
    """SHA-256 of the text, or over those of a package; none where no text was read."""
    life: object = None
    """What was loaded for this plugin alone goes once nobody holds this object any more."""


def gather(plugin: Plugin, stem: str, file: str | None) -> LoadedPlugin:
    """Describe all that a plugin declared.

    Args:
        plugin: What the decorators recorded in.
        stem: The id of a plugin that names none.
        file: Where it comes from.
    """
    functions = _functions(plugin)
    if not functions:
        message = "the plugin declares no functions; decorate one with @db.scalar_fn"
        raise PluginLoadError(message, file, 1 if file else None)
    return LoadedPlugin(
        id=as_text(stem if plugin.id is None else plugin.id),
        version=as_text(DEFAULT_VERSION if plugin.version is None else plugin.version),
        file=file,
        functions=functions,
    )


def made_by(module: types.ModuleType) -> Plugin | None:
    """Find the one `Plugin` with functions that a module holds."""
    values = list(vars(module).values())
    # By their classes, because to be asked for it is more than a lazy proxy may bear.
    plugins = {id(value): value for value in values if issubclass(type(value), Plugin)}
    used = [plugin for plugin in plugins.values() if plugin._declarations]  # noqa: SLF001
    if len(used) > 1:
        file = getattr(module, "__file__", None)
        message = f"the module declares functions on {len(used)} Plugin objects; one is allowed"
        raise PluginLoadError(message, file)
    return used[0] if used else None


def _functions(plugin: Plugin) -> list[Function]:
    functions: list[Function] = []
    lines: dict[str, Function] = {}
    for declaration in plugin._declarations:  # noqa: SLF001 - the loader is what it records for
        function = describe(declaration, plugin._determinism)  # noqa: SLF001
        first = lines.setdefault(function.name, function)
        if first is not function:
            message = f"the function {function.name} is declared twice, first in line {first.line}"
            raise PluginLoadError(message, function.file, function.line)
        functions.append(function)
    return functions
