"""A function cancels its own query.

The host must end the query and say so.
"""

import evil_host


@db.scalar_fn
def f(x: int) -> int:
    evil_host.session.cancel()
    return x


QUERY = "SELECT sum(f(x)) FROM many"
RAISES = "QueryCancelled"
