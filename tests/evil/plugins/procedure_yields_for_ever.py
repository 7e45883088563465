"""A procedure yields without end.

The host must stop it in time.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    while True:
        yield 1, "a"


QUERY = "SELECT count(*) FROM f(3)"
CANCEL = 0.3
RAISES = "QueryCancelled"
