"""The states of an aggregate raise when they go.

The host must give the answer; what `__del__` raises is nobody's.
"""


class State:
    total = 0

    def __del__(self):
        raise RuntimeError("gone")


@db.aggregate_fn(args=["int"], returns="int")
class f(State):
    def add(self, x):
        self.total += x

    def merge(self, other):
        self.total += other.total

    def result(self):
        return self.total


QUERY = "SELECT x % 2, f(x) FROM many GROUP BY x % 2 ORDER BY 1"
ROWS = [(0, 99_990_000), (1, 100_000_000)]
ALONE = True
