"""Two exceptions are the cause of each other.

The host must hand the first one over and not follow the circle.
"""


@db.scalar_fn
def f(x: int) -> int:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    first.__context__, second.__context__ = second, first
    raise first


RAISES = "ValueError: first"
CAUSE = "ValueError"
