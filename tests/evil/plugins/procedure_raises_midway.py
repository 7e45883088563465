"""A procedure fails after some rows.

The host must raise the exception itself.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    yield 1, "a"
    raise LookupError("midway")


QUERY = "SELECT * FROM f(3)"
RAISES = "LookupError: midway"
