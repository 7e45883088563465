"""The states of an aggregate loop for ever when they go.

The host must stop that with the query.
"""


@db.aggregate_fn(args=["int"], returns="int")
class f:
    total = 0

    def add(self, x):
        self.total += x

    def merge(self, other):
        self.total += other.total

    def result(self):
        return self.total

    def __del__(self):
        while True:
            pass


TIMEOUT = 0.3
RAISES = "QueryTimeout"
