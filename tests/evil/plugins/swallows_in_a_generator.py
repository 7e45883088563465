"""A generator swallows each exception, GeneratorExit too, and yields on.

The host must stop it all the same.
"""


def endless():
    while True:
        try:
            while True:
                yield 1
        except BaseException:
            pass


@db.scalar_fn
def f(x: int) -> int:
    for _ in endless():
        pass
    return x


TIMEOUT = 0.3
RAISES = "QueryTimeout"
