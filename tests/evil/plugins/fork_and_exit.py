"""A function forks, and the child ends at once.

The host must answer in the parent.
"""

import os


@db.scalar_fn
def f(x: int) -> int:
    child = os.fork()
    if child == 0:
        os._exit(x)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


ROWS = [(1,), (2,), (3,)]
ALONE = True
