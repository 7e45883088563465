"""A generator ends after its first row.

The host must name the row, and say what the generator did.
"""


@db.window_fn(args=["int"], returns="int")
def f(rows):
    yield next(rows)


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ConversionError: row 1.*ended before the rows"
