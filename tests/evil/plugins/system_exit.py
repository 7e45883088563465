"""A function ends the process with sys.exit.

The host must fail the query and live on.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    sys.exit(3)


RAISES = "ExecutionError: SystemExit"
CAUSE = "SystemExit"
