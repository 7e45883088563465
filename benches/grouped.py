"""The means of 5 M values in 1000 groups: `benches.aggregate` with more groups.

Run it with `python -m benches.grouped`.
"""

import sys

from benches import aggregate, harness
from benches.harness import Bench

GROUPS = 1000


def make(rows: int) -> Bench:
    """Return the bench for a number of rows."""
    return aggregate.bench(rows, GROUPS)


if __name__ == "__main__":
    sys.exit(harness.main(make, rows=aggregate.ROWS))
