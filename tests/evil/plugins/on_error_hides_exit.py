"""A function calls sys.exit though it declares that errors become NULL.

The host must fail the query: that is no error of a row.
"""

import sys


@db.scalar_fn(on_error="null")
def f(x: int) -> int:
    sys.exit(3)


RAISES = "ExecutionError: SystemExit"
CAUSE = "SystemExit"
