"""An exception's `__notes__` is a number.

The host must hand it over, with or without its own note.
"""


@db.scalar_fn
def f(x: int) -> int:
    error = ValueError("annotated")
    error.__notes__ = 5
    raise error


RAISES = "ValueError: annotated"
NOTE = ""
