"""A handler of each exception calls the function again.

The host must stop it all the same.
"""


@db.scalar_fn
def f(x: int) -> int:
    try:
        while True:
            pass
    except BaseException:
        return f(x)


TIMEOUT = 0.3
RAISES = "QueryTimeout"
