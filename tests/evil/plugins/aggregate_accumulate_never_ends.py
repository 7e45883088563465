"""An aggregate loops for ever at its first row.

The host must stop it in time.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def accumulate(self, state, x):
        while True:
            pass

    def merge(self, state, other):
        return state + other

    def finalize(self, state):
        return state


TIMEOUT = 0.3
RAISES = "QueryTimeout"
