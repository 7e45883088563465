"""A plugin's file as a plain module, for loops in bare Python over its functions."""

import importlib.util
from pathlib import Path
from types import ModuleType

import arrowsmith


def plugin_module(path: Path) -> ModuleType:
    """Import a plugin's file.

    Raises:
        ImportError: It is no Python file.
    """
    spec = importlib.util.spec_from_file_location(f"benches_{path.stem}", path)
    if spec is None or spec.loader is None:
        message = f"cannot import {path}"
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    module.__dict__["db"] = arrowsmith.Plugin(path.stem)
    spec.loader.exec_module(module)
    return module
