"""Runs a plugin's text. A failed run leaves nothing behind."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

from .errors import PluginLoadError
from .gathering import LoadedPlugin, gather, made_by
from .modules import Life, ModuleLoader, new_module, remove_after
from .refusals import failure, refusal_of
from .signals import SignalHandlers
from .tracebacks import line_in_plugin

if TYPE_CHECKING:
    import types

__all__ = ["run"]


def run(loader: ModuleLoader, stem: str, folder: str | None) -> LoadedPlugin:
    """Run a text as a new module and gather what it declared.

    Args:
        loader: The text, and what ``db`` is in it.
        stem: The id of a plugin that names none.
        folder: Where its modules are, if it is a package.
    """
    module = new_module(loader, stem, folder)
    name = module.__name__
    life = Life()
    end = remove_after(life, name, loader.texts)
    handlers = SignalHandlers(loader.file)
    sys.modules[name] = module
    try:
        with handlers:
            _execute(loader, module)
            loaded = gather(made_by(module) or loader.plugin, stem, loader.file)
    except KeyboardInterrupt:
        end()
        raise
    except BaseException as error:  # noqa: BLE001 - plugins raise everything
        end()
        refusal = refusal_of(error, loader.file)
        raise refusal from refusal.__cause__
    return dataclasses.replace(loaded, life=life)


def _execute(loader: ModuleLoader, module: types.ModuleType) -> None:
    try:
        loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except PluginLoadError as error:
        if error.file is None:
            error.file, error.line = loader.file, line_in_plugin(error, module.__name__)[1]
        raise
    except SyntaxError as error:
        file = error.filename or loader.file
        raise PluginLoadError(f"{type(error).__name__}: {error.msg}", file, error.lineno) from error
    except OSError as error:
        if error.__traceback__ is not None and line_in_plugin(error, module.__name__)[1] is None:
            message = f"cannot read the plugin: {error.strerror or error}"
            raise PluginLoadError(message, loader.file) from error
        raise failure(error, loader.file, module.__name__) from error
    except BaseException as error:  # SystemExit of a plugin must not end the process
        raise failure(error, loader.file, module.__name__) from error
