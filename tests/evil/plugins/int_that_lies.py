"""A subclass of int lies in each of its methods.

The host must read the number that is really there.
"""


class Number(int):
    def __int__(self):
        return 666

    __index__ = __float__ = __hash__ = __abs__ = __trunc__ = __int__

    def __eq__(self, other):
        return True


@db.scalar_fn
def f(x: int) -> int:
    return Number(x)


ROWS = [(1,), (2,), (3,)]
