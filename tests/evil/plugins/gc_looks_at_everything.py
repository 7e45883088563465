"""A function looks at each object of the interpreter, those of the host too.

The host must show none that is half made.
"""

import gc


@db.scalar_fn
def f(x: int) -> int:
    seen = 0
    for thing in gc.get_objects():
        if "arrowsmith" in str(type(thing)):
            repr(thing)
            gc.get_referents(thing)
            seen += 1
    return min(seen, 1)


ROWS = [(1,), (1,), (1,)]
