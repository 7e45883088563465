"""A function with a time limit of its own never returns.

The host must stop it when its time is over, though the query has none.
"""


@db.scalar_fn(timeout=0.2)
def f(x: int) -> int:
    while x == 2:
        pass
    return x


RAISES = "FunctionTimeout: function_timeout_of_a_loop\\.f"
WITHIN = 0.8
ALONE = True
