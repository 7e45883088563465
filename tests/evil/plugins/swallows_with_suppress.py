"""contextlib.suppress swallows each exception in a loop.

The host must stop it all the same.
"""

import contextlib


@db.scalar_fn
def f(x: int) -> int:
    while True:
        with contextlib.suppress(BaseException):
            while True:
                pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
