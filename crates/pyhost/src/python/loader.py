"""Loads plugins from a text, a path, an object, a function. A failed load leaves nothing behind."""

from __future__ import annotations

import dataclasses
import os
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .declaration import Declaration
from .errors import PluginLoadError
from .execution import execute, guarded
from .gathering import DEFAULT_VERSION, LoadedPlugin, gather, made_by
from .inspection import describe
from .modules import Life, ModuleLoader, new_module, remove_after
from .plugin import Plugin
from .refusals import refusal_of
from .signals import SignalHandlers
from .texts import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["load_function", "load_object", "load_path", "load_source"]


@guarded
def load_source(source: str, name: str) -> LoadedPlugin:
    """Load a plugin from its text.

    Args:
        source: The text.
        name: What tracebacks call it; its stem is the default id.
    """
    stem = name.removesuffix(".py").replace("\\", "/").rpartition("/")[2]
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _run(name, stem or name, text=text)


@guarded
def load_path(path: str) -> LoadedPlugin:
    """Load a plugin from a file, or from a folder with an ``__init__.py``."""
    place = Path(path)
    if place.is_dir():
        file = place / "__init__.py"
        if not file.is_file():
            message = "the folder has no __init__.py, so it is no plugin"
            raise PluginLoadError(message, os.fspath(place))
        loaded = _run(str(file), place.resolve().name, folder=str(place))
    else:
        loaded = _run(str(place), place.stem)
    return dataclasses.replace(loaded, path=os.path.abspath(place))  # noqa: PTH100 - links are kept


@guarded
def load_object(target: Any) -> LoadedPlugin:  # noqa: ANN401 - whatever a user takes for a plugin
    """Load a plugin from a `Plugin`, a module that made one, or a path."""
    # By the class, because to be asked for it is more than a lazy proxy may bear.
    cls = type(target)
    if issubclass(cls, Plugin):
        if target.id is None:
            message = "the plugin has no id; make it with Plugin('some.id') or set_plugin_id"
            raise PluginLoadError(message)
        return gather(target, target.id, None)
    if issubclass(cls, types.ModuleType):
        file = getattr(target, "__file__", None)
        plugin = made_by(target)
        if plugin is None:
            message = f"the module {target.__name__} has no Plugin object with functions"
            raise PluginLoadError(message, file)
        return gather(plugin, target.__name__.rpartition(".")[2], file)
    if issubclass(cls, (str, os.PathLike)):
        return load_path(os.fspath(target))
    message = f"a plugin is a path, a module or a Plugin object, not {cls.__name__}"
    raise PluginLoadError(message)


@guarded
def load_function(
    function: Callable[..., object],
    home: str,
    args: Sequence[object] | None,
    returns: object,
) -> LoadedPlugin:
    """Load one function as a plugin of its own, called ``<home>.<name>``."""
    declaration = Declaration(kind="scalar", function=function, args=args, returns=returns)
    described = describe(declaration, "auto")
    return LoadedPlugin(f"{home}.{described.name}", DEFAULT_VERSION, described.file, [described])


def _run(
    file: str, stem: str, *, folder: str | None = None, text: str | None = None
) -> LoadedPlugin:
    """Run a text as a new module, with its modules in a folder or none, and gather what it made."""
    plugin = Plugin()
    loader = ModuleLoader(file, plugin, text)
    module = new_module(loader, stem, folder)
    name = module.__name__
    life = Life()
    end = remove_after(life, name, loader.texts)
    handlers = SignalHandlers(loader.file)
    sys.modules[name] = module
    try:
        with handlers:
            execute(loader, module, name)
            loaded = gather(made_by(module) or plugin, stem, file)
    except KeyboardInterrupt:
        end()
        raise
    except BaseException as error:  # noqa: BLE001 - plugins raise everything
        end()
        refusal = refusal_of(error, loader.file)
        raise refusal from refusal.__cause__
    return dataclasses.replace(loaded, digest=digest_of(loader.texts), life=life)
