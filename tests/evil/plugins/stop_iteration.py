"""A function raises StopIteration, which would end the caller's loop as if all went well.

The host must fail the query with an error of its own.
"""


@db.scalar_fn
def f(x: int) -> int:
    return next(iter([]))


RAISES = "ExecutionError: StopIteration"
CAUSE = "StopIteration"
