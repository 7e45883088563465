"""The result of a function queries the session when the host lets go of it.

The host must answer both, so it must hold no lock then.
"""

import evil_host

session = evil_host.session
seen = []


class Number:
    def __index__(self):
        return 7

    def __del__(self):
        seen.append(session.sql("SELECT sum(x) FROM t").rows())


@db.scalar_fn
def f(x: int) -> int:
    return Number()


@db.scalar_fn
def how_many(x: int) -> int:
    return len(seen)


ROWS = [(7,), (7,), (7,)]
THEN = "SELECT how_many(0)"
THEN_ROWS = [(3,)]
