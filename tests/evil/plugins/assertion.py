"""A function's assert fails.

The host must hand the AssertionError over; it is no fault of the host.
"""


@db.scalar_fn
def f(x: int) -> int:
    assert x < 3, f"{x} is too much"
    return x


RAISES = "AssertionError: 3 is too much"
NOTE = "row 2, arguments \\(3\\)"
