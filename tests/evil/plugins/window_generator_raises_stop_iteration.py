"""A generator raises StopIteration, which Python turns into a RuntimeError.

The host must raise that.
"""


@db.window_fn(args=["int"], returns="int")
def f(rows):
    for x in rows:
        if x == 2:
            raise StopIteration
        yield x


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "RuntimeError: StopIteration"
