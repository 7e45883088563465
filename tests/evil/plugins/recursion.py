"""A function calls itself without end.

The host must hand the RecursionError over, with a note.
"""


@db.scalar_fn
def f(x: int) -> int:
    return f(x) + 1


RAISES = "RecursionError"
