"""A function takes what stops it for a cue to return something.

The host must throw that result away.
"""


@db.scalar_fn(timeout=0.2)
def f(x: int) -> int:
    try:
        while True:
            pass
    except BaseException:
        return 7


RAISES = "FunctionTimeout"
WITHIN = 0.8
ALONE = True
