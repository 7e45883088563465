"""A subclass of float lies in each of its methods.

The host must read the number that is really there.
"""


class Number(float):
    def __float__(self):
        return 666.0

    def __eq__(self, other):
        return True

    __hash__ = None


@db.scalar_fn
def f(x: int) -> float:
    return Number(x)


ROWS = [(1.0,), (2.0,), (3.0,)]
