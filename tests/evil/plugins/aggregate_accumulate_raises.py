"""An aggregate fails at one of its rows.

The host must raise the exception itself.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        if x == 777:
            raise LookupError(x)
        return state + x

    def merge(self, state, other):
        return state + other

    def finalize(self, state):
        return state


QUERY = "SELECT x % 7 AS g, f(x) FROM many GROUP BY x % 7"
RAISES = "LookupError: 777"
