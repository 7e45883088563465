"""Runs the texts of plugins, whose exceptions become load errors with a place."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from .errors import PluginLoadError
from .refusals import failure, refusal_of
from .tracebacks import hide_own_frames, line_in_plugin

if TYPE_CHECKING:
    import types
    from collections.abc import Callable

    from .modules import ModuleLoader

__all__ = ["execute", "guarded"]

P = ParamSpec("P")
T = TypeVar("T")


def guarded(load: Callable[P, T]) -> Callable[P, T]:
    """Make a load error of whatever plugin code raises while it is loaded or inspected.

    `KeyboardInterrupt` stays what it is, because Ctrl-C isn't the plugin's.
    """

    @functools.wraps(load)
    def guarded(*args: P.args, **options: P.kwargs) -> T:
        try:
            return load(*args, **options)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - plugins raise everything
            refusal = refusal_of(error, None)
            with contextlib.suppress(Exception):  # the plugin's exception may be of any make
                hide_own_frames(refusal.__cause__)
            raise refusal from refusal.__cause__

    return guarded


def execute(loader: ModuleLoader, module: types.ModuleType, owner: str) -> None:
    """Run a module.

    Args:
        loader: What executes it.
        module: The module, which is in ``sys.modules``.
        owner: The name of the plugin's own module, in which and below which lines are the plugin's.
    """
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
        raise failure(error, loader.file, owner) from error
    except BaseException as error:  # SystemExit of a plugin must not end the process
        raise failure(error, loader.file, owner) from error
