"""A procedure raises StopIteration, which generators must not.

The host must raise what Python makes of it.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    yield 1, "a"
    raise StopIteration


QUERY = "SELECT * FROM f(3)"
RAISES = "RuntimeError: StopIteration"
