"""Several exceptions are raised as a group.

The host must hand the group over as a whole.
"""


@db.scalar_fn
def f(x: int) -> int:
    raise ExceptionGroup("several", [ValueError("one"), LookupError("two")])


RAISES = "ExceptionGroup: several \\(2 sub-exceptions\\)"
