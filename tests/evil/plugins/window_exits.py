"""A window exits the program.

The host must fail the query and name the exit, and live on.
"""


@db.window_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def step(self, state, x):
        raise SystemExit(3)


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ExecutionError: SystemExit: 3"
