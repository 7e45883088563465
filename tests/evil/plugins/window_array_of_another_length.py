"""A vectorized window function gives fewer values than there are rows.

The host must name the function, and say what it expected and got.
"""


@db.window_fn(args=["int"], returns="int", vectorized="numpy")
def f(x):
    return x[:-1].copy()


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ArrowsmithError: 3"
