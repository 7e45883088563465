"""An exception's class is raised without the arguments that it needs.

The host must hand over what Python makes of that.
"""


class Particular(Exception):
    def __init__(self, code):
        super().__init__(code)


@db.scalar_fn
def f(x: int) -> int:
    raise Particular


RAISES = "TypeError: missing 1 required positional argument"
