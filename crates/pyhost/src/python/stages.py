"""Loads the text stages of a folder. A failed load leaves nothing behind.

The folder becomes a private module, and its files modules in it, so that they can import each
other: ``from . import cleaning``, ``import cleaning``. They go when nobody uses a stage of the
folder any more.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import PluginLoadError
from .execution import execute, guarded
from .modules import Life, ModuleLoader, new_inner_module, new_module, remove_after
from .neighbours import builtins_beside
from .processes import Stage, stage_of
from .refusals import refusal_of
from .signals import SignalHandlers
from .texts import digest_of
from .untrusted import described

if TYPE_CHECKING:
    import types
    from collections.abc import Sequence

__all__ = ["LoadedStages", "load_stages"]


@dataclass(frozen=True)
class LoadedStages:
    """The stages of a folder as the host takes them."""

    stages: list[Stage | None]
    """One for each name, None for a file that has no ``process``."""
    digest: bytes
    """Over all texts that were read."""
    life: object
    """What was loaded for these stages goes once nobody holds this object any more."""


@guarded
def load_stages(folder: str, names: Sequence[str]) -> LoadedStages:
    """Load some files of a folder, in their order. One that is named twice is loaded once.

    Args:
        folder: The folder, whose other files can be imported by these.
        names: The files without ``.py``, which are the names of the stages; at least one.
    """
    place = Path(folder)
    folder = str(place)  # as the files below it begin
    start = place / "__init__.py"
    has_start = start.is_file()
    home = ModuleLoader(str(start) if has_start else folder, None)
    package = new_module(home, place.resolve().name, folder)
    name = package.__name__
    home.builtins = builtins_beside(name, folder)
    life = Life()
    end = remove_after(life, name, home.texts)
    sys.modules[name] = package
    try:
        with SignalHandlers(folder):
            if has_start:
                execute(home, package, name)
            stages = [_load(home, package, place, stage) for stage in names]
    except KeyboardInterrupt:
        end()
        raise
    except BaseException as error:  # noqa: BLE001 - plugins raise everything
        end()
        refusal = refusal_of(error, folder)
        raise refusal from refusal.__cause__
    return LoadedStages(stages, digest_of(home.texts), life)


def _load(home: ModuleLoader, package: types.ModuleType, place: Path, name: str) -> Stage | None:
    file = str(place / f"{name}.py")
    # No other file has that: a dot would stand for a module within a module.
    module_name = f"{package.__name__}.{name.replace('.', '/')}"
    module = sys.modules.get(module_name)
    if module is None:  # else a stage before has imported it, or it stands in the order twice
        module = _run(home.inner(file), module_name)
        setattr(package, name, module)
    text = home.texts.get(file)
    if text is None:
        raise PluginLoadError(f"beside the stage {name} there is a package of that name", file)
    try:
        return stage_of(module, name, text)
    except (KeyboardInterrupt, PluginLoadError):
        raise
    except BaseException as error:
        message = f"the stage {name} can't be looked at: {described(error)}"
        raise PluginLoadError(message, file) from error


def _run(loader: ModuleLoader, name: str) -> types.ModuleType:
    module = new_inner_module(loader, name)
    sys.modules[name] = module
    execute(loader, module, name.partition(".")[0])
    return module
