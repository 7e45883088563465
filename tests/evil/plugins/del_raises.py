"""The result of a function raises when the host lets go of it.

The host must answer.
"""


class Number:
    def __index__(self):
        return 7

    def __del__(self):
        raise LookupError("hold on to me")


@db.scalar_fn
def f(x: int) -> int:
    return Number()


ROWS = [(7,), (7,), (7,)]
ALONE = True
