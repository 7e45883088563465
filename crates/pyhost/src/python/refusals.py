"""The load errors of plugins that raise."""

from __future__ import annotations

from .errors import PluginLoadError
from .tracebacks import line_in_plugin
from .untrusted import as_text, described

__all__ = ["failure", "refusal_of"]

_LINES = range(2**32)


def failure(error: BaseException, file: str, module: str) -> PluginLoadError:
    """Make the load error of what a plugin's text raised.

    Args:
        error: What was raised.
        file: The plugin's file, for what no line of the plugin raised.
        module: The name of the plugin's module.
    """
    found, line = line_in_plugin(error, module)
    what = "an import failed" if issubclass(type(error), ImportError) else "loading it raised"
    return PluginLoadError(f"{what}: {described(error)}", found or file, line)


def refusal_of(error: BaseException, file: str | None) -> PluginLoadError:
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
