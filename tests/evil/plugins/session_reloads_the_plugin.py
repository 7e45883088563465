"""A function loads another plugin in place of its own while a query runs.

The host must finish the query with what it started with, and use the other one then.
"""

import evil_host

other = """
@db.scalar_fn
def f(x: int) -> int:
    return -x
"""


@db.scalar_fn
def f(x: int) -> int:
    evil_host.session.load_python_plugin(other, "session_reloads_the_plugin")
    return x


ROWS = [(1,), (2,), (3,)]
THEN = "SELECT f(x) FROM t"
THEN_ROWS = [(-1,), (-2,), (-3,)]
