"""A result has so many digits that Python refuses to print it.

The host must refuse it without its text.
"""


@db.scalar_fn
def f(x: int) -> int:
    return 10**1_000_000


RAISES = "ConversionError: row 0.*repr fails"
