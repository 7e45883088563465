"""Something is raised that is no exception.

The host must hand over what Python makes of that.
"""


@db.scalar_fn
def f(x: int) -> int:
    raise x


RAISES = "TypeError: must derive from BaseException"
