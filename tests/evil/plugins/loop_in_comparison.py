"""A comparison in the middle of a sort never returns.

The host must stop it.
"""


class Undecided:
    def __lt__(self, other):
        while True:
            pass


@db.scalar_fn
def f(x: int) -> int:
    return len(sorted([Undecided(), Undecided()]))


TIMEOUT = 0.3
RAISES = "QueryTimeout"
