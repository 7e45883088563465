"""An aggregate that declares an int gives a string.

The host must name the function, and say what it expected and got.
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
        return str(state)


RAISES = "ConversionError: int"
