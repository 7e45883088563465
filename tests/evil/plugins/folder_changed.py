"""A function changes the folder that the process is in to one that is gone.

The host must answer.
"""

import os
import tempfile


@db.scalar_fn
def f(x: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
    return x


ROWS = [(1,), (2,), (3,)]
