"""An aggregate exits the program.

The host must fail the query and name the exit, and live on.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        raise SystemExit(3)

    def merge(self, state, other):
        return state + other

    def finalize(self, state):
        return state


RAISES = "ExecutionError: SystemExit: 3"
