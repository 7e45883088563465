"""A generator keeps the iterator over its rows for the next partition.

The host must name the row, and say what the generator did.
"""

kept = []


@db.window_fn(args=["int"], returns="int")
def f(rows):
    kept.append(rows)
    for x in kept[0]:
        yield x + 0


QUERY = "SELECT f(x) OVER (PARTITION BY x ORDER BY x) FROM t"
RAISES = "RuntimeError: asked for a row"
