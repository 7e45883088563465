"""A subclass of str lies in each of its methods.

The host must read the characters that are really there.
"""


class Text(str):
    def __str__(self):
        return "lie"

    def __len__(self):
        return 10**9

    def encode(self, *_):
        return b"\xff"

    __repr__ = __iter__ = __getitem__ = __str__


@db.scalar_fn
def f(x: int) -> str:
    return Text("truth")


ROWS = [("truth",), ("truth",), ("truth",)]
