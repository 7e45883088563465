"""A procedure yields a tuple of too few values.

The host must name the function, and say what it expected and got.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    yield 1, "a"
    yield (2,)


QUERY = "SELECT * FROM f(3)"
RAISES = "ArrowsmithError: 2"
