"""The `__float__` of a result gives a string.

The host must refuse it.
"""


class Number:
    def __float__(self):
        return "0.5"


@db.scalar_fn
def f(x: int) -> float:
    return Number()


RAISES = "TypeError: float"
