"""A generator takes all rows before it gives a value.

The host must name the row, and say what the generator did.
"""


@db.window_fn(args=["int"], returns="int")
def f(rows):
    yield from sorted(rows)


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ConversionError: row 0.*asked for a row before"
