"""A procedure yields on after it was closed.

The host must give the rows that were wanted, and live on.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    while True:
        try:
            yield 1, "a"
        except GeneratorExit:
            pass


QUERY = "SELECT * FROM f(3) LIMIT 2"
ROWS = [(1, "a"), (1, "a")]
WITHIN = 3.0
ALONE = True
