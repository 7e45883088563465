"""A function leaves a pool of threads open.

The host must answer, and the process must end.
"""

from concurrent.futures import ThreadPoolExecutor


@db.scalar_fn
def f(x: int) -> int:
    return ThreadPoolExecutor(4).submit(abs, x).result()


ROWS = [(1,), (2,), (3,)]
ALONE = True
