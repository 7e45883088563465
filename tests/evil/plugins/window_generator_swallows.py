"""A window generator swallows in a loop what would stop it.

The host must stop it all the same.
"""


@db.window_fn(args=["int"], returns="int")
def f(rows):
    for x in rows:
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
        yield x


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
TIMEOUT = 0.3
RAISES = "QueryTimeout"
