"""The first state of an aggregate can't be made.

The host must raise the exception itself.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 1 // 0

    def accumulate(self, state, x):
        return state + x

    def merge(self, state, other):
        return state + other

    def finalize(self, state):
        return state


RAISES = "ZeroDivisionError"
