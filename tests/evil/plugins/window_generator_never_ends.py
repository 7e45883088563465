"""A generator loops for ever between two rows.

The host must stop it in time.
"""


@db.window_fn(args=["int"], returns="int")
def f(rows):
    for x in rows:
        yield x
        while True:
            pass


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
TIMEOUT = 0.3
RAISES = "QueryTimeout"
