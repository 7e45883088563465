"""Each of very many rows raises, with a long text, and all is to be collected.

The host must answer, and must not keep all of it.
"""


@db.scalar_fn(on_error="collect")
def f(x: int) -> int:
    raise ValueError("x" * 100_000)


QUERY = "SELECT count(f(x)) FROM many"
ROWS = [(0,)]
THEN = "SELECT count(*) > 0, sum(length(message)) < 500000000 FROM arrowsmith.errors"
THEN_ROWS = [(True, True)]
ALONE = True
