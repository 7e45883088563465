"""A step gives the value without the state.

The host must name the row, and say what it expected and got.
"""


@db.window_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def step(self, state, x):
        return state + x


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ConversionError: row 0.*tuple of the new state"
