"""Time limits as users give them."""

from __future__ import annotations

import math
from numbers import Real

_LONGEST = 1e9  # more than thirty years


def seconds(timeout: float | None) -> float | None:
    """Check a time limit, and shorten one that is as good as none.

    Example:
        >>> seconds(2), seconds(None)
        (2.0, None)

    Raises:
        TypeError: It is no number.
        ValueError: It is not above 0, or not finite.
    """
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, Real):
        message = f"timeout must be a number of seconds, not {type(timeout).__name__}"
        raise TypeError(message)
    try:
        limit = float(timeout)
    except OverflowError:
        limit = math.inf
    if not 0 < limit < math.inf:
        message = f"timeout must be a number of seconds above 0, got {timeout!r}"
        raise ValueError(message)
    return min(limit, _LONGEST)
