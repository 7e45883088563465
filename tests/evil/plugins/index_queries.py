"""The `__index__` of a result queries the session that waits for it.

The host must answer both queries.
"""

import evil_host


class Number:
    def __index__(self):
        return evil_host.session.sql("SELECT count(*) FROM t").rows()[0][0]


@db.scalar_fn
def f(x: int) -> int:
    return Number()


ROWS = [(3,), (3,), (3,)]
