"""A result is a list in a list in a list, 100,000 levels deep.

The host must refuse it, and must survive that it can't be shown.
"""


@db.scalar_fn
def f(x: int) -> int:
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


RAISES = "ConversionError: row 0"
