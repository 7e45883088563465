"""A procedure loops for ever when it is closed.

The host must give the rows that were wanted, and stop it.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    try:
        while True:
            yield 1, "a"
    finally:
        while True:
            pass


QUERY = "SELECT * FROM f(3) LIMIT 2"
ROWS = [(1, "a"), (1, "a")]
RAISES = "QueryTimeout"
TIMEOUT = 3
