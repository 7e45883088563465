"""A loop swallows each exception, that which would stop it too.

The host must stop it all the same.
"""


@db.scalar_fn
def f(x: int) -> int:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
