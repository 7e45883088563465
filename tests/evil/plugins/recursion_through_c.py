"""A function calls itself without end through C code, which needs the machine's stack.

The host must give its threads enough of it, and hand the RecursionError over.
"""


class Deep:
    def __init__(self, x):
        self.x = x

    def __lt__(self, other):
        return bool(sorted([Deep(1), Deep(2)]))


@db.scalar_fn
def f(x: int) -> int:
    return len(sorted([Deep(1), Deep(2)]))


RAISES = "RecursionError"
