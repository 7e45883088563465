"""A procedure yields a dict without one of its columns.

The host must name the column.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    yield {"n": 1}


QUERY = "SELECT * FROM f(3)"
RAISES = "ArrowsmithError: s"
