"""An aggregate fails at the end.

The host must raise the exception itself.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        return state + x

    def merge(self, state, other):
        return state + other

    def finalize(self, state):
        raise OSError("late")


QUERY = "SELECT x % 7 AS g, f(x) FROM many GROUP BY x % 7"
RAISES = "OSError: late"
