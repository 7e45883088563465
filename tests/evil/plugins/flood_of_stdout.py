"""A function prints a lot for each row.

The host must answer, and must not keep what is printed.
"""


@db.scalar_fn
def f(x: int) -> int:
    print("x" * 1_000)
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
ALONE = True
