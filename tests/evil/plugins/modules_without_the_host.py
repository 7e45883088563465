"""A function takes all of Arrowsmith out of sys.modules.

The host must keep what it needs of itself.
"""

import sys


@db.scalar_fn
def f(x: int) -> int:
    for name in list(sys.modules):
        if "arrowsmith" in name:
            sys.modules.pop(name)
    return 0.5


RAISES = "ConversionError: row 0.*0\\.5"
