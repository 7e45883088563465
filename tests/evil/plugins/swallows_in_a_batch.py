"""A vectorized function swallows each exception, that which would stop it too.

The host must stop it all the same.
"""


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    while True:
        try:
            while True:
                x.sum()
        except BaseException:
            pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
