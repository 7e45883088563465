"""A string holds half of a surrogate pair, which no UTF-8 can.

The host must refuse it, and must show it in a form that is text.
"""


@db.scalar_fn
def f(x: int) -> str:
    return "\ud800"


RAISES = "ConversionError: row 0.*surrogate"
