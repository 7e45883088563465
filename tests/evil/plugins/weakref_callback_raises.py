"""Something that a function drops has a weak reference, whose callback raises.

The host must answer.
"""

import weakref


class Thing:
    pass


kept = []


def callback(reference):
    raise LookupError("from the callback")


@db.scalar_fn
def f(x: int) -> int:
    thing = Thing()
    kept.append(weakref.ref(thing, callback))
    return x


ROWS = [(1,), (2,), (3,)]
ALONE = True
