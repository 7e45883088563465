"""A procedure yields a string for an int.

The host must name the column, and say what it expected and got.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    yield "one", "a"


QUERY = "SELECT * FROM f(3)"
RAISES = "ConversionError: one"
