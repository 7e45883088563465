"""A function puts another exception in place of what stops it.

The host must throw that away and say that time was over.
"""


@db.scalar_fn
def f(x: int) -> int:
    try:
        while True:
            pass
    except BaseException:
        raise ValueError("something else") from None


TIMEOUT = 0.3
RAISES = "QueryTimeout"
