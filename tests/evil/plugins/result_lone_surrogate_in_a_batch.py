"""A list of strings holds half of a surrogate pair.

The host must refuse it and name the row.
"""


@db.scalar_fn("f", ["int"], "str", vectorized="numpy")
def f(x):
    return ["fine", "\udfff", "fine"]


RAISES = "ConversionError: row 1.*surrogate"
