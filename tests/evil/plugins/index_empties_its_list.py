"""The `__index__` of a list's first value empties the list while the host reads it.

The host must notice that values are missing.
"""

values = []


class Number:
    def __index__(self):
        values.clear()
        return 1


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    values[:] = [Number(), 2, 3]
    return values


RAISES = "ConversionError: f"
