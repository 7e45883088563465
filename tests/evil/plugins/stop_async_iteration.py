"""A function raises StopAsyncIteration, which would end the caller's loop as if all went well.

The host must fail the query with an error of its own.
"""


@db.scalar_fn
def f(x: int) -> int:
    raise StopAsyncIteration


RAISES = "ExecutionError: StopAsyncIteration"
CAUSE = "StopAsyncIteration"
