"""The states of a window loop for ever when they go.

The host must stop that with the query.
"""


class State:
    def __del__(self):
        while True:
            pass


@db.window_fn(args=["int"], returns="int")
class f:
    def init(self):
        return State()

    def step(self, state, x):
        return State(), x


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
TIMEOUT = 0.3
RAISES = "QueryTimeout"
