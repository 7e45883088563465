"""A function logs for each row, to a handler that fails.

The host must answer.
"""

import logging


class Full(logging.Handler):
    def emit(self, record):
        try:
            raise OSError("no space left")
        except OSError:
            self.handleError(record)


log = logging.getLogger("evil")
log.addHandler(Full())


@db.scalar_fn
def f(x: int) -> int:
    log.error("row %s", x)
    return x


QUERY = "SELECT sum(f(x)) FROM many WHERE x < 1000"
ROWS = [(499_500,)]
ALONE = True
