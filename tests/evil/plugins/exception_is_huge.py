"""An exception's text has ten million characters.

The host must hand it over as it is.
"""


@db.scalar_fn
def f(x: int) -> int:
    raise ValueError("x" * 10_000_000)


RAISES = "ValueError: ^x{10000000}$"
WITHIN = 5
