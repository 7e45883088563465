"""A function returns an endless generator.

The host must refuse it as a value and never iterate it.
"""


def count(x):
    while True:
        yield x


@db.scalar_fn
def f(x: int) -> int:
    return count(x)


RAISES = "ConversionError: row 0.*generator"
