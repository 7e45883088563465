"""A function runs an endless query in its own session.

The host must stop both when the time of the outer one is over.
"""

import evil_host


@db.scalar_fn
def f(x: int) -> int:
    query = "SELECT count(md5(value::text)) FROM generate_series(1, 10000000000)"
    return evil_host.session.sql(query).rows()[0][0]


TIMEOUT = 0.3
RAISES = "QueryTimeout"
