"""A function never returns, and swallows what would stop it.

The host must stop it when another thread cancels.
"""


@db.scalar_fn
def f(x: int) -> int:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


CANCEL = 0.3
RAISES = "QueryCancelled"
