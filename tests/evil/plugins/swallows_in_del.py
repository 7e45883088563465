"""A finalizer, from which no exception gets out anyway, loops and swallows.

The host must stop it all the same.
"""


class Zombie:
    def __del__(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


@db.scalar_fn
def f(x: int) -> int:
    Zombie()
    return x


TIMEOUT = 0.3
RAISES = "QueryTimeout"
