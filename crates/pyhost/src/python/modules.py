"""The modules of plugins: how they are made and found, and when they go.

They live in ``sys.modules`` under private unique names, as dataclasses and pickle need it;
``sys.path`` stays as it is. They go when nobody uses the plugin any more.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import sys
import weakref
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .texts import Text, forget, remember

if TYPE_CHECKING:
    import types
    from collections.abc import Sequence

    from .plugin import Plugin

__all__ = ["Life", "ModuleLoader", "new_inner_module", "new_module", "remove_after"]

_PREFIX = "_arrowsmith_plugin_"
_counter = itertools.count(1)


class ModuleLoader:
    """Executes one text as a module. An import system loader (PEP 302)."""

    def __init__(self, file: str, plugin: Plugin | None, text: str | None = None) -> None:
        """Take the file, what ``db`` is to be, if anything, and the text if it isn't the file's."""
        self.file = file
        self.plugin = plugin
        self.text = text
        self.texts: dict[str, Text] = {}
        """What is remembered of the plugin, by file; its modules share it."""
        self.builtins: dict[str, Any] | None = None
        """What the module has for builtins, where they aren't the usual ones."""

    def inner(self, file: str) -> ModuleLoader:
        """Make the loader of another module of the same plugin."""
        inner = ModuleLoader(file, self.plugin)
        inner.texts, inner.builtins = self.texts, self.builtins
        return inner

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
        if self.plugin is not None:
            vars(module)["db"] = self.plugin
        if self.builtins is not None:
            vars(module)["__builtins__"] = self.builtins
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
        if not isinstance(loader, ModuleLoader):
            return None
        place = Path(path[0]) / name.rpartition(".")[2]
        for file, folder in ((place / "__init__.py", [str(place)]), (Path(f"{place}.py"), None)):
            if file.is_file():
                return _spec(name, loader.inner(str(file)), folder)
        return None


class Life:
    """What the users of a plugin hold. It has no content: that it is held is what counts."""

    __slots__ = ("__weakref__",)


def new_module(loader: ModuleLoader, stem: str, folder: str | None) -> types.ModuleType:
    """Make a module with a name of its own, which nobody can find or has run yet.

    Args:
        loader: What will execute it.
        stem: What people call the plugin.
        folder: Where its modules are, if it is a package.
    """
    if not any(finder is _Finder for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder)
    word = re.sub(r"\W", "_", stem)
    name = f"{_PREFIX}{next(_counter)}_{word}"
    spec = _spec(name, loader, None if folder is None else [folder])
    return importlib.util.module_from_spec(spec)


def new_inner_module(loader: ModuleLoader, name: str) -> types.ModuleType:
    """Make a module below one that `new_module` made, with its whole name given."""
    return importlib.util.module_from_spec(_spec(name, loader, None))


def remove_after(life: Life, name: str, texts: dict[str, Text]) -> weakref.finalize[..., Life]:
    """Remove a plugin's modules and texts when a life ends, or when what is returned is called."""
    end = weakref.finalize(life, _remove, name, texts)
    end.atexit = False
    return end


def _spec(name: str, loader: ModuleLoader, folder: list[str] | None) -> ModuleSpec:
    # typeshed wants an abc.Loader; the import system asks for the methods only.
    spec = ModuleSpec(name, loader, origin=loader.file, is_package=folder is not None)  # type: ignore[arg-type]
    if folder is not None:
        spec.submodule_search_locations = folder
    return spec


def _remove(name: str, texts: dict[str, Text]) -> None:
    """Remove a plugin's modules and texts. Runs on any thread, in the middle of anything."""
    for key in sys.modules.copy():
        # The plugin may have put anything into sys.modules.
        if type(key) is str and (key == name or key.startswith(f"{name}.")):
            sys.modules.pop(key, None)
    for text in texts.copy().values():
        forget(text)
