"""An exception's class has arguments that its `args` don't show.

The host must hand over the object that was raised, and never make another one.
"""

made = []


class Particular(Exception):
    def __init__(self, code, *, reason):
        super().__init__()
        made.append(self)
        self.code = code

    def __str__(self):
        return f"code {self.code}, made {len(made)} times"


@db.scalar_fn
def f(x: int) -> int:
    raise Particular(3, reason="it is evil")


RAISES = "Particular: code 3, made 1 times"
