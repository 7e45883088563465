"""The handlers of signals, which are the process's and no plugin's."""

from __future__ import annotations

import contextlib
import signal
import warnings

# By name, because plugins replace them in their module.
from threading import get_ident, main_thread

__all__ = ["SignalHandlers"]


class SignalHandlers:
    """Puts the handlers of what ends a process back as they were before a plugin was loaded.

    Only the main thread can install any.
    """

    def __init__(self, file: str) -> None:
        """Keep the handlers, and the plugin's file for the warning."""
        self._file = file
        is_main = get_ident() == main_thread().ident
        signals = (signal.SIGINT, signal.SIGTERM) if is_main else ()
        self._before = {number: signal.getsignal(number) for number in signals}

    def __enter__(self) -> None:
        """Let the plugin run."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Undo what the plugin did, and warn of it."""
        if kind is None:
            self._put_back()
            return
        with contextlib.suppress(Warning):  # what failed is more than what it did to signals
            self._put_back()

    def _put_back(self) -> None:
        changed = []
        for number, before in self._before.items():
            # None is a handler that was not installed from Python, which can't put it back.
            if before is not None and signal.getsignal(number) is not before:
                signal.signal(number, before)
                changed.append(number.name)
        for name in changed:
            message = (
                f"the plugin {self._file} installed a handler for {name} while it was loaded; the "
                f"one that was there is put back"
            )
            warnings.warn_explicit(message, UserWarning, self._file, 1)
