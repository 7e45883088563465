"""A window raises in the middle of its partition.

The host must raise the exception itself.
"""


@db.window_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def step(self, state, x):
        return state + x, 1 // (x - 2)


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ZeroDivisionError"
