"""A collected exception can't be shown.

The host must collect it without its text.
"""


class Mute(Exception):
    def __str__(self):
        raise LookupError("no words")

    __repr__ = __str__


@db.scalar_fn(on_error="collect")
def f(x: int) -> int:
    if x == 2:
        raise Mute
    return x


ROWS = [(1,), (None,), (3,)]
THEN = "SELECT function, type, arguments LIKE '%2%' FROM arrowsmith.errors"
THEN_ROWS = [("collected_without_text.f", "Mute", True)]
