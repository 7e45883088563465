"""The first state of a window can't be made.

The host must raise the exception itself.
"""


@db.window_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 1 // 0

    def step(self, state, x):
        return state + x, state


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ZeroDivisionError"
