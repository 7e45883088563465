"""A procedure gives a number in place of rows.

The host must say what it expected and got.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    return 7


QUERY = "SELECT * FROM f(3)"
RAISES = "ArrowsmithError: int"
