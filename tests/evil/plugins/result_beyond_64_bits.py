"""A result needs more than 64 bits.

The host must refuse it and name the value.
"""


@db.scalar_fn
def f(x: int) -> int:
    return 2**64 + x


RAISES = "ConversionError: row 0.*18446744073709551617"
