"""Runs plugin text and gathers what it declared.

Modules live in ``sys.modules`` under private unique names, as dataclasses and pickle need it;
``sys.path`` stays as it is. They go when nobody uses the plugin any more; a failed load leaves
nothing behind.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib.util
import itertools
import os
import re
import signal
import sys
import types
import warnings
import weakref
from importlib.machinery import ModuleSpec
from pathlib import Path

# By name, because plugins replace them in their module.
from threading import get_ident, main_thread
from typing import TYPE_CHECKING, ParamSpec

from .errors import PluginLoadError
from .inspection import Function, as_text, describe, described
from .plugin import Declaration, Plugin
from .source import Text, forget, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["LoadedPlugin", "load_function", "load_object", "load_path", "load_source"]

_PREFIX = "_arrowsmith_plugin_"
_DEFAULT_VERSION = "0.0.0"
_OWN_FRAMES = "<arrowsmith>/"
_IMPORT_FRAMES = "<frozen importlib."
_LINES = range(2**32)
_counter = itertools.count(1)

P = ParamSpec("P")


@dataclasses.dataclass(frozen=True)
class LoadedPlugin:
    """A plugin as the host takes it."""

    id: str
    version: str
    file: str | None
    functions: list[Function]
    life: object = None
    """What was loaded for this plugin alone goes once nobody holds this object any more."""


def _guarded(load: Callable[P, LoadedPlugin]) -> Callable[P, LoadedPlugin]:
    """Make a load error of whatever plugin code raises while it is loaded or inspected.

    `KeyboardInterrupt` stays what it is, because Ctrl-C isn't the plugin's.
    """

    @functools.wraps(load)
    def guarded(*args: P.args, **options: P.kwargs) -> LoadedPlugin:
        try:
            return load(*args, **options)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - plugins raise everything
            refusal = _refusal(error, None)
            with contextlib.suppress(Exception):  # the plugin's exception may be of any make
                _hide_own_frames(refusal.__cause__)
            raise refusal from refusal.__cause__

    return guarded


@_guarded
def load_source(source: str, name: str) -> LoadedPlugin:
    """Load a plugin from its text.

    Args:
        source: The text.
        name: What tracebacks call it; its stem is the default id.
    """
    stem = name.removesuffix(".py").replace("\\", "/").rpartition("/")[2]
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _load(_Loader(name, Plugin(), text), stem or name, None)


@_guarded
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


@_guarded
def load_object(target: object) -> LoadedPlugin:
    """Load a plugin from a `Plugin`, a module that made one, or a path."""
    # By the class, because to be asked for it is more than a lazy proxy may bear.
    cls = type(target)
    if issubclass(cls, Plugin):
        if target.id is None:
            message = "the plugin has no id; make it with Plugin('some.id') or set_plugin_id"
            raise PluginLoadError(message)
        return _gather(target, target.id, None)
    if issubclass(cls, types.ModuleType):
        file = getattr(target, "__file__", None)
        plugin = _made_by(target)
        if plugin is None:
            message = f"the module {target.__name__} has no Plugin object with functions"
            raise PluginLoadError(message, file)
        return _gather(plugin, target.__name__.rpartition(".")[2], file)
    if issubclass(cls, (str, os.PathLike)):
        return load_path(os.fspath(target))
    message = f"a plugin is a path, a module or a Plugin object, not {cls.__name__}"
    raise PluginLoadError(message)


@_guarded
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
        on_error="raise",
        timeout=None,
        thread_safe=True,
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
        self.texts: dict[str, Text] = {}
        """What is remembered of the plugin, by file; its modules share it."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to the import system."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Read the text, once, and run it."""
        text = self.text
        if text is None:
            text = importlib.util.decode_source(Path(self.file).read_bytes())
            self.text = text
        earlier = self.texts.get(self.file)
        self.texts[self.file] = remember(self.file, text)
        if earlier is not None:
            forget(earlier)  # a module whose import failed is executed anew by the next import
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
                inner = _Loader(str(file), loader.plugin)
                inner.texts = loader.texts
                return _spec(name, inner, folder)
        return None


class _Life:
    """What the users of a plugin hold. It has no content: that it is held is what counts."""

    __slots__ = ("__weakref__",)


class _SignalHandlers:
    """The handlers of what ends a process, as they were before a plugin was loaded.

    Only the main thread can install any.
    """

    def __init__(self) -> None:
        is_main = get_ident() == main_thread().ident
        signals = (signal.SIGINT, signal.SIGTERM) if is_main else ()
        self._before = {number: signal.getsignal(number) for number in signals}

    def put_back(self, file: str) -> None:
        """Undo what the plugin did, and warn of it."""
        changed = []
        for number, before in self._before.items():
            # None is a handler that was not installed from Python, which can't put it back.
            if before is not None and signal.getsignal(number) is not before:
                signal.signal(number, before)
                changed.append(number.name)
        for name in changed:
            message = (
                f"the plugin {file} installed a handler for {name} while it was loaded; the one "
                f"that was there is put back"
            )
            warnings.warn_explicit(message, UserWarning, file, 1)


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
    life = _Life()
    end = weakref.finalize(life, _end, name, loader.texts)
    end.atexit = False
    handlers = _SignalHandlers()
    sys.modules[name] = module
    try:
        try:
            _execute(loader, module)
            loaded = _gather(_made_by(module) or loader.plugin, stem, loader.file)
        except BaseException:
            with contextlib.suppress(Warning):  # what failed is more than what it did to signals
                handlers.put_back(loader.file)
            raise
        handlers.put_back(loader.file)
    except KeyboardInterrupt:
        end()
        raise
    except BaseException as error:  # noqa: BLE001 - plugins raise everything
        end()
        refusal = _refusal(error, loader.file)
        raise refusal from refusal.__cause__
    return dataclasses.replace(loaded, life=life)


def _end(name: str, texts: dict[str, Text]) -> None:
    """Remove a plugin's modules and texts. Runs on any thread, in the middle of anything."""
    for key in sys.modules.copy():
        # The plugin may have put anything into sys.modules.
        if type(key) is str and (key == name or key.startswith(f"{name}.")):
            sys.modules.pop(key, None)
    for text in texts.copy().values():
        forget(text)


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
    what = "an import failed" if issubclass(type(error), ImportError) else "loading it raised"
    return PluginLoadError(f"{what}: {described(error)}", file or loader.file, line)


def _refusal(error: BaseException, file: str | None) -> PluginLoadError:
    """The load error of something that was raised: that itself, if it is one that can be shown."""
    if type(error) is PluginLoadError and _is_whole(error):
        error.file = file if error.file is None else error.file
        return error
    refusal = PluginLoadError(f"loading it raised: {described(error)}", file)
    refusal.__cause__ = error
    return refusal


def _is_whole(error: PluginLoadError) -> bool:
    """Whether a load error, which a plugin may have made, has what the host reads of it."""
    try:
        as_text(error.message)
        if error.file is not None:
            as_text(error.file)
    except (TypeError, ValueError):
        return False
    return error.line is None or (type(error.line) is int and error.line in _LINES)


def _hide_own_frames(error: BaseException | None) -> None:
    """Take our frames out of an exception's traceback, and those of the import system before them.

    The exceptions that it holds or names as cause or context are treated alike.
    """
    if os.environ.get("ARROWSMITH_TRACEBACKS") == "full":
        return
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = _without_own_frames(one.__traceback__)
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _without_own_frames(traceback: types.TracebackType | None) -> types.TracebackType | None:
    kept: list[types.TracebackType] = []
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.startswith(_OWN_FRAMES):
            while kept and kept[-1].tb_frame.f_code.co_filename.startswith(_IMPORT_FRAMES):
                kept.pop()
        else:
            kept.append(traceback)
        traceback = traceback.tb_next
    for earlier, later in itertools.pairwise([*kept, None]):
        if earlier is not None:
            earlier.tb_next = later
    return kept[0] if kept else None


def _line_in_plugin(error: BaseException, name: str) -> tuple[str | None, int | None]:
    """File and line of the innermost frame that runs the plugin's own text."""
    place: tuple[str | None, int | None] = (None, None)
    traceback = error.__traceback__
    while traceback is not None:
        owner = traceback.tb_frame.f_globals.get("__name__")
        if type(owner) is str and (owner == name or owner.startswith(f"{name}.")):
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


def _made_by(module: types.ModuleType) -> Plugin | None:
    """The one `Plugin` with functions that a module holds."""
    values = list(vars(module).values())
    # By their classes, because to be asked for it is more than a lazy proxy may bear.
    plugins = {id(value): value for value in values if issubclass(type(value), Plugin)}
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
        id=as_text(stem if plugin.id is None else plugin.id),
        version=as_text(_DEFAULT_VERSION if plugin.version is None else plugin.version),
        file=file,
        functions=functions,
    )
