"""A function with a time limit swallows what would stop it, in a loop.

The host must stop it all the same.
"""


@db.scalar_fn(timeout=0.2)
def f(x: int) -> int:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


RAISES = "FunctionTimeout"
WITHIN = 0.8
ALONE = True
