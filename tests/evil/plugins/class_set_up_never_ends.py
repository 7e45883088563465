"""The set-up of a class never returns.

The host must stop it when the query's time is over.
"""


@db.scalar_fn("f", ["int"], "int")
class Model:
    def __init__(self):
        while True:
            pass

    def __call__(self, x):
        return x


TIMEOUT = 0.3
RAISES = "QueryTimeout"
