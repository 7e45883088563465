"""The set-up of a class ends the process.

The host must fail the query and live on.
"""


@db.scalar_fn("f", ["int"], "int")
class Model:
    def __init__(self):
        raise SystemExit(3)

    def __call__(self, x):
        return x


RAISES = "ExecutionError: SystemExit"
CAUSE = "SystemExit"
