"""A function leaves a daemon thread behind that queries for ever.

The host must refuse it when the session is closed, and the process must end.
"""

import threading

import evil_host

session = evil_host.session


def loop():
    while True:
        session.sql("SELECT sum(f(x)) FROM many").rows()


@db.scalar_fn
def f(x: int) -> int:
    return x


@db.scalar_fn
def start(x: int) -> int:
    threading.Thread(target=loop, daemon=True).start()
    return x


QUERY = "SELECT start(x) FROM t"
ROWS = [(1,), (2,), (3,)]
ALONE = True
