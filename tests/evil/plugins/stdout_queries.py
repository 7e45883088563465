"""A function puts an object in place of stdout that queries with each write.

The host must answer both queries.
"""

import sys

import evil_host


class Curious:
    def write(self, text):
        return evil_host.session.sql("SELECT 1").rows()[0][0]

    def flush(self):
        pass


@db.scalar_fn
def f(x: int) -> int:
    sys.stdout = Curious()
    print(x)
    return x


ROWS = [(1,), (2,), (3,)]
