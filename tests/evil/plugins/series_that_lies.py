"""A batch's result pretends to be a pandas series.

The host must refuse it.
"""


class Series:
    class dtype:
        kind = "O"

    def isna(self, *_):
        return self

    def where(self, *_):
        return self

    astype = __invert__ = isna

    def tolist(self):
        return self


Series.__module__ = "pandas"


@db.scalar_fn("f", ["int"], "int", vectorized="numpy")
def f(x):
    return Series()


RAISES = "ConversionError: f"
