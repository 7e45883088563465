"""A function unloads its own plugin while a query runs.

The host must finish the query with what it started with.
"""

import evil_host


@db.scalar_fn
def f(x: int) -> int:
    evil_host.session.unload("session_unloads_the_plugin")
    return x


ROWS = [(1,), (2,), (3,)]
