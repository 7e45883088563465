"""The `__repr__` of a result that does not fit never returns.

The host must stop it.
"""


class Value:
    def __repr__(self):
        while True:
            pass


@db.scalar_fn
def f(x: int) -> int:
    return Value()


TIMEOUT = 0.3
RAISES = "QueryTimeout"
