"""A procedure yields a dict with a column that it did not declare.

The host must name the column.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    yield {"n": 1, "s": "a", "more": 2}


QUERY = "SELECT * FROM f(3)"
RAISES = "ArrowsmithError: more"
