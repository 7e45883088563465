"""An exception derives from BaseException, so that `except Exception` misses it.

The host must hand it over like any other.
"""


class Base(BaseException):
    pass


@db.scalar_fn
def f(x: int) -> int:
    raise Base("nothing ordinary")


RAISES = "Base: nothing ordinary"
