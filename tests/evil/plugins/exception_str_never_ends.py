"""An exception's `__str__` never returns.

The host must stop it, if it calls it at all.
"""


class Babbles(Exception):
    def __str__(self):
        while True:
            pass


@db.scalar_fn
def f(x: int) -> int:
    raise Babbles


TIMEOUT = 0.3
RAISES = "QueryTimeout|Babbles"
NOTE = ""
