"""The same exception object is raised by each query.

The host must not let its notes pile up.
"""

error = ValueError("always the same")


@db.scalar_fn
def f(x: int) -> int:
    raise error


RAISES = "ValueError: always the same"
REPEAT = 30
NOTES = 1
