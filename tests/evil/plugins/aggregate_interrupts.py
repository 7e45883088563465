"""An aggregate raises KeyboardInterrupt.

The host must fail the query, name it, and live on.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        return state + x

    def merge(self, state, other):
        raise KeyboardInterrupt

    def finalize(self, state):
        raise KeyboardInterrupt


RAISES = "ExecutionError: KeyboardInterrupt"
