"""Handlers inside of handlers swallow each exception and loop on.

The host must stop it all the same.
"""


@db.scalar_fn
def f(x: int) -> int:
    while True:
        try:
            try:
                try:
                    while True:
                        pass
                except BaseException:
                    while True:
                        pass
            except BaseException:
                while True:
                    pass
        except BaseException:
            continue


TIMEOUT = 0.3
RAISES = "QueryTimeout"
