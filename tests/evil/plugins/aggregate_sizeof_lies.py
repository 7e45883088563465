"""The states of an aggregate lie about their size, or fail to tell it.

The host must give the answer.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def __init__(self):
        self.total = 0

    def __sizeof__(self):
        return -1 if self.total % 2 else 1 // 0

    def add(self, x):
        self.total += x

    def merge(self, other):
        self.total += other.total

    def result(self):
        return self.total


QUERY = "SELECT x % 2, f(x) FROM many GROUP BY x % 2 ORDER BY 1"
ROWS = [(0, 99_990_000), (1, 100_000_000)]
