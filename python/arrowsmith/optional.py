"""Libraries that Arrowsmith works with but does not need."""

import importlib
import sys
from types import ModuleType
from typing import Any


def require(name: str) -> Any:  # noqa: ANN401 - a module that may not be installed
    """Import an optional library.

    Raises:
        ImportError: It is not installed; the message says how to get it.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        message = f"this needs {name}, which is not installed: pip install 'arrowsmith[{name}]'"
        raise ImportError(message, name=name) from None


def loaded(name: str) -> ModuleType | None:
    """Give a library if the program has imported it already.

    An object of a library can only exist when that is so, which makes this a cheap way to ask what
    an object is.
    """
    return sys.modules.get(name)
