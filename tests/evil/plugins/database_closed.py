"""A function closes its own database while a query runs.

The host must end the query and say so, and not wait for itself.
"""

import evil_host


@db.scalar_fn
def f(x: int) -> int:
    evil_host.database.close()
    return x


QUERY = "SELECT sum(f(x)) FROM many"
RAISES = "ClosedError|QueryCancelled"
CLOSES = "database"
ALONE = True
