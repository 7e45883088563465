"""Imports among the files of one folder, for modules that lie beside each other in no package.

``import cleaning`` in a stage means the ``cleaning.py`` beside it. ``sys.path`` stays as it is, so
each folder has its own: the modules of a folder get builtins of their own, whose ``__import__``
looks there first. It is asked wherever an ``import`` stands, in functions too (CPython takes a
function's builtins from its globals).
"""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import types
    from collections.abc import Mapping, Sequence

__all__ = ["builtins_beside"]


def builtins_beside(package: str, folder: str) -> dict[str, Any]:
    """Make the builtins of the modules in a folder.

    Names of the interpreter's own modules (``sys``, ``time``) are never a neighbour's, as nowhere
    in Python; a module that imports its own name gets the library of that name.

    Args:
        package: The private name of the module that stands for the folder.
        folder: Where the files are, of which those count that are there now.
    """
    names = _importable(Path(folder)) - set(sys.builtin_module_names)

    def import_beside(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - its names, too
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        root = name.partition(".")[0]
        neighbour = f"{package}.{root}"
        importer = None if globals is None else globals.get("__name__")
        if level or root not in names or importer == neighbour:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        found = builtins.__import__(f"{package}.{name}", globals, locals, fromlist or (), 0)
        return found if fromlist else sys.modules[neighbour]

    beside = vars(builtins).copy()
    beside["__import__"] = import_beside
    return beside


def _importable(folder: Path) -> set[str]:
    files = {file.stem for file in folder.glob("*.py")}
    return files | {file.parent.name for file in folder.glob("*/__init__.py")}
