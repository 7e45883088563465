"""A generator gives two values for each row.

The host must name the row, and say what the generator did.
"""


@db.window_fn(args=["int"], returns="int")
def f(rows):
    for x in rows:
        yield x
        yield -x


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ConversionError: row 1.*one more value"
