"""A function returns NotImplemented.

The host must refuse it: it is neither NULL nor false.
"""


@db.scalar_fn
def f(x: int) -> bool:
    return NotImplemented


RAISES = "ConversionError: NotImplemented"
