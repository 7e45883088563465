"""A function empties the builtins, then raises.

The host must hand its exception over.
"""

import builtins

error = ValueError("what is left")
clear = builtins.__dict__.clear


@db.scalar_fn
def f(x: int) -> int:
    clear()
    raise error


RAISES = "ValueError: what is left"
ALONE = True
