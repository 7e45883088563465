"""An exception's `__str__` and `__repr__` raise.

The host must hand it over without its text.
"""


class Mute(Exception):
    def __str__(self):
        raise LookupError("no words")

    __repr__ = __str__


@db.scalar_fn
def f(x: int) -> int:
    raise Mute


RAISES = "Mute"
