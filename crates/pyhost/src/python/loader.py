"""Runs plugin text and gathers what it declared.

Modules live in ``sys.modules`` under private unique names, as dataclasses and pickle need it;
``sys.path`` stays as it is. A failed load leaves nothing behind.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import sys
import types
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import PluginLoadError
from .inspection import Function, describe
from .plugin import Declaration, Plugin
from .source import forget, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["LoadedPlugin", "load_function", "load_object", "load_path", "load_source"]

_PREFIX = "_arrowsmith_plugin_"
_DEFAULT_VERSION = "0.0.0"
_counter = itertools.count(1)


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin as the host takes it."""

    id: str
    version: str
    file: str | None
    functions: list[Function]


def load_source(source: str, name: str) -> LoadedPlugin:
    """Load a plugin from its text.

    Args:
        source: The text.
        name: What tracebacks call it; its stem is the default id.
    """
    stem = name.removesuffix(".py").replace("\\", "/").rpartition("/")[2]
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _load(_Loader(name, Plugin(), text), stem or name, None)


def load_path(path: str) -> LoadedPlugin:
    """Load a plugin from a file, or from a folder with an ``__init__.py``."""
    place = Path(path)
    if place.is_dir():
        file = place / "__init__.py"
        if not file.is_file():
            message = "the folder has no __init__.py, so it is no plugin"
            raise PluginLoadError(message, os.fspath(place))
        return _load(_Loader(str(file), Plugin()), place.resolve().name, str(place))
    return _load(_Loader(str(place), Plugin()), place.stem, None)


def load_object(target: object) -> LoadedPlugin:
    """Load a plugin from a `Plugin`, a module that made one, or a path."""
    if isinstance(target, Plugin):
        if target.id is None:
            message = "the plugin has no id; make it with Plugin('some.id') or set_plugin_id"
            raise PluginLoadError(message)
        return _gather(target, target.id, None)
    if isinstance(target, types.ModuleType):
        file = getattr(target, "__file__", None)
        plugin = _made_by(target)
        if plugin is None:
            message = f"the module {target.__name__} has no Plugin object with functions"
            raise PluginLoadError(message, file)
        return _gather(plugin, target.__name__.rpartition(".")[2], file)
    if isinstance(target, (str, os.PathLike)):
        return load_path(os.fspath(target))
    message = f"a plugin is a path, a module or a Plugin object, not {type(target).__name__}"
    raise PluginLoadError(message)


def load_function(function: Callable[..., object]) -> LoadedPlugin:
    """Load one annotated function as a plugin of its own, called ``session.<name>``."""
    declaration = Declaration(
        kind="scalar",
        name=None,
        function=function,
        args=None,
        returns=None,
        vectorized=False,
        determinism=None,
        nulls="auto",
        tier="auto",
        file=None,
        line=None,
    )
    described = describe(declaration, "auto")
    return LoadedPlugin(f"session.{described.name}", _DEFAULT_VERSION, described.file, [described])


class _Loader:
    """Executes one text as a module, with ``db`` in it. An import system loader (PEP 302)."""

    def __init__(self, file: str, plugin: Plugin, text: str | None = None) -> None:
        self.file = file
        self.plugin = plugin
        self.text = text

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to the import system."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Read the text, once, and run it."""
        text = self.text
        if text is None:
            text = importlib.util.decode_source(Path(self.file).read_bytes())
            self.text = text
        remember(self.file, text)
        module.__file__ = self.file
        vars(module)["db"] = self.plugin
        code = compile(text, self.file, "exec", dont_inherit=True)
        exec(code, vars(module))  # noqa: S102 - running the plugin is the point

    def get_source(self, _name: str) -> str | None:
        """Give the text that was loaded, for `inspect` and `linecache`."""
        return self.text


class _Finder:
    """Finds the modules inside of plugin packages, so that they are loaded as their parent is."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a Python file or folder below a plugin package; leave the rest to others."""
        del target
        if not name.startswith(_PREFIX) or not path:
            return None
        parent = sys.modules.get(name.partition(".")[0])
        loader = getattr(getattr(parent, "__spec__", None), "loader", None)
        if not isinstance(loader, _Loader):
            return None
        place = Path(path[0]) / name.rpartition(".")[2]
        for file, folder in ((place / "__init__.py", [str(place)]), (Path(f"{place}.py"), None)):
            if file.is_file():
                return _spec(name, _Loader(str(file), loader.plugin), folder)
        return None


def _spec(name: str, loader: _Loader, folder: list[str] | None) -> ModuleSpec:
    # typeshed wants an abc.Loader; the import system asks for the methods only.
    spec = ModuleSpec(name, loader, origin=loader.file, is_package=folder is not None)  # type: ignore[arg-type]
    if folder is not None:
        spec.submodule_search_locations = folder
    return spec


def _load(loader: _Loader, stem: str, folder: str | None) -> LoadedPlugin:
    if not any(finder is _Finder for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder)
    word = re.sub(r"\W", "_", stem)
    name = f"{_PREFIX}{next(_counter)}_{word}"
    spec = _spec(name, loader, None if folder is None else [folder])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        _execute(loader, module)
        plugin = _made_by(module) or loader.plugin
        return _gather(plugin, stem, loader.file)
    except BaseException:
        _remove(name)
        raise


def _execute(loader: _Loader, module: types.ModuleType) -> None:
    try:
        loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except PluginLoadError as error:
        if error.file is None:
            error.file, error.line = loader.file, _line_in_plugin(error, module.__name__)[1]
        raise
    except SyntaxError as error:
        file = error.filename or loader.file
        raise PluginLoadError(f"{type(error).__name__}: {error.msg}", file, error.lineno) from error
    except OSError as error:
        if error.__traceback__ is not None and _line_in_plugin(error, module.__name__)[1] is None:
            message = f"cannot read the plugin: {error.strerror or error}"
            raise PluginLoadError(message, loader.file) from error
        raise _failed(error, loader, module) from error
    except BaseException as error:  # SystemExit of a plugin must not end the process
        raise _failed(error, loader, module) from error


def _failed(error: BaseException, loader: _Loader, module: types.ModuleType) -> PluginLoadError:
    file, line = _line_in_plugin(error, module.__name__)
    what = "an import failed" if isinstance(error, ImportError) else "loading it raised"
    text = str(error)
    shown = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return PluginLoadError(f"{what}: {shown}", file or loader.file, line)


def _line_in_plugin(error: BaseException, name: str) -> tuple[str | None, int | None]:
    """File and line of the innermost frame that runs the plugin's own text."""
    place: tuple[str | None, int | None] = (None, None)
    traceback = error.__traceback__
    while traceback is not None:
        owner = traceback.tb_frame.f_globals.get("__name__", "")
        if owner == name or str(owner).startswith(f"{name}."):
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


def _made_by(module: types.ModuleType) -> Plugin | None:
    """The one `Plugin` with functions that a module holds."""
    plugins = {id(value): value for value in vars(module).values() if isinstance(value, Plugin)}
    used = [plugin for plugin in plugins.values() if plugin._declarations]  # noqa: SLF001
    if len(used) > 1:
        file = getattr(module, "__file__", None)
        message = f"the module declares functions on {len(used)} Plugin objects; one is allowed"
        raise PluginLoadError(message, file)
    return used[0] if used else None


def _gather(plugin: Plugin, stem: str, file: str | None) -> LoadedPlugin:
    functions: list[Function] = []
    lines: dict[str, Function] = {}
    for declaration in plugin._declarations:  # noqa: SLF001 - the loader is what it records for
        function = describe(declaration, plugin._determinism)  # noqa: SLF001
        first = lines.setdefault(function.name, function)
        if first is not function:
            message = f"the function {function.name} is declared twice, first in line {first.line}"
            raise PluginLoadError(message, function.file, function.line)
        functions.append(function)
    if not functions:
        message = "the plugin declares no functions; decorate one with @db.scalar_fn"
        raise PluginLoadError(message, file, 1 if file else None)
    return LoadedPlugin(
        id=stem if plugin.id is None else plugin.id,
        version=_DEFAULT_VERSION if plugin.version is None else plugin.version,
        file=file,
        functions=functions,
    )


def _remove(name: str) -> None:
    for loaded in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        module = sys.modules.pop(loaded)
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if isinstance(loader, _Loader):
            forget(loader.file)
