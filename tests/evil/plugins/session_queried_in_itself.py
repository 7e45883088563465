"""A function queries itself, and so on without end.

The host must stop it before it runs out of threads.
"""

import evil_host


@db.scalar_fn
def f(x: int) -> int:
    return evil_host.session.sql("SELECT f($1)", [x + 1]).rows()[0][0]


QUERY = "SELECT f(0)"
TIMEOUT = 0.5
RAISES = "QueryTimeout|RecursionError|ExecutionError"
NOTE = ""
