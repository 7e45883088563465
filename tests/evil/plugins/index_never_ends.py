"""The `__index__` of a result never returns.

The host must stop it, as it does an endless function.
"""


class Number:
    def __index__(self):
        while True:
            pass


@db.scalar_fn
def f(x: int) -> int:
    return Number()


TIMEOUT = 0.3
RAISES = "QueryTimeout"
