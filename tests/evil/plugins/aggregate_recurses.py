"""An aggregate calls itself without end.

The host must raise the RecursionError.
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
        return self.finalize(state)


RAISES = "RecursionError"
