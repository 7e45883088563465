"""A procedure yields without end, and the query wants three rows.

The host must give them.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    while True:
        yield 1, "a"


QUERY = "SELECT * FROM f(3) LIMIT 3"
ROWS = [(1, "a"), (1, "a"), (1, "a")]
WITHIN = 2.0
