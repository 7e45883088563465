"""A function drops the table that it is called for while a query runs.

The host must finish the query with the table that it started with.
"""

import evil_host


@db.scalar_fn
def f(x: int) -> int:
    evil_host.session.deregister("many")
    return x


QUERY = "SELECT sum(f(x)) FROM many"
ROWS = [(199_990_000,)]
