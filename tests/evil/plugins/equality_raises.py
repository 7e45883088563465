"""The `__eq__` of a result, which the host needs for exactness, raises.

The host must hand that exception over, with a note.
"""


class Number:
    __hash__ = None

    def __float__(self):
        return 0.5

    def __eq__(self, other):
        raise ArithmeticError("incomparable")


@db.scalar_fn
def f(x: int) -> float:
    return Number()


RAISES = "ArithmeticError: incomparable"
