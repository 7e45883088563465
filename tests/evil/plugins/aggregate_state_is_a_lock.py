"""The states of an aggregate can't be pickled, nor copied.

The host must carry them about all the same.
"""

import threading


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def __init__(self):
        self.lock = threading.Lock()
        self.total = 0

    def add(self, x):
        with self.lock:
            self.total += x

    def merge(self, other):
        with self.lock, other.lock:
            self.total += other.total

    def result(self):
        return self.total


QUERY = "SELECT x % 2, f(x) FROM many GROUP BY x % 2 ORDER BY 1"
ROWS = [(0, 99_990_000), (1, 100_000_000)]
