"""An aggregate loops for ever when it merges, or at the end.

The host must stop it in time.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        return state + x

    def merge(self, state, other):
        while True:
            pass

    def finalize(self, state):
        while True:
            pass


QUERY = "SELECT x % 7 AS g, f(x) FROM many GROUP BY x % 7"
CANCEL = 0.3
RAISES = "QueryCancelled"
