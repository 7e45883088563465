"""A function returns itself.

The host must refuse it.
"""


@db.scalar_fn
def f(x: int) -> int:
    return f


RAISES = "ConversionError: row 0.*function f"
