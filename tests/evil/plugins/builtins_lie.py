"""A function replaces builtins by functions that lie.

The host must give the right answer.
"""

import builtins


@db.scalar_fn
def f(x: int) -> int:
    builtins.len = lambda *_: 0
    builtins.isinstance = lambda *_: True
    builtins.type = builtins.id = builtins.repr = builtins.str = lambda *_: "lie"
    builtins.int = builtins.float = builtins.bool = lambda *_: 666
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
