"""An exception's `__str__` ends the process.

The host must hand the exception over and live on.
"""


class Exits(Exception):
    def __str__(self):
        raise SystemExit(3)


@db.scalar_fn
def f(x: int) -> int:
    raise Exits


RAISES = "Exits"
