"""A procedure loops for ever before its first row.

The host must stop it in time.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    while True:
        pass
    yield 1, "a"


QUERY = "SELECT * FROM f(3)"
TIMEOUT = 0.3
RAISES = "QueryTimeout"
