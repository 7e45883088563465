"""A procedure exits the program.

The host must fail the query and name the exit, and live on.
"""


@db.procedure(args=["int"], yields={"n": "int", "s": "string"})
def f(x):
    yield 1, "a"
    raise SystemExit(3)


QUERY = "SELECT * FROM f(3)"
RAISES = "ExecutionError: SystemExit: 3"
