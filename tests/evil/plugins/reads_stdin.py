"""A function waits for somebody to type.

The host must let the caller go, and say that the function is still running.
"""


@db.scalar_fn
def f(x: int) -> int:
    return int(input())


TIMEOUT = 0.3
RAISES = "QueryTimeout: (?s)(?=.*reads_stdin\\.f).*still running"
