"""An exception's `__str__` gives a number.

The host must hand it over without its text.
"""


class Counts(Exception):
    def __str__(self):
        return 5


@db.scalar_fn
def f(x: int) -> int:
    raise Counts


RAISES = "Counts"
