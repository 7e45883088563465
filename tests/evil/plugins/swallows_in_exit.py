"""A context manager's `__exit__` loops, and then calls each exception handled.

The host must stop it all the same.
"""


class Calm:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _ in range(1_000_000):
            pass
        return True


@db.scalar_fn
def f(x: int) -> int:
    while True:
        with Calm():
            while True:
                pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
