"""A function closes its own session while a query runs.

The host must end the query and say so.
"""

import evil_host


@db.scalar_fn
def f(x: int) -> int:
    evil_host.session.close()
    return x


QUERY = "SELECT sum(f(x)) FROM many"
RAISES = "ClosedError|QueryCancelled"
CLOSES = "session"
