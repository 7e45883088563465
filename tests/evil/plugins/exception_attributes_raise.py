"""Each look at an attribute of an exception raises, and each change too.

The host must hand the exception over.
"""


class Closed(Exception):
    def __getattribute__(self, name):
        raise LookupError(name)

    __setattr__ = __delattr__ = __getattribute__


@db.scalar_fn
def f(x: int) -> int:
    raise Closed


RAISES = "Closed"
NOTE = ""
