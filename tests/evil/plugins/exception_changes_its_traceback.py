"""An exception's traceback is taken away and put on another one while it is raised.

The host must hand it over.
"""

earlier = []


@db.scalar_fn
def f(x: int) -> int:
    try:
        raise LookupError("earlier")
    except LookupError as error:
        earlier.append(error)
    error = ValueError("later")
    error.__traceback__ = earlier[0].__traceback__
    earlier[0].__traceback__ = None
    raise error.with_traceback(None) from earlier[0]


RAISES = "ValueError: later"
CAUSE = "LookupError"
