"""A plugin registers what queries when the interpreter exits.

The host must answer or say that it is closed, and the process must end.
"""

import atexit

import arrowsmith

database = arrowsmith.Database.in_memory(threads=1)


@atexit.register
def leave():
    try:
        database.session().sql("SELECT sum(value) FROM generate_series(1, 1000)").rows()
    except arrowsmith.ClosedError:
        pass


@db.scalar_fn
def f(x: int) -> int:
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
