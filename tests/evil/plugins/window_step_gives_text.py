"""A window that declares an int gives a string.

The host must name the row, and say what it expected and got.
"""


@db.window_fn(args=["int"], returns="int")
class f:
    def init(self):
        return 0

    def step(self, state, x):
        return state, "text"


QUERY = "SELECT f(x) OVER (ORDER BY x) FROM t"
RAISES = "ConversionError: row 0.*int"
