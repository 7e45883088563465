"""A function takes what stops it for a cue to return something.

The host must throw that result away and say that time was over.
"""


@db.scalar_fn
def f(x: int) -> int:
    try:
        while True:
            pass
    except BaseException:
        return 7


TIMEOUT = 0.3
RAISES = "QueryTimeout"
