"""An aggregate queries its own session for each group.

The host must answer both.
"""

from evil_host import session


@db.aggregate_fn(args=["int"], returns="int")
class f:
    def __init__(self):
        self.seen = []

    def add(self, x):
        self.seen.append(x)

    def merge(self, other):
        self.seen += other.seen

    def result(self):
        return session.sql("SELECT sum(x) FROM t").rows()[0][0] + len(self.seen)


QUERY = "SELECT x % 2, f(x) FROM t GROUP BY x % 2 ORDER BY 1"
ROWS = [(0, 7), (1, 8)]
