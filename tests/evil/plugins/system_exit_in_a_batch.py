"""A vectorized function ends the process with sys.exit.

The host must fail the query and live on.
"""

import sys


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    sys.exit("a text for stderr")


RAISES = "ExecutionError: SystemExit"
CAUSE = "SystemExit"
