"""A function raises KeyboardInterrupt though nobody pressed a key.

The host must fail the query with an error that an interactive user does not take for Ctrl-C.
"""


@db.scalar_fn
def f(x: int) -> int:
    raise KeyboardInterrupt


RAISES = "ExecutionError: KeyboardInterrupt"
CAUSE = "KeyboardInterrupt"
