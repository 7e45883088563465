"""An exception says that its class is KeyboardInterrupt.

The host must look at what it really is, and hand it over.
"""


class Poser(Exception):
    @property
    def __class__(self):
        return KeyboardInterrupt


@db.scalar_fn
def f(x: int) -> int:
    raise Poser("only posing")


RAISES = "Poser: only posing"
