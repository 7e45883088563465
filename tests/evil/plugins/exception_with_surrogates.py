"""An exception's text holds a zero byte and half of a surrogate pair.

The host must hand it over with its text as it is.
"""


@db.scalar_fn
def f(x: int) -> int:
    raise ValueError("zero \0 half \ud800")


RAISES = "ValueError: zero \0 half \ud800"
