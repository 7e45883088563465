"""A generator yields on when it is closed.

The host must give the rows all the same.
"""


@db.window_fn(args=["int"], returns="int")
def f(rows):
    for x in rows:
        try:
            yield x
        except GeneratorExit:
            yield 0


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
ROWS = [(1,), (2,), (3,)]
