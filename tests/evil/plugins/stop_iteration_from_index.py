"""The `__index__` of a result raises StopIteration.

The host must fail the query, not end its own loop over the values.
"""


class Number:
    def __index__(self):
        raise StopIteration


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return [1, Number(), 3]


RAISES = "ExecutionError: StopIteration"
CAUSE = "StopIteration"
