"""Ends what takes too long; a function with a timeout of its own is not compiled if it loops."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TookTooLongError(BaseException):
    """Nobody else catches it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise in the main thread where the block takes longer."""

    def stop(*_: object) -> None:
        raise TookTooLongError

    # Whoever else uses the timer, as pytest-timeout does, gets it back.
    handler = signal.signal(signal.SIGALRM, stop)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, left)
