"""An aggregate can't put two states together.

The host must raise the exception itself, where it merges at all.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        return state + x

    def merge(self, state, other):
        raise RuntimeError("no")

    def finalize(self, state):
        return state


QUERY = "SELECT x % 7 AS g, f(x) FROM many GROUP BY x % 7"
RAISES = "RuntimeError: no"
